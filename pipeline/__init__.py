"""Everything between a snapshot and a scored, stored, explained candidate, except what is seen in a listing."""
