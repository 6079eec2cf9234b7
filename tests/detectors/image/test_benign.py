"""Photos confirmed as benign: what is seen in them is taken back, and nothing else."""

from datetime import UTC, datetime

import pytest

from detectors.image import DESCRIBE_VERSION, PhotoReused, enrol
from detectors.image.benign import UnlessBenign
from pipeline.photos import BenignPhoto, Photo
from pipeline.records import AssetKind, Signal
from tests.detectors.image.pictures import asset, batch, encoded, listing, photos, register, scene

BANNER, OTHER = encoded(scene(1)), encoded(scene(2))
WORK = AssetKind.COPYRIGHT_WORK
REGISTER = register(asset("banner", "banner.jpg", kind=WORK), asset("other", "other.jpg", kind=WORK))
ENROLLED = enrol(REGISTER, {"banner.jpg": BANNER, "other.jpg": OTHER}.__getitem__)
PLAIN = PhotoReused(ENROLLED, REGISTER)
HOLDER = REGISTER.rights_holders[0].id


def confirmed(photo: Photo, holder: str = HOLDER, describer: str = DESCRIBE_VERSION, digest: str = "") -> BenignPhoto:
    return BenignPhoto(
        rights_holder_id=holder,
        photo=digest or photo.description.digest,
        describer=describer,
        whole=photo.description.views[0].astype(">u8").tobytes().hex(),
        reason="a shipping banner",
        added_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def seen(*files: bytes, said: tuple[BenignPhoto, ...]) -> tuple[Signal, ...]:
    return UnlessBenign(PLAIN, said).detect(batch([photos(*files)]))[0]


def test_a_benign_photo_is_explained_and_no_longer_evidence() -> None:
    (signal,) = seen(BANNER, said=(confirmed(photos(BANNER)[0]),))

    assert (signal.observation, signal.asset_id) == ("benign.photo", "banner")
    assert signal.reason == (
        "Photo 1 was confirmed on 2026-11-21 to show nothing of the rights holder's: a shipping banner"
    )


def test_a_copy_of_a_benign_photo_is_benign() -> None:
    (signal,) = seen(encoded(scene(1), quality=40), said=(confirmed(photos(BANNER)[0]),))

    assert signal.observation == "benign.photo"


def test_what_another_photo_shows_still_counts() -> None:

    found = seen(BANNER, OTHER, said=(confirmed(photos(BANNER)[0]),))
    assert {s.asset_id: s.observation for s in found} == {"banner": "benign.photo", "other": "artwork.copy.near"}

    exactly = confirmed(photos(BANNER)[0], describer="an older one")
    again = seen(BANNER, encoded(scene(1), quality=40), said=(exactly,))
    assert [(s.asset_id, s.evidence["image"], s.observation.split(".")[0]) for s in again] == [
        ("banner", 1, "artwork"),
        ("banner", 0, "benign"),
    ]


@pytest.mark.parametrize("changes", [{"holder": "another"}, {"describer": "an older one", "digest": "ab" * 32}])
def test_the_word_of_another_holder_or_of_an_older_hash_binds_nobody(changes: dict[str, str]) -> None:
    (signal,) = seen(BANNER, said=(confirmed(photos(BANNER)[0], **changes),))

    assert signal.observation == "artwork.copy.near"


def test_comparing_finds_what_detecting_finds() -> None:
    said = (confirmed(photos(BANNER)[0]),)
    shown = photos(BANNER, OTHER)
    detector = UnlessBenign(PLAIN, said)

    compared = [s for mine in REGISTER.rights_holders[0].assets for s in detector.compare(listing(), shown, mine)]

    assert tuple(compared) == detector.detect(batch([shown]))[0]
