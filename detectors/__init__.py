"""What is seen in a listing: the detectors of `table`, handed to a scan as the `kit`."""
