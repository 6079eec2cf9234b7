"""From the bytes of an untrusted file to small pictures: the only place that calls an image library's readers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

from pipeline.errors import PhotoRefusedError

T = TypeVar("T")
Grey = NDArray[np.uint8]
Chroma = NDArray[np.uint8]
"""Shape (16, 16, 2): blue and red difference (Cb, Cr of JPEG); 128 in both is no colour."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MAX_BYTES = 32 * 2**20
MAX_PIXELS = 64_000_000
MAX_SCANS = 100
"""A small progressive JPEG can ask for thousands of passes over a large picture; cameras and shops use about 10."""
MIN_SIDE = 16
MAX_ASPECT = 20
MAX_FRAMES = 3
THUMB = 256
"""Rows and columns of the thumbnail that everything is seen on."""
DETAIL = 384
"""Pixels of the longer side of the larger thumbnail that local features are seen on."""
CELLS = 16
"""Rows and columns of the coloured thumbnail."""
NEUTRAL = 128
_EXIF_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
_TOO_LARGE = "the image is too large"
_JPEG = ("JPEG", "MPO")
_START_OF_SCAN = b"\xff\xda"
_DEEP = ("I", "F")
"""Modes of more than eight bits, all of them grey."""
_EXPECTED = f"a picture ({', '.join(FORMATS)})"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """A decoded image, reduced to what hashing needs.

    Attributes
    ----------
    width, height : int
        Pixels of the file, after EXIF orientation.
    layers : tuple of ndarray of uint8, shape (256, 256)
        Grey thumbnails, upright, square whatever the picture's proportions. The first is the one to compare in full:
        the first frame, on white. Further ones: the same on black where the file is transparent, and the next frames
        of an animation.
    detail : ndarray of uint8, shape (rows, columns)
        The first layer in its own proportions, with at most 384 pixels a side; empty if nobody asked for it.
    chroma : ndarray of uint8, shape (16, 16, 2)
        The mean colour of each part of the first layer, without its brightness; empty if nobody asked for it.
    """

    width: int
    height: int
    layers: tuple[Grey, ...]
    detail: Grey
    chroma: Chroma


def decode(data: bytes, *, closely: bool = True) -> Picture:
    """Decode an image file of unknown origin.

    The header is judged before a pixel is decoded, so that a decompression bomb costs neither memory nor time. JPEG
    files are decoded to luminance and colour differences at a reduced scale (libjpeg's scaled inverse DCT).

    Parameters
    ----------
    data : bytes
        The file, whatever its name says.
    closely : bool
        Whether to look at detail and colours; without them JPEG files are decoded faster, to the same grey.

    Returns
    -------
    Picture
        Its size, its grey layers, its detail and its colours.

    Raises
    ------
    PhotoRefusedError
        If it is no picture of a known format, is cut off or broken, or is too large, too small or too narrow.
    """
    return _guarded(data, partial(_picture, closely=closely))


def decode_in_colour(data: bytes, side: int) -> Image.Image:
    """Decode an image file of unknown origin in colour, upright, on white, at most so many pixels a side.

    Raises
    ------
    PhotoRefusedError
        As `decode`.
    """

    def shown(image: Image.Image) -> Image.Image:
        image.draft("RGB", (side, side))
        rgba = ImageOps.exif_transpose(image).convert("RGBA")
        rgba.thumbnail((side, side))
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")

    return _guarded(data, shown)


