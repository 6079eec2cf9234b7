"""Time stamps by an authority made with openssl on this machine, asked over HTTP, checked by openssl too."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, TransportError
from pipeline.transports.authority import Authority, read_roots
from pipeline.transports.web import Web
from tests.web import Request, Response, served

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

CONFIG = """
[tsa]
default_tsa = ours
[ours]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ordering = yes
ess_cert_id_alg = sha256
"""
DATA = b"an exhibit"


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a root, a signer for time stamps, and a configuration that embeds the signer's certificate only."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01")
    (folder / "signer.ext").write_text(
        "extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
    )
    for name in ("root", "other"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/CN={name} root", "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=stamps", "-keyout", "tsa.key", "-out", "tsa.csr")  # fmt: skip
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
            "-days", "30", "-extfile", "signer.ext", "-out", "tsa.pem")  # fmt: skip
    return folder


@pytest.fixture
def address(authority: Path) -> Iterator[str]:
    def answer(request: Request) -> Response:
        assert request.headers["Content-Type"] == "application/timestamp-query"
        (authority / "q.tsq").write_bytes(request.body)
        openssl(authority, "ts", "-reply", "-queryfile", "q.tsq", "-config", "tsa.cnf", "-out", "r.tsr")
        return Response(body=(authority / "r.tsr").read_bytes())

    with served(answer) as url:
        yield url


def asking(url: str, authority: Path, root: str = "root.pem") -> Authority:
    return Authority(url, read_roots(authority / root), Web(lambda _seconds: None))


def test_a_stamp_is_one_that_openssl_accepts(address: str, authority: Path) -> None:
    before = datetime.now(UTC)

    stamp = asking(address, authority).stamp(DATA)

    assert abs((stamp.stamped_at - before).total_seconds()) < 120
    (authority / "data").write_bytes(DATA)
    (authority / "data.tsr").write_bytes(stamp.token)
    said = openssl(authority, "ts", "-verify", "-data", "data", "-in", "data.tsr", "-CAfile", "root.pem")
    assert b"Verification: OK" in said.stdout + said.stderr


def test_a_stamp_by_somebody_not_trusted_is_refused(address: str, authority: Path) -> None:
    with pytest.raises(TransportError, match="no time stamp"):
        asking(address, authority, "other.pem").stamp(DATA)


def test_a_stamp_for_other_bytes_is_refused(authority: Path) -> None:
    def answer(_request: Request) -> Response:
        openssl(authority, "ts", "-query", "-data", "tsa.cnf", "-sha256", "-cert", "-out", "x.tsq")
        openssl(authority, "ts", "-reply", "-queryfile", "x.tsq", "-config", "tsa.cnf", "-out", "x.tsr")
        return Response(body=(authority / "x.tsr").read_bytes())

    with served(answer) as url, pytest.raises(TransportError, match="no time stamp"):
        asking(url, authority).stamp(DATA)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(Response(body=b""), id="nothing"),
        pytest.param(Response(body=b"<html>sign in</html>"), id="a page"),
        pytest.param(Response(status=403), id="refused"),
        pytest.param(Response(body=b"\x30" * 100_000), id="nonsense"),
    ],
)
def test_an_answer_that_is_no_stamp_is_refused(response: Response, authority: Path) -> None:
    with served(lambda _request: response) as url, pytest.raises(TransportError, match=r"127\.0\.0\.1"):
        asking(url, authority).stamp(DATA)


def test_roots_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("nothing")

    with pytest.raises(SettingsError, match=r"roots.pem: cannot be read"):
        read_roots(tmp_path / "roots.pem")
