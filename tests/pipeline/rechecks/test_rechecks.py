"""Looks at listings: from files, whatever they hold, and by asking, wherever that leads."""

import gzip
import hashlib
import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.enforcement import RecheckResult
from pipeline.errors import InputError
from pipeline.rechecks import Look, Scout, find_files, read_looks
from pipeline.rechecks.look import MOST_BODY, text_of
from pipeline.records import Rejected

NOW = datetime(2026, 11, 2, tzinfo=UTC)
URL = "https://item.example/1001"


def looks_in(path: Path) -> list[Look]:
    return [look for look in read_looks(path) if isinstance(look, Look)]


def line(**changes: Any) -> bytes:
    plain = {"checked_at": "2026-11-01T10:00:00+08:00", "url": URL, "result": "up", "vantage": "CN, signed in"}
    return orjson.dumps({name: value for name, value in (plain | changes).items() if value is not None})


def test_lines_become_looks_with_their_evidence(tmp_path: Path) -> None:
    (tmp_path / "shot.png").write_bytes(b"PNG")
    rows = [
        line(evidence="shot.png"),
        line(url=None, platform="taobao", listing_id=1001, seller_id="s1", result="gone_404"),
        line(result=None, status=404, evidence="shot.png", final_url="https://item.example/gone"),
    ]
    (tmp_path / "looks.jsonl").write_bytes(b"\n".join(rows) + b"\n\n")

    first, second, third = looks_in(tmp_path / "looks.jsonl")

    assert (first.checked_at, first.url, first.result) == (datetime(2026, 11, 1, 2, tzinfo=UTC), URL, RecheckResult.UP)
    assert (first.evidence, first.vantage) == (b"PNG", "CN, signed in")
    assert (second.platform, second.listing_id, second.seller_id) == ("taobao", "1001", "s1")
    assert third.answer is not None
    assert (third.answer.status, third.answer.address) == (404, "https://item.example/gone")


def test_evidence_may_be_named_with_its_digest_beside_the_file_or_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "shot.png").write_bytes(b"PNG")
    beside = {"path": "shot.png", "sha256": hashlib.sha256(b"PNG").hexdigest()}
    elsewhere = {"url": "s3://captures/1.png", "sha256": "a" * 64}
    (tmp_path / "looks.jsonl").write_bytes(line(evidence=beside) + b"\n" + line(evidence=elsewhere))

    first, second = looks_in(tmp_path / "looks.jsonl")

    assert (first.evidence, first.evidence_url) == (b"PNG", None)
    assert (second.evidence, second.evidence_sha256, second.evidence_url) == (None, "a" * 64, "s3://captures/1.png")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(b"{", "unexpected", id="no JSON"),
        pytest.param(b"[1]", "not an object", id="no object"),
        pytest.param(line(checked_at="yesterday"), "ValueError", id="no time"),
        pytest.param(line(checked_at="2026-11-01T10:00:00"), "no zone", id="no zone"),
        pytest.param(line(checked_at="0001-01-01T00:00:00+14:00"), "OverflowError", id="before all time"),
        pytest.param(line(result="vanished"), "'vanished' is not a valid", id="no such result"),
        pytest.param(line(result=None), "KeyError: 'status'", id="neither result nor status"),
        pytest.param(line(url=None), "no listing", id="no listing"),
        pytest.param(line(url=["x"]), "not a text", id="no text"),
        pytest.param(line(evidence="../shot.png"), "'..'", id="evidence elsewhere"),
        pytest.param(line(evidence="/etc/passwd"), "absolute", id="evidence at an absolute path"),
        pytest.param(line(evidence={"url": "https://a.example/x"}), "its digest", id="evidence without a digest"),
        pytest.param(line(evidence={"url": "javascript:x", "sha256": "a" * 64}), "no address", id="no address"),
        pytest.param(line(evidence={"path": "looks.jsonl", "sha256": "a" * 64}), "other bytes", id="other bytes"),
        pytest.param(line(evidence={"path": "../x", "sha256": "a" * 64}), "'..'", id="named evidence elsewhere"),
        pytest.param(line(evidence={"path": ["x"], "sha256": "a" * 64}), "not a text", id="a path that is none"),
        pytest.param(b"[" * 200_000, "", id="deep"),
    ],
)
def test_a_line_that_cannot_be_used_is_rejected_with_its_place(tmp_path: Path, bad: bytes, reason: str) -> None:
    (tmp_path / "looks.jsonl").write_bytes(line() + b"\n" + bad + b"\n" + line() + b"\n")

    first, rejected, last = read_looks(tmp_path / "looks.jsonl")

    assert isinstance(first, Look)
    assert isinstance(last, Look)
    assert isinstance(rejected, Rejected)
    assert rejected.line == 2
    assert reason in rejected.reason + rejected.expected + rejected.got


