"""Snapshots: files of listings as captured, and the photos they name, read from outside data into records."""

from pipeline.snapshots.inputs import FORMATS, InputFile, find_inputs
from pipeline.snapshots.photos import read_photo
from pipeline.snapshots.reader import NumberedListing, RowBatch, read_rows
from pipeline.snapshots.rows import row_to_listing

__all__ = [
    "FORMATS",
    "InputFile",
    "NumberedListing",
    "RowBatch",
    "find_inputs",
    "read_photo",
    "read_rows",
    "row_to_listing",
]
