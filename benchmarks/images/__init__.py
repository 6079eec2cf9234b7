"""How well, how fast and how safely registered pictures are found in photos: one command each, see docs/benchmarks.md.

Photos, drawings and logos are real and free of copyright (CC0 or dedicated to the public domain); what is done to them
is synthetic, drawn from seeds.
"""
