"""Captures as web archives: read by stock tools, the same every time, and refused once a byte is changed."""

import gzip
import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from wacz.main import main as stock  # type: ignore[import-untyped]
from warcio.archiveiterator import ArchiveIterator

from pipeline.exhibits.archive import write_wacz
from pipeline.exhibits.capture import Capture, CapturedPhoto, Making

PHOTO = b"\xff\xd8\xff\xe0 a photo, or near enough"
CAPTURE = Capture(
    case_id="c0ffee",
    url="https://market.example/1\u202e",
    title="<script>mug\x00</script>",
    captured_at=datetime(2026, 10, 3, 7, 12, tzinfo=UTC),
    record=b'{"title": "mug"}',
    photos=(
        CapturedPhoto(name="../../etc/passwd", data=PHOTO),
        CapturedPhoto(name="again.jpg", data=PHOTO),
        CapturedPhoto(name="gone.jpg", data=None),
    ),
)
MAKING = Making(
    made_at=datetime(2026, 10, 20, 9, 30, tzinfo=UTC),
    operator="Jo",
    tools={"counterfoil": "1"},
    source={"scan": "ab", "content": "cd"},
)


def files_of(wacz: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(wacz)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def accepted(wacz: bytes, folder: Path) -> bool:
    """Tell whether the stock validator takes an archive."""
    path = folder / "a.wacz"
    path.write_bytes(wacz)
    return bool(stock(["validate", "-f", str(path)]) == 0)


def test_the_stock_validator_takes_the_archive(tmp_path: Path) -> None:
    assert accepted(write_wacz(CAPTURE, MAKING), tmp_path)


@pytest.mark.parametrize(
    "name", ["archive/data.warc.gz", "extra/manifest.json", "pages/pages.jsonl", "datapackage.json"]
)
def test_the_stock_validator_refuses_an_archive_with_one_byte_changed(name: str, tmp_path: Path) -> None:
    files = files_of(write_wacz(CAPTURE, MAKING))
    place = files[name].index(b"mug") if b"mug" in files[name] else len(files[name]) // 2
    changed = bytearray(files[name])
    changed[place] ^= 1
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, data in {**files, name: bytes(changed)}.items():
            archive.writestr(path, data)

    assert not accepted(made.getvalue(), tmp_path)


def test_the_records_are_what_was_captured_and_claim_no_response() -> None:
    warc = files_of(write_wacz(CAPTURE, MAKING))["archive/data.warc.gz"]

    records = [
        (
            r.rec_type,
            r.rec_headers.get_header("WARC-Target-URI"),
            r.rec_headers.get_header("WARC-Date"),
            r.raw_stream.read(),
        )
        for r in ArchiveIterator(io.BytesIO(warc), check_digests="raise")
    ]

    assert [kind for kind, *_ in records] == ["warcinfo", "resource", "resource", "resource"]
    assert records[1][2:] == ("2026-10-03T07:12:00Z", CAPTURE.record)
    assert records[2][3] == PHOTO
    assert not any(uri and uri.startswith("http") for _, uri, *_ in records)


def test_the_index_says_where_each_record_lies() -> None:
    files = files_of(write_wacz(CAPTURE, MAKING))
    warc, index = files["archive/data.warc.gz"], gzip.decompress(files["indexes/index.cdx.gz"])

    lines = index.splitlines()
    kinds = [line.split(b":", 3)[2] for line in lines]
    assert kinds == [b"listing", b"manifest", b"photo"]
    for line in lines:
        facts = orjson.loads(line.split(b" ", 2)[2])
        part = warc[int(facts["offset"]) : int(facts["offset"]) + int(facts["length"])]
        record = next(iter(ArchiveIterator(io.BytesIO(part))))
        assert facts["digest"] == f"sha256:{hashlib.sha256(record.content_stream().read()).hexdigest()}"
        assert facts["url"] == record.rec_headers.get_header("WARC-Target-URI")


def test_the_manifest_says_what_is_known_and_what_is_not() -> None:
    manifest = orjson.loads(files_of(write_wacz(CAPTURE, MAKING))["extra/manifest.json"])

    digest = hashlib.sha256(PHOTO).hexdigest()
    assert [photo["sha256"] for photo in manifest["photos"]] == [digest, digest, None]
    assert manifest["photos"][0]["name"] == "../../etc/passwd"
    assert manifest["record"]["sha256"] == hashlib.sha256(CAPTURE.record).hexdigest()
    assert (manifest["operator"], manifest["tools"]) == ("Jo", {"counterfoil": "1"})
    assert "did not fetch" in manifest["how"]
    assert manifest["not_known"]


def test_no_name_of_a_stranger_becomes_a_path() -> None:
    assert set(files_of(write_wacz(CAPTURE, MAKING))) == {
        "archive/data.warc.gz",
        "indexes/index.cdx.gz",
        "pages/pages.jsonl",
        "extra/manifest.json",
        "datapackage.json",
        "datapackage-digest.json",
    }


def test_the_same_capture_is_the_same_file_byte_for_byte() -> None:
    assert write_wacz(CAPTURE, MAKING) == write_wacz(CAPTURE, MAKING)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"<svg onload=alert(1)>", "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_what_a_photo_is_is_told_by_its_bytes(data: bytes | None, media_type: str) -> None:
    assert CapturedPhoto(name="a.html", data=data).media_type == media_type
