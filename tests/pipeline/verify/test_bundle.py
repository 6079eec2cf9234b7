"""Bundles: an honest one verifies, and whatever is changed, by a stranger or by the exporter, is found and named."""

import dataclasses
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.errors import BundleError, InputError
from pipeline.log import EntryDraft, Keys, init_keys, open_log
from pipeline.log.keys import SIGNED
from pipeline.log.signing import cms_sign
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.canonical import canonical
from pipeline.verify.files import BundleFiles
from pipeline.verify.history import History, read_history
from pipeline.verify.notes import Checkpoint, KeyType, Note, VerifierKey, cosign, open_checkpoint, sign
from pipeline.verify.numbers import check_numbers
from pipeline.verify.policy import read_policy
from tests.pipeline.verify.bundle_world import (
    PERIOD,
    Files,
    draft,
    export,
    instant,
    name_of,
)

NOW = datetime(2026, 10, 1, tzinfo=UTC)
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = VerifierKey("witness.example", KeyType.WITNESS, WITNESS.public_key().public_bytes_raw())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return init_keys(tmp_path_factory.mktemp("keys") / "keys", "log.example", NOW)


@pytest.fixture(autouse=True)
def _fresh(keys: Keys) -> None:
    """Let each test write a log of its own with the keys of all."""
    (keys.folder / SIGNED).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("honest")
    return export(folder / "bundle", keys, folder / "log")


@pytest.fixture
def bundle(honest: Path, tmp_path: Path) -> Path:
    return shutil.copytree(honest, tmp_path / "copy")


def problem_of(folder: Path, policy: str = "", since: Path | None = None) -> BundleError:
    with pytest.raises(BundleError) as raised:
        verify_bundle(
            BundleFiles(folder), read_policy(policy) if policy else None, BundleFiles(since) if since else None
        )
    return raised.value


def test_an_honest_bundle_verifies(honest: Path, keys: Keys) -> None:
    found = verify_bundle(BundleFiles(honest), read_policy(f"log {keys.verifier}\nquorum none\n"))

    assert found.log == keys.verifier
    assert found.pinned
    assert found.files == 9
    assert found.numbers > 20
    assert found.checkpoint.size > 200


def test_two_exports_of_one_state_are_the_same_bytes(tmp_path: Path, keys: Keys) -> None:
    first, second = (export(tmp_path / name, keys, tmp_path / "log") for name in ("first", "second"))

    names = {path.relative_to(first) for path in first.rglob("*") if path.is_file()}
    assert names == {path.relative_to(second) for path in second.rglob("*") if path.is_file()}
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []


def every_file(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_changed_bytes_are_found_and_blamed_on_their_own_file(bundle: Path) -> None:
    chance = random.Random(1)

    for path in every_file(bundle):
        whole = path.read_bytes()
        for _ in range(20):
            at = chance.randrange(len(whole))
            path.write_bytes(whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :])
            assert problem_of(bundle).file == path.relative_to(bundle).as_posix()
        path.write_bytes(whole)


@pytest.mark.parametrize("change", ["removed", "cut", "longer", "empty", "link", "folder"])
def test_files_that_are_missing_cut_or_no_files_are_named(bundle: Path, change: str) -> None:
    for path in every_file(bundle):
        name, whole = path.relative_to(bundle).as_posix(), path.read_bytes()
        path.unlink()
        if change == "link":
            path.symlink_to("/etc/passwd")
        elif change == "folder":
            path.mkdir()
        elif change != "removed":
            path.write_bytes({"cut": whole[:-1], "longer": whole + b"\n", "empty": b""}[change])
        assert problem_of(bundle).file == name
        if change == "folder":
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["extra.txt", "log/tile/0/000", "log/.journal", "log/tile/entries/009", "..."])
def test_a_file_that_nothing_speaks_for_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes(b"hello")

    assert problem_of(bundle).file == name


def test_a_folder_that_is_no_bundle_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a folder"):
        BundleFiles(tmp_path / "nowhere")
    assert str(problem_of(tmp_path)) == "metrics.sigstore.json: missing"


