"""Pictures of evidence."""

from io import BytesIO

import pytest
from PIL import Image

from detectors.image import PhotoReused, enrol
from detectors.image.overlay import SIDE, overlay
from pipeline.errors import PhotoRefusedError
from tests.detectors.image.pictures import asset, batch, encoded, photos, register, scene

MARK = (214, 40, 40)


def test_the_part_that_is_alike_is_outlined_in_both() -> None:
    tile = scene(1, 400, 400)
    sheet = Image.new("RGB", (800, 400), "white")
    sheet.paste(scene(2, 400, 400), (0, 0))
    sheet.paste(tile, (400, 0))
    rights = register(asset("one", "tile.png"))
    files = {"tile.png": encoded(tile, "PNG")}
    (signal,) = PhotoReused(enrol(rights, files.__getitem__), rights).detect(batch([photos(encoded(sheet))]))[0]

    drawn = Image.open(BytesIO(overlay(encoded(sheet), files["tile.png"], signal.evidence)))

    marked = [(x, y) for x in range(drawn.width) for y in range(drawn.height) if drawn.getpixel((x, y)) == MARK]
    assert drawn.format == "PNG"
    in_photo = [x for x, _ in marked if x < SIDE]
    assert SIDE // 2 - 12 <= min(in_photo) <= SIDE // 2 + 12
    assert any(x > SIDE for x, _ in marked)


def test_a_photo_turned_by_its_camera_is_drawn_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    box = {"box": [0, 0, 1, 1], "asset_box": [0, 0, 1, 1]}

    drawn = Image.open(BytesIO(overlay(encoded(scene(1, 320, 160), exif=turned), encoded(scene(1)), box)))

    assert drawn.size == (160 + 16 + 320, 320)


def test_a_hostile_file_is_refused() -> None:
    with pytest.raises(PhotoRefusedError):
        overlay(b"<html>", encoded(scene(1)), {"box": [0, 0, 1, 1], "asset_box": [0, 0, 1, 1]})
