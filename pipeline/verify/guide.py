"""The texts that travel with a bundle."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

GUIDE_FILES: Final = ("VERIFY.md", "verify_stock.sh")


def guide_files() -> dict[str, bytes]:
    """Return how to check a bundle, in words and as a script for stock programs, by name."""
    return {name: (files(__package__) / name).read_bytes() for name in GUIDE_FILES}
