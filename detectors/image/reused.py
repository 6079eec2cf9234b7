"""PhotoReused: a registered photo, work, design or logo appears among a listing's photos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter

import numpy as np

from detectors.image.certainty import CERTAINTY_VERSION, certain
from detectors.image.colour import COLOUR_VERSION
from detectors.image.enrol import ENROL_VERSION, EnrolledImages
from detectors.image.evidence import DETECTOR, OBSERVATIONS, Match, Source, signal
from detectors.image.matches import PASSES, Matches, Rows, matches, queries
from detectors.image.owners import Owner, owners_of
from detectors.image.search import SCAN_LIMIT, HashIndex, scan
from detectors.image.views import Shown, shown_of_reference
from pipeline.photos import Photo
from pipeline.records import Asset, Listing, ListingBatch, Register, Signal


class PhotoReused:
    """Sees a registered picture in a listing's photos, also mirrored, turned, framed, trimmed, tiled or slightly cut.

    Parameters
    ----------
    enrolled : EnrolledImages
        The hashes of the register's pictures.
    register : Register
        Whose assets name them.
    scan_limit : int
        Up to so many hashes are searched one by one; more, through tables, with the same result.

    Notes
    -----
    Observations are named `<what>.<extent>.<distance>`: what is "photo", "artwork", "design" or "logo"; extent is
    "copy" when all of the photo equals all of the registered picture (but for borders and banners), "part" when a
    region of the photo or a crop of the picture does; distance is "near" up to 24 differing bits of 256, else "far".
    """

    name = DETECTOR
    version = (
        f"{ENROL_VERSION}/{COLOUR_VERSION}/{CERTAINTY_VERSION}/reused-2/"
        f"radii-{'-'.join(str(part.radius) for part in PASSES)}"
    )
    observations = OBSERVATIONS

    def __init__(self, enrolled: EnrolledImages, register: Register, *, scan_limit: int = SCAN_LIMIT) -> None:
        self._enrolled = enrolled
        self._owners = owners_of(register, enrolled.names)
        self._digests = register.image_digests
        self._looked_for = max(1, sum(not enrolled.parked[image] for image in self._owners))
        extents = np.where(enrolled.parked[enrolled.images], -1, shown_of_reference(enrolled.views))
        self._rows = {extent: np.flatnonzero(extents == extent) for extent in Shown}
        self._index = {
            extent: Rows(rows, HashIndex(enrolled.hashes[rows], scan_limit=scan_limit).within)
            for extent, rows in self._rows.items()
        }

    def detect(self, batch: ListingBatch) -> list[tuple[Signal, ...]]:
        """Return the signals of each listing of a batch, in the batch's order: one an asset, its best match."""
        photos = [photo for several in batch.photos for photo in several]
        listing_of = np.repeat(np.arange(len(batch.photos)), [len(several) for several in batch.photos]).tolist()
        kept: list[_Kept] = [{} for _ in batch.listings]
        for match in self._best(matches(queries(photos), self._index)):
            for owner in self._owners.get(match.image, ()):
                _keep(kept[listing_of[match.photo]], match, owner)
        return [
            self._signals(of_listing, photos, len(its_photos))
            for of_listing, its_photos in zip(kept, batch.photos, strict=True)
        ]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing, by comparing every pair of hashes."""
        del listing  # only its photos are looked at
        mine = {image: owner for image, owners in self._owners.items() for owner in owners if owner.asset == asset}
        chosen = {e: rows[np.isin(self._enrolled.images[rows], list(mine))] for e, rows in self._rows.items()}
        stored = {e: Rows(rows, partial(scan, stored=self._enrolled.hashes[rows])) for e, rows in chosen.items()}
        kept: _Kept = {}
        for match in self._best(matches(queries(photos), stored)):
            _keep(kept, match, mine[match.image])
        return self._signals(kept, photos, len(photos))

    def _best(self, found: Matches) -> Iterator[Match]:
        """Yield the best match of each picture in each photo."""
        images = self._enrolled.images[found.stored].astype(np.int64)
        order = np.lexsort((found.stored, found.view, found.orientation, found.bits, images, found.photo))
        pairs = np.stack([found.photo, images], axis=1)[order]
        first = order[np.append(True, np.any(pairs[1:] != pairs[:-1], axis=1))[: len(order)]]
        columns = (found.bits, found.photo, found.orientation, found.view, found.stored, images)
        return (Match(*row) for row in zip(*(column[first].tolist() for column in columns), strict=True))

    def _signals(self, kept: _Kept, photos: Sequence[Photo], count: int) -> tuple[Signal, ...]:
        """Return the signals of a listing with so many photos; `photos` are those of the whole batch."""
        signals = []
        for _, (match, owner, seen_in) in sorted(kept.items(), key=itemgetter(0)):
            photo = photos[match.photo]
            others = sorted({photos[place].index for place in seen_in} - {photo.index})
            source = Source(owner, self._digests.get(self._enrolled.names[match.image], ""))
            signals.append(signal(match, photo, source, self._enrolled, self._looked_for * count, others=others))
        return certain(signals)


_Kept = dict[int, tuple[Match, Owner, frozenset[int]]]
"""Of one listing: by an asset's order the best match, the asset, and all photos that show a picture of it."""


def _keep(kept: _Kept, match: Match, owner: Owner) -> None:
    best, _, photos = kept.get(owner.order, (match, owner, frozenset()))
    kept[owner.order] = (min(best, match), owner, photos | {match.photo})
