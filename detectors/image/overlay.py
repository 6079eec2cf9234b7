"""Pictures of evidence: a listing's photo beside the registered picture, with what is alike marked in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from detectors.image.decode import decode_in_colour

SIDE = 640
"""Longest side of each of the two, in pixels."""
_GAP = 16
_MARK = (214, 40, 40)
_WIDTH = 4


def overlay(photo: bytes, picture: bytes, evidence: Mapping[str, Any]) -> bytes:
    """Draw where a registered picture lies in a photo.

    Parameters
    ----------
    photo, picture : bytes
        The files that a signal speaks of.
    evidence : mapping
        Of a signal of an image detector: "box" and "asset_box" (left, top, right, bottom) or "corners" of the picture
        in the photo, in shares of width and height.

    Returns
    -------
    bytes
        A PNG file: the photo at the left, the registered picture at the right.

    Raises
    ------
    PhotoRefusedError
        If one of the files cannot be decoded.
    """
    left, right = decode_in_colour(photo, SIDE), decode_in_colour(picture, SIDE)
    _outline(left, evidence.get("corners") or _corners(evidence["box"]))
    _outline(right, _corners(evidence["asset_box"]))
    sheet = Image.new("RGB", (left.width + _GAP + right.width, max(left.height, right.height)), "white")
    sheet.paste(left, (0, 0))
    sheet.paste(right, (left.width + _GAP, 0))
    buffer = BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def _corners(box: Sequence[float]) -> list[list[float]]:
    left, top, right, bottom = box
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _outline(image: Image.Image, corners: Sequence[Sequence[float]]) -> None:
    points = [(x * (image.width - 1), y * (image.height - 1)) for x, y in corners]
    ImageDraw.Draw(image).line([*points, points[0]], fill=_MARK, width=_WIDTH)
