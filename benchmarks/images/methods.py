"""Ways to find registered pictures in photos, behind one small protocol; `ours` has the product's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple, Protocol

import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy.fft import dct

from benchmarks.images.collection import Collection, Item

Hashes = NDArray[np.uint64]


class Found(NamedTuple):
    """What a method finds in one photo: the best score, and every registered picture that has it.

    Scores grow with certainty and are comparable within a method only.
    """

    score: float
    assets: frozenset[str]


NOTHING = Found(-np.inf, frozenset())


class Matcher(Protocol):
    """A method with a register."""

    def best(self, seen: Sequence[Any]) -> list[Found]:
        """Return what is found in each of some photos, given what `Method.see` made of them."""


class Method(Protocol):
    """A way to find registered pictures.

    Attributes
    ----------
    name : str
        As in the table.
    published : mapping of str to float
        The least scores at which its makers or users call a photo a copy, by name.
    """

    name: str
    published: Mapping[str, float]

    def see(self, data: bytes) -> Any:
        """Return what is kept of a photo, so that its bytes are never needed again."""

    def matcher(self, collection: Collection, assets: Sequence[Item]) -> Matcher:
        """Register pictures."""


def opened(data: bytes) -> Image.Image:
    """Decode a photo in full; what is transparent gets a white ground, or all silhouettes would be black."""
    image = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    if not image.has_transparency_data:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, (255, 255, 255)), rgba).convert("RGB")


class Hash:
    """A hash of the whole photo; the score is the number of differing bits, negated."""

    def __init__(self, name: str, bits: Callable[[Image.Image], Any], published: Mapping[str, float]) -> None:
        self.name = name
        self.published = published
        self._bits = bits

    def see(self, data: bytes) -> Hashes:
        """Return the hash in 64-bit words, shape (words,)."""
        octets = np.packbits(np.asarray(self._bits(opened(data)), dtype=bool).ravel())
        words: Hashes = octets.view(np.uint64)
        return words

    def matcher(self, collection: Collection, assets: Sequence[Item]) -> Matcher:
        names = [item.file for item in assets]
        kept = collection.kept((self.name, names), lambda: self._all(collection, names).tobytes())
        return Nearest(names, np.frombuffer(kept, dtype=np.uint64).reshape(len(names), -1))

    def _all(self, collection: Collection, names: Sequence[str]) -> Hashes:
        return np.stack([self.see(collection.read(name)) for name in names])


class Nearest:
    """The nearest of some hashes, by comparing all."""

    def __init__(self, names: Sequence[str], hashes: Hashes) -> None:
        self._names = names
        self._columns = np.ascontiguousarray(hashes.T)

    def best(self, seen: Sequence[Hashes]) -> list[Found]:
        return [self._nearest(words) for words in seen]

    def _nearest(self, words: Hashes) -> Found:
        differing = np.zeros(len(self._names), dtype=np.int64)
        for column, word in zip(self._columns, words, strict=True):
            differing += np.bitwise_count(column ^ word)
        least = differing.min()
        return Found(-float(least), frozenset(self._names[i] for i in np.flatnonzero(differing == least).tolist()))


class CropResistant:
    """`imagehash.crop_resistant_hash` [1]_: one hash a segment; the score is the library's difference, negated.

    References
    ----------
    .. [1] M. Steinebach, H. Liu, Y. Yannikos, "Efficient Cropping-Resistant Robust Image Hashing", ARES 2014.
    """

    name = "crop_resistant_hash"
    published: Mapping[str, float] = {"one segment": 1e-9}

    def see(self, data: bytes) -> Hashes:
        """Return one hash a segment, shape (segments, 1)."""
        segments = imagehash.crop_resistant_hash(opened(data)).segment_hashes
        words: Hashes = np.packbits([s.hash.ravel() for s in segments], axis=1).view(np.uint64)
        return words

    def matcher(self, collection: Collection, assets: Sequence[Item]) -> Matcher:
        return Segments([item.file for item in assets], [self.see(collection.read(item.file)) for item in assets])


class Segments:
    """The registered picture with most segments in common, as `ImageMultiHash.best_match` ranks them."""

    CUTOFF, BITS = 16, 64

    def __init__(self, names: Sequence[str], hashes: Sequence[Hashes]) -> None:
        self._names = names
        self._all = np.concatenate(hashes)[:, 0]
        self._starts = np.cumsum([0, *(len(segments) for segments in hashes)])[:-1]

    def best(self, seen: Sequence[Hashes]) -> list[Found]:
        return [self._most_in_common(segments) for segments in seen]

    def _most_in_common(self, segments: Hashes) -> Found:
        """Score each picture by the number of matching segments, less the mean share of differing bits."""
        differing = np.bitwise_count(segments ^ self._all[None, :]).astype(np.int64)
        least = np.minimum.reduceat(differing, self._starts, axis=1)
        near = least <= self.CUTOFF
        matches = near.sum(axis=0)
        differing_bits = np.where(near, least, 0).sum(axis=0)
        scores = matches - differing_bits / np.maximum(matches * self.BITS, 1)
        top = scores.max()
        return Found(float(top), frozenset(self._names[i] for i in np.flatnonzero(scores == top).tolist()))


def imagededup_phash(image: Image.Image) -> NDArray[np.bool_]:
    """Return the hash of `imagededup.methods.PHash` [1]_, which cannot be installed without torch.

    References
    ----------
    .. [1] T. Jain et al., imagededup 0.3.3, `methods/hashing.py` and `utils/image_utils.py`, Apache-2.0.
    """
    small = np.asarray(image.resize((32, 32), Image.Resampling.LANCZOS).convert("L"))
    low = dct(dct(small, axis=0), axis=1)[:8, :8]
    bits: NDArray[np.bool_] = low >= np.median(low.ravel()[1:])
    return bits


def pdq(image: Image.Image) -> NDArray[np.uint8]:
    bits, _ = pdqhash.compute(np.asarray(image))
    return np.asarray(bits)


def phash(image: Image.Image) -> NDArray[np.bool_]:
    return np.asarray(imagehash.phash(image).hash)


def dhash(image: Image.Image) -> NDArray[np.bool_]:
    return np.asarray(imagehash.dhash(image).hash)


HASHES: tuple[Method, ...] = (
    Hash("imagehash phash", phash, {}),
    Hash("imagehash dhash", dhash, {}),
    Hash("PDQ", pdq, {"31 bits": -31, "52 bits": -52}),
    Hash("imagededup PHash", imagededup_phash, {"10 bits": -10}),
)