def write_warc(path: Path, *responses: tuple[str, str, bytes], when: str = "2026-11-01T02:00:00Z") -> Path:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        for url, status, body in responses:
            headers = StatusAndHeaders(status, [("Content-Type", "text/html; charset=gbk")], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=io.BytesIO(body),
                    http_headers=headers,
                    warc_headers_dict={"WARC-Date": when},
                )
            )
    return path


@pytest.mark.parametrize("name", ["looks.warc", "looks.warc.gz"])
def test_responses_of_a_warc_become_looks_to_be_judged(tmp_path: Path, name: str) -> None:
    path = write_warc(tmp_path / name, (URL, "200 OK", "此宝贝已下架".encode("gbk")), (URL, "404 Not Found", b""))

    shown, gone = looks_in(path)

    assert shown.answer is not None
    assert (shown.answer.status, shown.answer.page) == (200, "此宝贝已下架")
    assert shown.checked_at == datetime(2026, 11, 1, 2, tzinfo=UTC)
    assert shown.evidence is not None
    assert shown.evidence.startswith(b"HTTP/1.1 200 OK")
    assert gone.answer is not None
    assert gone.answer.status == 404


def packed(path: Path, *members: tuple[str, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def test_the_warc_files_of_a_wacz_are_read_and_nothing_else_of_it(tmp_path: Path) -> None:
    warc = write_warc(tmp_path / "a.warc.gz", (URL, "404 Not Found", b"")).read_bytes()
    members = ("archive/a.warc.gz", warc), ("archive/../../b.warc", warc), ("pages/pages.jsonl", b"{}")

    looks = looks_in(packed(tmp_path / "looks.wacz", *members))

    assert [look.answer and look.answer.status for look in looks] == [404, 404]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.warc.gz", "looks.wacz"]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param([("archive/a.warc", b"0" * 5_000_000)], "too much", id="grows without end"),
        pytest.param([(f"archive/{n}.warc", b"") for n in range(101)], "too much", id="too many"),
        pytest.param([("archive/a.warc", b"no WARC at all")], "damaged", id="no WARC"),
    ],
)
def test_a_wacz_that_is_none_or_means_harm_is_rejected(
    tmp_path: Path, members: list[tuple[str, bytes]], reason: str
) -> None:
    (rejected,) = read_looks(packed(tmp_path / "looks.wacz", *members))

    assert isinstance(rejected, Rejected)
    assert rejected.reason == reason


@pytest.mark.parametrize("cut", [0, 10, 200, 400])
def test_a_wacz_that_is_cut_off_is_reported_and_ends(tmp_path: Path, cut: int) -> None:
    warc = write_warc(tmp_path / "a.warc.gz", (URL, "404 Not Found", b"")).read_bytes()
    path = packed(tmp_path / "looks.wacz", ("archive/a.warc.gz", warc))
    path.write_bytes(path.read_bytes()[:cut])

    (rejected,) = read_looks(path)

    assert isinstance(rejected, Rejected)