def swap(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def improve(files: Files) -> None:
    """Round the first share of metrics.csv in the exporter's favour."""
    lines = files["metrics.csv"].decode().split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("prevalence,") and ",0." in line)
    cells = lines[at].split(",")
    share = next(n for n, cell in enumerate(cells) if cell.startswith("0."))
    cells[share] = f"{float(cells[share]) - 0.001:.6f}"
    lines[at] = ",".join(cells)
    files["metrics.csv"] = "\n".join(lines).encode()


def drop_row(files: Files) -> None:
    lines = files["metrics.csv"].split(b"\n")
    files["metrics.csv"] = b"\n".join([*lines[:3], *lines[4:]])


def add_row(files: Files) -> None:
    files["metrics.csv"] += files["metrics.csv"].split(b"\n")[2].replace(b"all,all", b"all,more") + b"\n"


def add_rows_after_the_end(files: Files) -> None:
    files["metrics.csv"] += b"\n" + files["metrics.csv"].split(b"\n")[2] + b"\n"


def swap_item(files: Files) -> None:
    """Put an item of the frame that was not drawn in place of one that was."""
    sample = files["sample.csv"].decode()
    drawn = sample.split("\n")[1].split(",")[1]
    other = next(
        line.split(",")[1] for line in files["frame.csv"].decode().split("\n")[1:] if line[33:97] not in sample
    )
    files["sample.csv"] = swap(sample, drawn, other).encode()


def shrink_frame(files: Files) -> None:
    files["frame.csv"] = b"\n".join(files["frame.csv"].split(b"\n")[:-2]) + b"\n"


def fill_stratum(files: Files) -> None:
    lines = files["strata.csv"].decode().rstrip("\n").split("\n")
    cells = lines[1].split(",")
    files["strata.csv"] = ("\n".join([lines[0], ",".join([*cells[:-1], "9999"]), *lines[2:]]) + "\n").encode()


def hide_probe(files: Files) -> None:
    files["probes.csv"] = b"\n".join(files["probes.csv"].split(b"\n")[:-2]) + b"\n"


@pytest.mark.parametrize(
    ("change", "file"),
    [
        pytest.param(improve, "metrics.csv", id="a number rounded in the exporter's favour"),
        pytest.param(drop_row, "metrics.csv", id="a number left out"),
        pytest.param(add_row, "metrics.csv", id="a number made up"),
        pytest.param(add_rows_after_the_end, "metrics.csv", id="a number after the end"),
        pytest.param(swap_item, "sample.csv", id="an item of the sample swapped"),
        pytest.param(shrink_frame, "frame.csv", id="a listing left out of the frame"),
        pytest.param(fill_stratum, "strata.csv", id="a stratum that looks larger"),
        pytest.param(hide_probe, "probes.csv", id="a known fake left out"),
    ],
)
def test_an_exporter_who_signs_other_files_is_found_out(
    tmp_path: Path, keys: Keys, change: Callable[[Files], None], file: str
) -> None:
    folder = export(tmp_path / "bundle", keys, tmp_path / "log", before=change)

    assert problem_of(folder).file == file


def test_openssl_and_others_are_shown_the_same_exporter(tmp_path: Path, keys: Keys) -> None:
    stranger = init_keys(tmp_path / "keys", "log.example", NOW)

    def sign_by_a_stranger(files: Files) -> None:
        files["metrics.csv.p7s"] = cms_sign(stranger, files["metrics.csv"])

    folder = export(tmp_path / "bundle", keys, tmp_path / "log", before=sign_by_a_stranger)

    problem = problem_of(folder)
    assert problem.file == "metrics.csv.p7s"
    assert "another key" in problem.problem


def test_a_frame_that_is_left_out_is_missed(tmp_path: Path, keys: Keys) -> None:
    def leave_out(files: Files) -> None:
        files["frame.csv"] = files["frame.csv"].split(b"\n")[0] + b"\n"

    found = problem_of(export(tmp_path / "bundle", keys, tmp_path / "log", before=leave_out))

    assert found.file == "frame.csv"
    assert found.problem.endswith("the frame of a newest audit is missing")


