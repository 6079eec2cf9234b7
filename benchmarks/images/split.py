"""Which pictures are registered, and which are innocent."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.images.collection import Collection, Item
from pipeline.errors import InputError

REFERENCES = 300
RESERVED_LETTER = "f"
RESERVED_DRAWINGS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Innocent:
    """A picture that is not registered.

    Attributes
    ----------
    item : Item
        The picture.
    group : str
        "same sender" for a photo whose sender also sent a registered one: the same carpet, hanger or model; else
        "other sender" or "drawing or logo".
    half : int
        0 to choose thresholds on, 1 to report on. All photos of a sender are in the same half.
    """

    item: Item
    group: str
    half: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A collection, divided.

    Attributes
    ----------
    references : tuple of Item
        Registered photos, in the order in which to take fewer.
    fillers : tuple of Item
        Drawings and logos that make the register larger.
    innocent : tuple of Innocent
        Everything else, in the order in which to take fewer; no drawing of it lies in a folder of `fillers`, nor has
        the name of one, and no logo has the first letter of one, since the same brand is in both sets of logos.
    """

    references: tuple[Item, ...]
    fillers: tuple[Item, ...]
    innocent: tuple[Innocent, ...]

    def assets(self, count: int) -> tuple[Item, ...]:
        """Return so many pictures to register, photos first.

        Raises
        ------
        InputError
            If there are fewer.
        """
        found = (self.references + self.fillers)[:count]
        if len(found) < count:
            raise InputError(f"assets: the collection has too few pictures, got {len(found)}, expected {count}")
        return found


def split(collection: Collection, seed: int) -> Split:
    """Divide a collection: two thirds of the photos of some senders are registered, until there are 300."""
    random = Random(seed)
    senders: dict[str, list[Item]] = {}
    for photo in collection.of("photo"):
        senders.setdefault(photo.group, []).append(photo)
    order = sorted(senders)
    random.shuffle(order)
    references: list[Item] = []
    innocent: list[Innocent] = []
    for place, sender in enumerate(order):
        photos = random.sample(senders[sender], len(senders[sender]))
        taken = min(len(photos) * 2 // 3, REFERENCES - len(references))
        references += photos[:taken]
        group = "same sender" if taken else "other sender"
        innocent += [Innocent(item=photo, group=group, half=place % 2) for photo in photos[taken:]]
    fillers, spared = _divided(collection, random)
    innocent += [Innocent(item=item, group="drawing or logo", half=i % 2) for i, item in enumerate(spared)]
    random.shuffle(references)
    random.shuffle(innocent)
    return Split(references=tuple(references), fillers=tuple(fillers), innocent=tuple(innocent))


def _divided(collection: Collection, random: Random) -> tuple[list[Item], list[Item]]:
    """Return drawings and logos to register and to spare."""
    drawings = collection.of("drawing")
    folders = sorted({_folder(item) for item in drawings})
    random.shuffle(folders)
    reserved: set[str] = set()
    while folders and sum(_folder(item) in reserved for item in drawings) < RESERVED_DRAWINGS:
        reserved.add(folders.pop())
    fillers = [item for item in drawings if _folder(item) not in reserved]
    names = {_name(item) for item in fillers}
    spared = [item for item in drawings if _folder(item) in reserved and _name(item) not in names]
    spared = random.sample(spared, min(RESERVED_DRAWINGS, len(spared)))
    for item in collection.of("mark", "logo"):
        (spared if item.group.startswith(RESERVED_LETTER) else fillers).append(item)
    random.shuffle(fillers)
    return fillers, spared


def _folder(item: Item) -> str:
    return item.group.partition("/")[0]


def _name(item: Item) -> str:
    return item.file.rpartition("/")[2]
