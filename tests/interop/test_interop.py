"""Programs of others verify what we publish, and refuse it once it was changed."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymerkle
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from securesystemslib.dsse import Envelope
from securesystemslib.signer import Key  # type: ignore[attr-defined]  # it is in __all__ only

from pipeline.errors import BundleError
from pipeline.log import Keys, init_keys, open_log
from pipeline.log.folder import LogFolder
from pipeline.log.keys import SIGNED
from pipeline.verify.base64s import decode, encode
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles
from pipeline.verify.sigstore import read_envelope
from tests.interop.programs import go_monitor, need, run, sigstore
from tests.pipeline.verify.bundle_world import draft, export

NOW = datetime(2026, 10, 1, tzinfo=UTC)
STATEMENT = "metrics.sigstore.json"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return init_keys(tmp_path_factory.mktemp("keys") / "keys", "log.example", NOW)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("honest")
    return export(folder / "bundle", keys, folder / "log")


@pytest.fixture
def bundle(honest: Path, tmp_path: Path) -> Path:
    return shutil.copytree(honest, tmp_path / "copy")


@pytest.fixture
def exporter(honest: Path, tmp_path: Path) -> Path:
    path = tmp_path / "exporter.der"
    path.write_bytes(read_envelope((honest / STATEMENT).read_bytes()).key)
    return path


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(data)


def edit(bundle: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads((bundle / STATEMENT).read_bytes())
    change(document)
    (bundle / STATEMENT).write_text(json.dumps(document), "utf-8")


def proof(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
    return found


def change_payload(document: dict[str, Any]) -> None:
    payload = decode(document["dsseEnvelope"]["payload"]).replace(b"metrics.csv", b"metrics.csw")
    document["dsseEnvelope"]["payload"] = encode(payload)


def change_signature(document: dict[str, Any]) -> None:
    signature = bytearray(decode(document["dsseEnvelope"]["signatures"][0]["sig"]))
    signature[-1] ^= 1
    document["dsseEnvelope"]["signatures"][0]["sig"] = encode(bytes(signature))


def change_proof(document: dict[str, Any]) -> None:
    proof(document)["hashes"][0] = encode(bytes(32))


def change_root(document: dict[str, Any]) -> None:
    envelope = proof(document)["checkpoint"]["envelope"].split("\n")
    envelope[2] = encode(bytes(32))
    proof(document)["checkpoint"]["envelope"] = "\n".join(envelope)


def change_place(document: dict[str, Any]) -> None:
    proof(document)["logIndex"] = "0"


def drop_entry(document: dict[str, Any]) -> None:
    document["verificationMaterial"]["tlogEntries"] = []


CHANGES = [change_payload, change_signature, change_proof, change_root, change_place, drop_entry]


def test_sigstore_verifies_the_statement(bundle: Path, exporter: Path) -> None:
    content, said = sigstore(bundle / STATEMENT, bundle / "trusted_root.json", exporter)

    assert content, said


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_sigstore_refuses_a_statement_that_was_changed(
    bundle: Path, exporter: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    edit(bundle, change)

    content, said = sigstore(bundle / STATEMENT, bundle / "trusted_root.json", exporter)

    assert not content
    assert "Error" in said
    assert "Cannot find module" not in said


def test_securesystemslib_verifies_the_envelope(honest: Path) -> None:
    document = json.loads((honest / STATEMENT).read_bytes())["dsseEnvelope"]
    found = read_envelope((honest / STATEMENT).read_bytes())
    pem = x509_pem(found.key)
    values = {"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": pem}}
    key = Key.from_dict(found.key_hint, values)

    assert Envelope.from_dict(document).verify([key], 1) == {found.key_hint: key}


def x509_pem(key: bytes) -> str:
    lines = encode(key)
    return f"-----BEGIN PUBLIC KEY-----\n{lines[:64]}\n{lines[64:]}\n-----END PUBLIC KEY-----\n"


def test_a_merkle_tree_of_others_has_the_same_root(honest: Path) -> None:
    folder = LogFolder(honest / "log")
    checkpoint = folder.checkpoint()
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in folder.all_entries():
        tree.append(entry)

    assert checkpoint is not None
    assert tree.get_state() == checkpoint.root


def test_go_follows_the_log_as_it_grows(tmp_path: Path, keys: Keys) -> None:
    monitor = go_monitor()
    (keys.folder / SIGNED).unlink(missing_ok=True)
    with open_log(tmp_path / "log", keys) as log:
        for count in (3, 252, 1, 700):
            log.append((draft("policy", log.size + n) for n in range(count)), NOW)
            log.publish()
            earlier = tmp_path / "earlier"
            old = [earlier] if earlier.exists() else []

            assert run(monitor, tmp_path / "log", keys.verifier, *old) == (True, f"{log.size} entries\n")
            shutil.copy(tmp_path / "log/checkpoint", earlier)


@pytest.mark.parametrize(
    "name",
    ["checkpoint", "tile/entries/000", "tile/entries/001.p/*", "tile/0/000", "tile/0/001.p/*", "tile/1/000.p/1"],
)
def test_go_refuses_a_log_that_was_changed(bundle: Path, keys: Keys, name: str) -> None:
    monitor = go_monitor()
    (path,) = (bundle / "log").glob(name)
    flip(path, -20)

    assert not run(monitor, bundle / "log", keys.verifier)[0]


def test_go_refuses_another_key_and_another_history(bundle: Path, keys: Keys, tmp_path: Path) -> None:
    monitor = go_monitor()
    other = init_keys(tmp_path / "other", "log.example", NOW)
    (keys.folder / SIGNED).unlink(missing_ok=True)
    rewritten = export(tmp_path / "new", keys, tmp_path / "log", drafts=lambda drafts: [draft("policy", 9), *drafts])

    assert not run(monitor, bundle / "log", other.verifier)[0]
    assert not run(monitor, rewritten / "log", keys.verifier, bundle / "log/checkpoint")[0]


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_openssl_jq_and_sha256sum_check_a_bundle(bundle: Path, shell: str) -> None:
    for program in ("openssl", "jq", "sha256sum"):
        need(program)

    content, said = run(need(shell), "verify_stock.sh", folder=bundle)

    assert content, said
    assert said.count("ok ") == 5


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_openssl_refuses_a_statement_that_was_changed(bundle: Path, change: Callable[[dict[str, Any]], None]) -> None:
    need("jq")
    edit(bundle, change)

    content, said = run(need("sh"), "verify_stock.sh", folder=bundle)

    assert not content
    assert f"FAIL  {STATEMENT}" in said


@pytest.mark.parametrize("name", ["metrics.csv", "frame.csv", "VERIFY.md", "trusted_root.json", "metrics.csv.p7s"])
def test_openssl_names_a_file_that_was_changed(bundle: Path, name: str) -> None:
    need("jq")
    flip(bundle / name, 30)

    content, said = run(need("sh"), "verify_stock.sh", folder=bundle)

    assert not content
    assert f"FAIL  {name}: is not the file that was signed" in said


def test_openssl_refuses_a_checkpoint_that_was_changed_and_a_file_that_was_added(bundle: Path) -> None:
    need("jq")
    (bundle / "more.txt").write_text("more")
    assert "more.txt: is a file that nothing speaks for" in run(need("sh"), "verify_stock.sh", folder=bundle)[1]
    (bundle / "more.txt").unlink()
    flip(bundle / "log/checkpoint", 13)
    assert "FAIL  log/checkpoint" in run(need("sh"), "verify_stock.sh", folder=bundle)[1]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[x509.Certificate]]:
    """Return the folder of a time-stamping authority that openssl can be, and its chain."""
    folder = tmp_path_factory.mktemp("authority")
    keys = [rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("Made-up root", "Made-up stamps")
    ]
    chain = []
    for at in (0, 1):
        builder = x509.CertificateBuilder().subject_name(names[at]).issuer_name(names[0])
        builder = builder.public_key(keys[at].public_key()).serial_number(at + 1)
        builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9_000))
        builder = builder.add_extension(x509.BasicConstraints(ca=at == 0, path_length=None), critical=True)
        if at:
            stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(stamping, critical=True)
        chain.append(builder.sign(keys[0], hashes.SHA256()))
    (folder / "tsa.pem").write_bytes(chain[1].public_bytes(Encoding.PEM))
    (folder / "tsa.key").write_bytes(keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "serial").write_text("01")
    (folder / "tsa.conf").write_text(
        "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
        "signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\ness_cert_id_alg = sha256\n"
    )
    return folder, chain[::-1]


def stamps_of(document: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = document["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    return found


def test_a_time_stamp_holds_for_openssl_for_sigstore_and_for_us(
    tmp_path: Path, keys: Keys, authority: tuple[Path, list[x509.Certificate]], exporter: Path
) -> None:
    folder, chain = authority
    (keys.folder / SIGNED).unlink(missing_ok=True)

    def stamp(data: bytes) -> bytes:
        (folder / "data").write_bytes(data)
        openssl = need("openssl")
        asked = run(openssl, "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query", folder=folder)
        command = ("ts", "-reply", "-config", "tsa.conf", "-queryfile", "query", "-out", "token")
        given = run(openssl, *command, folder=folder)
        assert asked[0], asked
        assert given[0], given
        return (folder / "token").read_bytes()

    bundle = export(tmp_path / "bundle", keys, tmp_path / "log", stamps=[stamp], authorities=[chain])

    assert len(verify_bundle(BundleFiles(bundle)).stamped_at) == 1
    token = decode(stamps_of(json.loads((bundle / STATEMENT).read_bytes()))[0]["signedTimestamp"])
    honest = (bundle / STATEMENT).read_bytes()
    for at in range(0, len(token), 7):
        changed = encode(token[:at] + bytes([token[at] ^ 0x01]) + token[at + 1 :]).encode()
        (bundle / STATEMENT).write_bytes(honest.replace(encode(token).encode(), changed))
        with pytest.raises(BundleError, match=STATEMENT):
            verify_bundle(BundleFiles(bundle))
    (bundle / STATEMENT).write_bytes(honest)
    content, said = run(need("sh"), "verify_stock.sh", folder=bundle)
    assert content, said
    assert "time stamp 1 holds" in said
    content, said = sigstore(bundle / STATEMENT, bundle / "trusted_root.json", exporter, timestamps=1)
    assert content, said