@pytest.mark.parametrize("when", ["yesterday", "2026-11-01T02:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_response_without_a_usable_time_is_rejected_and_the_rest_is_read(tmp_path: Path, when: str) -> None:
    path = write_warc(tmp_path / "looks.warc", (URL, "200 OK", b"x"), when=when)
    good = write_warc(tmp_path / "good.warc", (URL, "200 OK", b"x"))
    path.write_bytes(path.read_bytes() + good.read_bytes())

    rejected, look = read_looks(path)

    assert isinstance(rejected, Rejected)
    assert (rejected.field, rejected.got) == ("WARC-Date", repr(when))
    assert isinstance(look, Look)


@pytest.mark.parametrize("cut", [3, 40, 200, 350])
def test_a_damaged_warc_is_reported_and_ends(tmp_path: Path, cut: int) -> None:
    path = write_warc(tmp_path / "looks.warc", (URL, "200 OK", b"x" * 400))
    path.write_bytes(path.read_bytes()[:cut] + b"\xff" * 300)

    assert len(list(read_looks(path))) <= 2


def test_files_are_found_in_folders_and_others_refused(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.warc.gz", "notes.txt"):
        (tmp_path / name).write_bytes(b"")

    assert [path.name for path in find_files([tmp_path])] == ["a.warc.gz", "b.jsonl"]
    for path in (tmp_path / "notes.txt", tmp_path / "gone"):
        with pytest.raises(InputError, match="got no looks"):
            find_files([path])


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "text"),
    [
        pytest.param("é".encode(), "", "", "é", id="utf-8"),
        pytest.param("下架".encode("gbk"), "text/html; charset=GBK", "", "下架", id="declared in the header"),
        pytest.param(b"<meta charset='gbk'>" + "下架".encode("gbk"), "", "", "<meta charset='gbk'>下架", id="in it"),
        pytest.param("下架".encode("gbk"), "text/html; charset=none-such", "", "下架", id="unknown"),
        pytest.param(b"a-b", "text/html; charset=punycode", "", "a-b", id="no encoding of pages"),
        pytest.param("é".encode("cp1252"), "text/html; charset=windows-1252", "", "é", id="of one alphabet"),
        pytest.param("ガ".encode("shift_jis"), "text/html; charset=Shift_JIS", "", "ガ", id="Japanese"),
        pytest.param(gzip.compress(b"page"), "", "gzip", "page", id="packed"),
        pytest.param(b"page", "", "gzip", "", id="not packed"),
        pytest.param(b"page", "", "br", "", id="packed unknown"),
    ],
)
def test_bodies_become_text(body: bytes, content_type: str, encoding: str, text: str) -> None:
    assert text_of(body, content_type, encoding) == text


def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    assert len(text_of(gzip.compress(b"0" * (MOST_BODY * 4)), "", "gzip")) == MOST_BODY


PAGES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/up": (200, {"Content-Type": "text/html"}, b"Quillmere bag"),
    "/gone": (404, {}, b""),
    "/moved": (302, {"Location": "/up"}, b""),
    "/ring": (302, {"Location": "/ring"}, b""),
    "/out": (302, {"Location": "http://elsewhere.example/"}, b""),
    "/inside": (302, {"Location": "http://internal.localhost.example/"}, b""),
    "/file": (302, {"Location": "file:///etc/passwd"}, b""),
    "/bad": (302, {"Location": "http://[::"}, b""),
    "/long": (200, {}, b"x" * (MOST_BODY + 1_000_000)),
}


class Shop(BaseHTTPRequestHandler):
    asked: list[tuple[str, str, str]]

    def do_GET(self) -> None:
        status, headers, body = PAGES[self.path]
        self.asked.append((self.path, self.headers["Host"], self.headers["User-Agent"]))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the base class has it
        """Say nothing."""