def _guarded(data: bytes, read: Callable[[Image.Image], T]) -> T:
    """Open a file, judge it by its header and read it, whatever the reader meets."""
    if not data:
        raise PhotoRefusedError("the image is empty", got="0 bytes", expected=_EXPECTED)
    if len(data) > MAX_BYTES:
        raise PhotoRefusedError(
            "the image file is too large", got=f"{len(data)} bytes", expected=f"<= {MAX_BYTES} bytes"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which we do not use
        try:
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                _check_header(image, data)
                return read(image)
        except PhotoRefusedError:
            raise
        except Image.DecompressionBombError as error:
            got = str(error).partition(",")[0][:80]
            raise PhotoRefusedError(_TOO_LARGE, got=got, expected=f"<= {MAX_PIXELS} pixels") from error
        except Exception as error:  # a reader meets hostile bytes with any of a dozen exceptions
            got = f"{len(data)} bytes starting {data[:12]!r} ({type(error).__name__})"
            raise PhotoRefusedError("the image cannot be decoded", got=got, expected=_EXPECTED) from error


def _picture(image: Image.Image, *, closely: bool) -> Picture:
    turn = image.getexif().get(_EXIF_ORIENTATION, 1)
    width, height = image.size if turn not in _SIDEWAYS else image.size[::-1]
    frames = _frames(image, colour=closely)
    first = next(frames)
    chroma = _chroma(first) if closely else np.zeros((0, 0, 2), dtype=np.uint8)
    layers = [*_grey_layers(first), *(layer for frame in frames for layer in _grey_layers(frame))]
    detail = fitted(layers[0], DETAIL) if closely else np.zeros((0, 0), dtype=np.uint8)
    return Picture(
        width=width,
        height=height,
        layers=tuple(_upright(_thumbnail(layer), turn) for layer in layers),
        detail=_upright(detail, turn),
        chroma=_upright(chroma, turn),
    )


def _frames(image: Image.Image, *, colour: bool) -> Iterator[Image.Image]:
    """Return the frames to look at, each to be used before the next is taken."""
    if image.format in _JPEG:
        plain = "YCbCr" if colour else "L"
        image.draft("RGB" if _stored_as_rgb(image) else plain, (DETAIL, DETAIL))
        return iter((image,))
    count = max(1, min(MAX_FRAMES, MAX_PIXELS // (image.width * image.height)))
    return islice(ImageSequence.Iterator(image), count)


def _stored_as_rgb(image: Image.Image) -> bool:
    """Tell whether a JPEG file holds red, green and blue, which libjpeg does not turn into YCbCr; by its rules."""
    if "jfif" in image.info:
        return False
    if "adobe_transform" in image.info:
        return bool(image.info["adobe_transform"] == 0)
    return bytes(component[0] for component in image.layer) == b"RGB"  # type: ignore[attr-defined]


def _check_header(image: Image.Image, data: bytes) -> None:
    """Refuse by the header alone what would be too dear or too small to look at."""
    width, height = image.size
    got = f"{width} x {height} pixels"
    if width * height > MAX_PIXELS:
        raise PhotoRefusedError(_TOO_LARGE, got=got, expected=f"<= {MAX_PIXELS} pixels")
    if min(width, height) < MIN_SIDE:
        raise PhotoRefusedError("the image is too small", got=got, expected=f">= {MIN_SIDE} pixels a side")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PhotoRefusedError("the image is too narrow", got=got, expected=f"sides of at most {MAX_ASPECT} to 1")
    if image.format in _JPEG and (scans := data.count(_START_OF_SCAN)) > MAX_SCANS:
        raise PhotoRefusedError("the image has too many passes", got=f"{scans} scans", expected=f"<= {MAX_SCANS} scans")


def _grey_layers(frame: Image.Image) -> list[Grey]:
    """Return the luminance of a frame; of a transparent one, on white and on black."""
    if frame.mode == "L" and "transparency" not in frame.info:
        return [np.asarray(frame)]
    if frame.mode == "YCbCr":
        return [np.asarray(frame.getchannel("Y"))]
    if frame.mode.startswith(_DEEP):
        return [_eight_bits(np.asarray(frame))]
    if not frame.has_transparency_data:
        return [np.asarray(frame.convert("RGB").convert("L"))]
    rgba = frame.convert("RGBA")
    alpha, grey = rgba.getchannel("A"), rgba.convert("L")
    if alpha.getextrema() == (255, 255):
        return [np.asarray(grey)]
    return [np.asarray(Image.composite(grey, Image.new("L", frame.size, ground), alpha)) for ground in (255, 0)]


def _chroma(frame: Image.Image) -> Chroma:
    """Return the mean colours of the parts of a frame, on white where it is transparent."""
    if frame.mode == "L" or frame.mode.startswith(_DEEP):
        return np.full((CELLS, CELLS, 2), NEUTRAL, dtype=np.uint8)
    small = frame
    if frame.mode != "YCbCr":
        small = frame.convert("RGBA" if frame.has_transparency_data else "RGB")
    small = small.resize((CELLS, CELLS), Image.Resampling.BOX, reducing_gap=1.0)
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    return np.asarray(small.convert("YCbCr"))[:, :, 1:]


def _eight_bits(samples: NDArray[np.generic]) -> Grey:
    """Stretch integers or floats of any depth to 0..255; what is no finite number counts as 0."""
    values = np.nan_to_num(samples.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    span = high - low
    return ((values - low) * (255.0 / span if 0 < span < np.inf else 0.0)).astype(np.uint8)


def _thumbnail(grey: Grey) -> Grey:
    """Shrink a picture to the thumbnail: by area averages from far, else by bilinear steps of less than two pixels."""
    far = max(grey.shape) > 2 * THUMB
    how = cv2.INTER_AREA if far else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, (THUMB, THUMB), interpolation=how), dtype=np.uint8)


def fitted(grey: Grey, side: int) -> Grey:
    """Shrink a picture by area averages until its longer side has `side` pixels; a smaller one stays as it is."""
    scale = side / max(grey.shape)
    if scale >= 1:
        return grey
    rows, columns = (max(1, round(length * scale)) for length in grey.shape)
    return np.asarray(cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _upright(pixels: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """Undo an EXIF orientation [1]_.

    References
    ----------
    .. [1] CIPA DC-008, "Exchangeable image file format for digital still cameras: Exif", tag 0x0112.
    """
    if turn in _SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if turn in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if turn in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
