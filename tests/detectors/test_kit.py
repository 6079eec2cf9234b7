"""The table of detectors, as the stages of a scan take it."""

from detectors.image import EnrolledImages
from detectors.kit import DetectorKit
from pipeline.records import AssetKind
from tests.detectors.image.pictures import asset, batch, encoded, photos, register, scene

SHALLOW = DetectorKit(hashes_only=frozenset(AssetKind))
PART = DetectorKit(hashes_only=frozenset({AssetKind.PRODUCT_PHOTO}))


def seen(kit: DetectorKit) -> set[str]:
    """Return which of two assets, a photo and a work that show the same, are found in a photo turned by 20 degrees."""
    rights = register(asset("photo", "a.png"), asset("work", "a.png", kind=AssetKind.COPYRIGHT_WORK))
    enrolled = kit.read("enrolled", kit.enrol(rights, lambda _: encoded(scene(1), "PNG")))
    detector = kit.build("picture_found", rights, {"enrolled": enrolled})
    return {s.asset_id or "" for s in detector.detect(batch([photos(encoded(scene(1).rotate(20)))]))[0]}


def test_kinds_that_are_looked_for_by_hashes_alone_are_not_found_by_local_features() -> None:
    assert (seen(DetectorKit()), seen(PART), seen(SHALLOW)) == ({"photo", "work"}, {"work"}, set())


def test_what_is_not_looked_for_has_another_version() -> None:
    kits = (DetectorKit(), PART, SHALLOW)

    assert len({kit.detectors["picture_found"] for kit in kits}) == len(kits)
    assert len({kit.detectors["photo_reused"] for kit in kits}) == 1


def test_images_are_enrolled_for_what_is_looked_for() -> None:
    rights = register(asset("logo", "a.png", kind=AssetKind.FIGURATIVE_MARK), asset("photo", "b.png"))
    kits = (DetectorKit(), PART, SHALLOW)

    enrolled = [EnrolledImages.from_bytes(kit.enrol(rights, lambda _: encoded(scene(1), "PNG"))) for kit in kits]

    assert [[sum(e.owners == place) > 0 for place in (0, 1)] for e in enrolled] == [
        [True, True],
        [True, False],
        [False, False],
    ]
    assert all((e.hashes == enrolled[0].hashes).all() for e in enrolled)
    assert len({kit.enroller for kit in kits}) == len(kits)


def test_photos_are_described_in_full_unless_nothing_needs_it() -> None:
    described = {kit.describer: kit.describe(encoded(scene(1))) for kit in (DetectorKit(), PART, SHALLOW)}

    assert [len(seen.codes) > 0 for seen in described.values()] == [True, False]
    first, second = described.values()
    assert (first.views == second.views).all()