@contextmanager
def shop() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    asked: list[tuple[str, str, str]] = []
    handler = type("Handler", (Shop,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://shop.example:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def scout(waited: list[float] | None = None, **changes: Any) -> Scout:
    """Return a scout to whom every host is this machine; its time stands still."""
    pauses = [] if waited is None else waited
    plain: dict[str, Any] = {
        "hosts": ("shop.example",),
        "pause_s": 5.0,
        "sleep": pauses.append,
        "clock": lambda: 100.0,
        "allow_loopback": True,
        "lookup": lambda _host, _port: ["127.0.0.1"],
    }
    return Scout(**(plain | changes))


@pytest.mark.parametrize(
    ("path", "status", "page"),
    [
        pytest.param("/up", 200, "Quillmere bag", id="up"),
        pytest.param("/gone", 404, "", id="gone"),
        pytest.param("/moved", 200, "Quillmere bag", id="redirected"),
        pytest.param("/ring", None, "", id="redirected for ever"),
        pytest.param("/out", None, "", id="redirected to another host"),
        pytest.param("/file", None, "", id="redirected to a file"),
        pytest.param("/bad", None, "", id="redirected to no address"),
    ],
)
def test_an_address_is_asked_for_within_the_allowed_hosts(path: str, status: int | None, page: str) -> None:
    with shop() as (address, asked):
        look = scout().visit(address + path, NOW)

    assert look.answer is not None
    assert (look.answer.status, look.answer.page) == (status, page)
    assert look.evidence is not None
    assert look.evidence.startswith(f"HTTP {status}".encode() if status else b"no answer: ")
    assert {host.partition(":")[0] for _, host, _ in asked} == {"shop.example"}
    assert all(agent.startswith("counterfoil") for _, _, agent in asked)


def test_an_answer_is_cut_at_the_limit() -> None:
    with shop() as (address, _):
        look = scout().visit(f"{address}/long", NOW)

    assert look.answer is not None
    assert len(look.answer.page) == MOST_BODY


def test_one_host_is_not_asked_twice_without_a_pause() -> None:
    waited: list[float] = []
    with shop() as (address, _):
        visitor = scout(waited)
        for _ in range(2):
            visitor.visit(f"{address}/up", NOW)

    assert waited == [0.0, 5.0]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("ftp://shop.example/", id="scheme"),
        pytest.param("http://user:secret@shop.example/", id="user"),
        pytest.param("http://other.example/", id="host"),
        pytest.param("http://shop.example.other.example/", id="host that begins alike"),
        pytest.param("http://evilshop.example/", id="host that ends alike"),
        pytest.param("http://", id="no host"),
        pytest.param("not an address", id="words"),
        pytest.param("http://[::1", id="broken"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("http://shop.example:22/", id="port"),
    ],
)
def test_what_may_not_be_asked_for_is_not(url: str) -> None:
    visitor = scout(allow_loopback=False, lookup=lambda _host, _port: ["93.184.216.34"])

    assert not visitor.allows(url)
    look = visitor.visit(url, NOW)
    assert look.answer is not None
    assert look.answer.status is None


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param([], id="none"),
        pytest.param(["127.0.0.1"], id="loopback"),
        pytest.param(["10.1.2.3"], id="private"),
        pytest.param(["169.254.169.254"], id="metadata of a cloud"),
        pytest.param(["100.64.0.1"], id="shared"),
        pytest.param(["0.0.0.0"], id="any"),  # noqa: S104  an address that must be refused
        pytest.param(["224.0.0.1"], id="multicast"),
        pytest.param(["::1"], id="loopback 6"),
        pytest.param(["fe80::1%eth0"], id="link"),
        pytest.param(["fd00::1"], id="local 6"),
        pytest.param(["::ffff:10.0.0.1"], id="mapped"),
        pytest.param(["2002:7f00:1::"], id="6to4"),
        pytest.param(["64:ff9b::a00:1"], id="translated"),
        pytest.param(["93.184.216.34", "10.0.0.1"], id="one of two"),
    ],
)
def test_a_name_that_leads_inside_a_network_is_not_followed(addresses: Sequence[str]) -> None:
    look = scout(allow_loopback=False, lookup=lambda _host, _port: addresses).visit("http://shop.example/", NOW)

    assert look.answer is not None
    assert look.answer.status is None
    assert b"expected public addresses" in (look.evidence or b"")