@pytest.mark.parametrize("kind", ["frame", "seed", "sample"])
def test_an_audit_has_one_frame_one_seed_and_one_sample(tmp_path: Path, keys: Keys, kind: str) -> None:
    def twice(drafts: list[EntryDraft]) -> list[EntryDraft]:
        other = {"period": "2026-09-01/2026-10-01"} if kind == "frame" else {}
        chosen = [one for one in drafts if one.type == kind]
        return [*drafts, *(EntryDraft(type=kind, id=one.id[::-1], fields={**one.fields, **other}) for one in chosen)]

    found = problem_of(export(tmp_path / "bundle", keys, tmp_path / "log", drafts=twice))

    assert found.file.startswith("log/tile/entries/")
    assert f"a second {kind} of one audit" in found.problem


def test_an_audit_that_was_committed_to_and_never_drawn_is_counted(tmp_path: Path, keys: Keys) -> None:
    def one_more(drafts: list[EntryDraft]) -> list[EntryDraft]:
        frames = [one for one in drafts if one.type == "frame"]
        return [
            *drafts,
            *(EntryDraft(type="frame", id="f" * 32, fields={**f.fields, "audit": "b" * 32}) for f in frames),
        ]

    found = verify_bundle(BundleFiles(export(tmp_path / "bundle", keys, tmp_path / "log", drafts=one_more)))

    assert (found.computed.drawn, found.computed.elsewhere, found.computed.undrawn) == (1, 0, 1)


def test_figures_in_the_statement_must_be_those_of_the_file(tmp_path: Path, keys: Keys) -> None:
    said = {"metric": "prevalence", "period": PERIOD, "estimate": "0.0", "low": "0.0", "high": "0.0"}
    folder = export(tmp_path / "bundle", keys, tmp_path / "log", predicate={"audits": [said]})

    found = problem_of(folder)

    assert found.file == "metrics.sigstore.json"
    assert found.problem.startswith(f"says estimate '0.0' of prevalence in {PERIOD}, expected '0.")


def test_numbers_of_other_definitions_are_said_to_be_such(tmp_path: Path, keys: Keys) -> None:
    folder = export(tmp_path / "bundle", keys, tmp_path / "log", predicate={"definitions": "0"})

    assert "by version '0' of the definitions" in problem_of(folder).problem


def test_numbers_that_the_log_does_not_announce_are_refused(tmp_path: Path, keys: Keys) -> None:
    folder = export(tmp_path / "bundle", keys, tmp_path / "log", announced={"2026-Q1": "0" * 64})

    assert "announces other final numbers than follow" in problem_of(folder).problem


@pytest.mark.parametrize("corrected", [False, True], ids=["silently", "with a correction"])
def test_final_numbers_change_only_with_a_correction(tmp_path: Path, keys: Keys, *, corrected: bool) -> None:
    old = draft("metric", "old", metrics_sha256="0" * 64, final={PERIOD: "1" * 64})
    word = draft("correction", "word", period=PERIOD, reason="labels were mixed up", was="1" * 64)
    folder = export(
        tmp_path / "bundle",
        keys,
        tmp_path / "log",
        drafts=lambda drafts: [*drafts, old, *([word] if corrected else [])] if drafts[0].type == "seed" else drafts,
    )

    if corrected:
        verify_bundle(BundleFiles(folder))
    else:
        assert f"final numbers of {PERIOD} changed without a correction" in problem_of(folder).problem


def drop_event(drafts: list[EntryDraft]) -> list[EntryDraft]:
    return [one for one in drafts if one.fields.get("sequence") != 17]


def event_twice(drafts: list[EntryDraft]) -> list[EntryDraft]:
    return [*drafts, drafts[5]] if len(drafts) > 200 else drafts


def test_a_late_entry_that_claims_an_earlier_time_is_found_out(tmp_path: Path, keys: Keys) -> None:
    with open_log(tmp_path / "log", keys) as log:
        log.append([draft("policy", 1)], NOW + timedelta(days=2))
        log.append_entries([draft("policy", 2).entry(NOW)])
    folder = export(tmp_path / "bundle", keys, tmp_path / "log")

    assert problem_of(folder).problem == (
        "entry 1: logged before the entry before it, got 2026-10-01T00:00:00Z, expected 2026-10-03T00:00:00Z or later"
    )


