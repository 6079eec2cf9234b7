"""PhotoReused: a registered photo, work, design or logo appears among a listing's photos."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from detectors.image.certainty import CERTAINTY_VERSION, certain
from detectors.image.colour import COLOUR_VERSION
from detectors.image.enrol import ENROL_VERSION, EnrolledImages
from detectors.image.evidence import DETECTOR, OBSERVATIONS, Match, signal
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
        f"{ENROL_VERSION}/{COLOUR_VERSION}/{CERTAINTY_VERSION}/radii-{'-'.join(str(part.radius) for part in PASSES)}"
    )
    observations = OBSERVATIONS

    def __init__(self, enrolled: EnrolledImages, register: Register, *, scan_limit: int = SCAN_LIMIT) -> None:
        self._enrolled = enrolled
        self._owners = owners_of(register, enrolled.names)
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
        listing_of = np.repeat(np.arange(len(batch.photos)), [len(several) for several in batch.photos])
        found = matches(queries(photos), self._index)
        best: list[dict[int, tuple[Match, Owner]]] = [{} for _ in batch.listings]
        for listing, match in self._best(found, listing_of):
            for owner in self._owners.get(match.image, ()):
                rival = best[listing].get(owner.order)
                if rival is None or match < rival[0]:
                    best[listing][owner.order] = (match, owner)
        return [
            certain(
                signal(match, photos[match.photo], owner, self._enrolled, self._looked_for * len(its_photos))
                for _, (match, owner) in sorted(of_listing.items(), key=lambda item: item[0])
            )
            for of_listing, its_photos in zip(best, batch.photos, strict=True)
        ]

    def compare(self, listing: Listing, photos: tuple[Photo, ...], asset: Asset) -> tuple[Signal, ...]:
        """Return what is seen of one asset in one listing, by comparing every pair of hashes."""
        del listing  # only its photos are looked at
        mine = {image: owner for image, owners in self._owners.items() for owner in owners if owner.asset == asset}
        chosen = {e: rows[np.isin(self._enrolled.images[rows], list(mine))] for e, rows in self._rows.items()}
        stored = {e: Rows(rows, partial(scan, stored=self._enrolled.hashes[rows])) for e, rows in chosen.items()}
        found = matches(queries(photos), stored)
        best = min((match for _, match in self._best(found, np.zeros(len(photos), dtype=np.int64))), default=None)
        if best is None:
            return ()
        chances = self._looked_for * len(photos)
        return certain([signal(best, photos[best.photo], mine[best.image], self._enrolled, chances)])

    def _best(self, found: Matches, listing_of: NDArray[np.int64]) -> Iterator[tuple[int, Match]]:
        """Yield the best match of each picture in each listing, with the listing's place in the batch."""
        images = self._enrolled.images[found.stored].astype(np.int64)
        listings = listing_of[found.photo]
        order = np.lexsort((found.stored, found.view, found.orientation, found.photo, found.bits, images, listings))
        pairs = np.stack([listings, images], axis=1)[order]
        first = order[np.append(True, np.any(pairs[1:] != pairs[:-1], axis=1))[: len(order)]]
        columns = (found.bits, found.photo, found.orientation, found.view, found.stored, images)
        rows = zip(*(column[first].tolist() for column in columns), strict=True)
        return zip(listings[first].tolist(), (Match(*row) for row in rows), strict=True)