def test_a_log_that_claims_to_be_larger_than_its_files_is_refused_at_once(tmp_path: Path, keys: Keys) -> None:
    folder = export(tmp_path / "bundle", keys, tmp_path / "log")
    text = str(Checkpoint("log.example", 10**17, bytes(32)))
    (folder / "log/checkpoint").write_bytes(Note(text, (sign(keys.log, "log.example", text),)).encode())

    found = problem_of(folder)

    assert found.file == "log/checkpoint"
    assert "more than the files here can hold" in found.problem


def test_the_verifier_needs_neither_log_nor_store_nor_network() -> None:
    code = "import sys, pipeline.verify.bundle, pipeline.verify.receipts; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    foreign = {"sqlalchemy", "prefect", "httpx", "fastapi", "pandas", "pyarrow", "pipeline.log", "pipeline.store"}
    assert foreign & set(loaded) == set()


def flip_label(drafts: list[EntryDraft]) -> list[EntryDraft]:
    confirmed = [n for n, one in enumerate(drafts) if one.type == "label" and one.fields["label"] == "counterfeit"]
    if not confirmed:
        return drafts
    one = drafts[confirmed[0]]
    flipped = EntryDraft(type=one.type, id=one.id, fields={**one.fields, "label": "irrelevant"})
    return [*drafts[: confirmed[0]], flipped, *drafts[confirmed[0] + 1 :]]


def backdate(drafts: list[EntryDraft]) -> list[EntryDraft]:
    return [
        EntryDraft(type=one.type, id=one.id, fields={**one.fields, "at": instant(-30)})
        if one.fields.get("kind") == "disposed"
        else one
        for one in drafts
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(drop_event, "entry 20: an event is missing, got number 18, expected 17", id="an event dropped"),
        pytest.param(event_twice, "an id that another entry has", id="an event twice"),
    ],
)
def test_a_log_with_gaps_is_found_out(
    tmp_path: Path, keys: Keys, change: Callable[[list[EntryDraft]], list[EntryDraft]], problem: str
) -> None:
    found = problem_of(export(tmp_path / "bundle", keys, tmp_path / "log", drafts=change))

    assert found.file.startswith("log/tile/entries/")
    assert problem in found.problem


@pytest.mark.parametrize("change", [drop_event, flip_label, backdate], ids=lambda change: change.__name__)
def test_a_history_rewritten_and_signed_again_is_found_by_whoever_has_an_earlier_bundle(
    tmp_path: Path, keys: Keys, change: Callable[[list[EntryDraft]], list[EntryDraft]]
) -> None:
    earlier = export(tmp_path / "earlier", keys, tmp_path / "log")
    (keys.folder / SIGNED).unlink()
    rewritten = export(tmp_path / "rewritten", keys, tmp_path / "other", drafts=change)

    found = problem_of(rewritten, since=earlier)
    assert found.file.startswith("log/")
    if change is not drop_event:
        assert found.file == "log/checkpoint"
        assert "the log was rewritten" in found.problem
        verify_bundle(BundleFiles(rewritten))


def test_a_log_that_has_grown_begins_with_the_earlier_one(tmp_path: Path, keys: Keys) -> None:
    earlier = export(tmp_path / "earlier", keys, tmp_path / "log")
    with open_log(tmp_path / "log", keys) as log:
        log.append([draft("challenge", 1, question="Is listing 7 in the frame?", answer=name_of("item", 7))], NOW)
        log.publish()
    later = export(tmp_path / "later", keys, tmp_path / "log")

    found = verify_bundle(BundleFiles(later), since=BundleFiles(earlier))

    assert found.since is not None
    assert 0 < found.since.size < found.checkpoint.size
    assert problem_of(earlier, since=later).file == "log/checkpoint"


def witnessed(bundle: Path, times: int = 1) -> Path:
    path = bundle / "log/checkpoint"
    note = Note.parse(path.read_bytes())
    path.write_bytes(note.with_lines([cosign(WITNESS, "witness.example", note.text, 1_793_000_000)] * times).encode())
    return bundle


def test_a_quorum_of_witnesses_is_asked_for_by_the_readers_policy(bundle: Path, keys: Keys) -> None:
    policy = f"log {keys.verifier}\nwitness body {WITNESS_KEY}\nquorum body\n"

    assert "no quorum of witnesses, got nobody, expected body" in problem_of(bundle, policy).problem
    found = verify_bundle(BundleFiles(witnessed(bundle)), read_policy(policy))

    assert [f"{name} {time:%Y-%m-%d}" for name, time in found.witnesses.items()] == ["body 2026-10-26"]


def test_a_signature_of_nobody_known_is_refused(bundle: Path) -> None:
    found = problem_of(witnessed(bundle))

    assert found.file == "log/checkpoint"
    assert "a signature by nobody that policy.txt names, or twice by one, got 'witness.example'" in found.problem


def test_a_log_that_the_reader_does_not_trust_is_refused(bundle: Path) -> None:
    other = VerifierKey("log.example", KeyType.LOG, bytes(31) + b"\x01")

    assert problem_of(bundle, f"log {other}\nquorum none\n").file == "log/checkpoint"


def every_place(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from every_place(inner, (*path, key))
    if isinstance(value, list):
        for at, inner in enumerate(value):
            yield from every_place(inner, (*path, at))


def replaced(value: Any, path: tuple[Any, ...], other: object) -> Any:
    if not path:
        return other
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize("other", [None, 1, True, "x", [], {}, [[]], "AAAA", -1, {"a": None}], ids=repr)
def test_a_statement_of_any_other_shape_is_refused(bundle: Path, other: object) -> None:
    path = bundle / "metrics.sigstore.json"
    document = json.loads(path.read_bytes())

    for place in every_place(document):
        if replaced(document, place, other) == document:
            continue
        path.write_bytes(canonical(replaced(document, place, other)))
        assert problem_of(bundle).file == "metrics.sigstore.json", place


@pytest.fixture(scope="module")
def history(honest: Path, keys: Keys) -> History:
    files = BundleFiles(honest)
    return read_history(files, open_checkpoint(Note.parse(files.read("log/checkpoint")), keys.verifier))


SHAPES: list[object] = [None, -1, "x", [], {}, [None], "2026-99-99T99:99:99Z", "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize("other", SHAPES, ids=repr)
def test_entries_of_any_shape_are_refused_or_counted_never_stumbled_over(
    honest: Path, history: History, other: object
) -> None:
    kinds = {(entry.get("type"), entry.get("kind")): at for at, entry in enumerate(history.entries)}
    outcomes = Counter[str]()

    for at in kinds.values():
        for name in history.entries[at]:
            changed = {**history.entries[at], name: other}
            entries = (*history.entries[:at], changed, *history.entries[at + 1 :])
            try:
                check_numbers(BundleFiles(honest), dataclasses.replace(history, entries=entries))
                outcomes["counted"] += 1
            except BundleError as error:
                outcomes[error.file] += 1

    assert outcomes["counted"] > 0
    assert {"log", "metrics.csv"} <= outcomes.keys()


@pytest.fixture
def seen_by_a_witness(tmp_path: Path, keys: Keys) -> Path:
    """Publish a bundle that names its witness, and have it signed."""

    def name_witness(files: Files) -> None:
        files["policy.txt"] = f"log {keys.verifier}\nwitness body {WITNESS_KEY}\nquorum body\n".encode()

    return witnessed(export(tmp_path / "bundle", keys, tmp_path / "log", before=name_witness))


def test_no_byte_of_a_witnessed_checkpoint_or_its_policy_can_be_changed(seen_by_a_witness: Path) -> None:
    found = verify_bundle(BundleFiles(seen_by_a_witness))
    assert list(found.witnesses) == ["witness.example"]

    for name in ("log/checkpoint", "policy.txt"):
        path = seen_by_a_witness / name
        whole = path.read_bytes()
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
            assert problem_of(seen_by_a_witness).file == name, at
        path.write_bytes(whole)
