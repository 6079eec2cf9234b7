"""The writer: what was acknowledged stays, whatever happens, and there is one history."""

import contextlib
import errno
import json
import os
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import LogError
from pipeline.log import EntryDraft, Keys, Log, init_keys, load_keys, open_log
from pipeline.log.disk import Disk
from pipeline.log.folder import LogFolder
from pipeline.log.keys import SIGNED
from pipeline.verify.merkle import check_consistency, complete_subtrees, consistency_proof, leaf_hash, root_of
from pipeline.verify.notes import Note, open_checkpoint
from pipeline.verify.tiles import tiles_of
from tests.pipeline.log.failing import FailingDisk, PowerLoss, QuickDisk

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def draft(number: int) -> EntryDraft:
    return EntryDraft(type="event", id=f"{number:032x}", fields={"sequence": number})


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return init_keys(tmp_path / "keys", "log.example", NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


def entries_of(log: Log) -> list[dict[str, object]]:
    return [json.loads(entry) for entry in log.all_entries()]


def test_a_log_of_several_publications_is_one_tree(folder: Path, keys: Keys) -> None:
    with open_log(folder, keys) as log:
        for count in (1, 254, 1, 300, 0, 60):
            log.append([draft(log.size + at) for at in range(count)], NOW)
            log.publish()
        entries = list(log.all_entries())
    published = LogFolder(folder)
    note = published.note()

    assert note is not None
    checkpoint = open_checkpoint(note, keys.verifier)
    assert checkpoint.size == len(entries) == 616
    assert checkpoint.root == root_of(616, complete_subtrees(map(leaf_hash, entries)))
    assert list(published.entries(0, 616)) == entries
    assert {tile.path for tile in tiles_of(616)} <= {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    }
    assert [entry["sequence"] for entry in map(json.loads, entries)] == list(range(616))


def test_incomplete_files_are_kept_until_the_full_one_is_there(folder: Path, keys: Keys) -> None:
    with open_log(folder, keys) as log:
        for count in (100, 100, 100):
            log.append(map(draft, range(count)), NOW)
            log.publish()
            kept = sorted(path.relative_to(folder).as_posix() for path in folder.glob("tile/0/*.p/*"))
            assert (
                kept
                == {
                    100: ["tile/0/000.p/100"],
                    200: ["tile/0/000.p/100", "tile/0/000.p/200"],
                    300: ["tile/0/001.p/44"],
                }[log.size]
            )


def test_entries_are_acknowledged_before_they_are_published(folder: Path, keys: Keys) -> None:
    with open_log(folder, keys) as log:
        numbers = log.append([draft(0), draft(1)], NOW)
    with open_log(folder, keys) as log:
        assert numbers == range(2)
        assert log.size == 2
        assert log.checkpoint() is None
        assert log.find(f"{1:032x}") == 1
        assert log.publish().text.split("\n")[1] == "2"


def test_time_never_runs_backwards_in_the_log(folder: Path, keys: Keys) -> None:
    for step, moment in enumerate((NOW, NOW - timedelta(days=9), NOW + timedelta(hours=1))):
        with open_log(folder, keys) as log:
            log.append([draft(step)], moment)
            log.publish()

    with open_log(folder, keys) as log:
        written = [str(entry["logged_at"]) for entry in entries_of(log)]
    assert written == ["2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z"]


def test_publishing_nothing_new_changes_nothing(folder: Path, keys: Keys) -> None:
    with open_log(folder, keys) as log:
        log.append([draft(0)], NOW)
        first = log.publish().encode()
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

        assert log.publish().encode() == first
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_two_writers_are_kept_apart(folder: Path, keys: Keys) -> None:
    with open_log(folder, keys), pytest.raises(LogError, match="another process"), open_log(folder, keys):
        pass


@pytest.mark.parametrize("name", ["checkpoint", "signed"])
def test_a_log_of_other_keys_or_a_damaged_one_is_not_opened(
    folder: Path, keys: Keys, tmp_path: Path, name: str
) -> None:
    with open_log(folder, keys) as log:
        log.append([draft(0)], NOW)
        log.publish()
    other = init_keys(tmp_path / "other", "log.example", NOW)
    with pytest.raises(LogError, match="not the log of these keys"), open_log(folder, other):
        pass
    path = (folder if name == "checkpoint" else keys.folder) / name
    path.write_bytes(path.read_bytes().replace(b"log.example\n1", b"log.example\n2"))

    with pytest.raises(LogError, match="or damaged"), open_log(folder, keys):
        pass


def test_a_log_restored_from_an_old_copy_is_not_signed_again(folder: Path, keys: Keys, tmp_path: Path) -> None:
    with open_log(folder, keys) as log:
        log.append(map(draft, range(3)), NOW)
        log.publish()
    old = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with open_log(folder, keys) as log:
        log.append([draft(3)], NOW)
        log.publish()
    copy = tmp_path / "restored"
    for name, data in old.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(data)

    with pytest.raises(LogError, match="entries are missing, got 3, expected the 4"), open_log(copy, keys):
        pass


def test_another_history_is_not_signed(folder: Path, keys: Keys, tmp_path: Path) -> None:
    with open_log(folder, keys) as log:
        log.append(map(draft, range(3)), NOW)
        log.publish()
    signed = (keys.folder / SIGNED).read_bytes()
    (keys.folder / SIGNED).unlink()

    with open_log(tmp_path / "other", keys) as log:
        log.append(map(draft, range(9, 13)), NOW)
        (keys.folder / SIGNED).write_bytes(signed)
        with pytest.raises(LogError, match="would contradict a checkpoint that was signed"):
            log.publish()


class FullDisk(QuickDisk):
    """A disk that has room for so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def _write(self, descriptor: int, data: bytes) -> None:
        super()._write(descriptor, data[: self.room])
        self.room -= len(data)
        if self.room < 0:
            self.room = 0
            raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_an_append_fails_whole_and_the_log_goes_on_when_there_is_room(folder: Path, keys: Keys) -> None:
    for room in range(150, 2_000, 61):
        place, disk = folder / str(room), FullDisk(room)
        with open_log(place, keys, disk) as log:
            kept = 0
            with contextlib.suppress(LogError):
                for number in range(20):
                    log.append([draft(number)], NOW)
                    kept = log.size
                    log.publish()
            disk.room = 10**9
            assert log.size == kept
            log.append([draft(kept)], NOW)
            log.publish()
        with open_log(place, keys, QuickDisk()) as log:
            assert [entry["sequence"] for entry in entries_of(log)] == list(range(kept + 1))
        (keys.folder / SIGNED).unlink()


@pytest.mark.parametrize("at", [3, 20, 40])
def test_a_damaged_journal_is_never_forgotten_silently(folder: Path, keys: Keys, at: int) -> None:
    with open_log(folder, keys) as log:
        log.append([draft(0)], NOW)
        log.append([draft(1)], NOW)
    path = folder / ".journal"
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)

    with pytest.raises(LogError, match="journal"), open_log(folder, keys):
        pass


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"share": 0.5}, "a floating-point number"),
        ({"id": "x"}, "fields of the log's own"),
        ({"a": "x" * 70_000}, "long"),
    ],
)
def test_what_cannot_be_an_entry_is_refused_whole(
    folder: Path, keys: Keys, fields: dict[str, object], problem: str
) -> None:
    with open_log(folder, keys) as log:
        with pytest.raises(LogError, match=problem):
            log.append([draft(0), EntryDraft(type="policy", id="1" * 32, fields=fields)], NOW)

        assert log.size == 0


def work_until_power_loss(folder: Path, keys: Keys, disk: Disk, batches: tuple[int, ...]) -> int:
    """Append and publish in turn; return how many entries were acknowledged."""
    acknowledged = 0
    try:
        with open_log(folder, keys, disk) as log:
            acknowledged = log.size
            for count in batches:
                acknowledged = log.append(map(draft, range(log.size, log.size + count)), NOW).stop
                log.publish()
    except PowerLoss:
        pass
    return acknowledged


BATCHES = (3, 250, 1, 2, 10)


def test_killed_at_any_of_many_bytes_nothing_acknowledged_is_lost_and_no_history_forks(
    tmp_path: Path, keys: Keys
) -> None:
    whole = FailingDisk(budget=10**9)
    work_until_power_loss(tmp_path / "whole", keys, whole, BATCHES)
    total = 10**9 - whole.budget
    (keys.folder / SIGNED).unlink()

    for run in range(240):
        folder = tmp_path / f"log{run}"
        disk = FailingDisk(budget=run * total // 240 + run % 7, seed=run)
        acknowledged = work_until_power_loss(folder, keys, disk, BATCHES)
        signed = [keys.folder / SIGNED] if (keys.folder / SIGNED).exists() else []
        seen = [*disk.versions, *(path.read_bytes() for path in signed)]
        with open_log(folder, keys, QuickDisk()) as log:
            assert log.size >= acknowledged, run
            assert [entry["sequence"] for entry in entries_of(log)] == list(range(log.size)), run
            log.append([draft(log.size)], NOW)
            log.publish()
            leaves = [leaf_hash(entry) for entry in log.all_entries()]
        for data in seen:
            old = open_checkpoint(Note.parse(data), keys.verifier)
            read = complete_subtrees(leaves)
            proof = consistency_proof(old.size, len(leaves), read)
            check_consistency(old.size, len(leaves), old.root, root_of(len(leaves), read), proof)
        (keys.folder / SIGNED).unlink()


def test_killed_twice_it_recovers_all_the_same(tmp_path: Path, keys: Keys) -> None:
    for run in range(60):
        folder = tmp_path / f"log{run}"
        first = work_until_power_loss(folder, keys, FailingDisk(budget=37 * run, seed=run), BATCHES)
        second = work_until_power_loss(folder, keys, FailingDisk(budget=53 * run, seed=run), BATCHES)
        with open_log(folder, keys, QuickDisk()) as log:
            assert log.size >= max(first, second)
            assert [entry["sequence"] for entry in entries_of(log)] == list(range(log.size))
            log.publish()
        (keys.folder / SIGNED).unlink(missing_ok=True)


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.log import EntryDraft, load_keys, open_log

now = datetime(2026, 11, 1, tzinfo=UTC)
with open_log(Path(sys.argv[1]), load_keys(Path(sys.argv[2]))) as log:
    while True:
        numbers = range(log.size, log.size + 40)
        drafts = [EntryDraft(type="event", id=f"{n:032x}", fields={"sequence": n}) for n in numbers]
        print(log.append(drafts, now).stop, flush=True)
        log.publish()
"""


def test_a_killed_process_loses_nothing_that_it_acknowledged(folder: Path, keys: Keys) -> None:
    acknowledged = 0
    for run in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(keys.folder)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        acknowledged = int(process.stdout.readline())
        time.sleep(0.011 * run)
        os.kill(process.pid, signal.SIGKILL)
        rest = process.communicate()[0].split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        with open_log(folder, load_keys(keys.folder)) as log:
            assert log.size >= acknowledged
            assert [entry["sequence"] for entry in entries_of(log)] == list(range(log.size))
            log.publish()


def test_keys_are_readable_by_their_owner_alone_and_never_overwritten(keys: Keys) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (keys.folder, *keys.folder.iterdir())}

    assert modes.pop("keys") == 0o700
    assert set(modes.values()) == {0o600}
    with pytest.raises(LogError, match="never overwritten"):
        init_keys(keys.folder, "log.example", NOW)
    assert load_keys(keys.folder).verifier == keys.verifier


def test_keys_that_others_may_read_are_refused(keys: Keys) -> None:
    (keys.folder / "log.key").chmod(0o640)

    with pytest.raises(LogError, match="others than its owner may use it"):
        load_keys(keys.folder)


@pytest.mark.parametrize(
    "origin", ["", "log", "https://log.example", "log.example/a", "Log.Example", "-a.example", "a b.c"]
)
def test_an_origin_must_be_a_bare_host_name(tmp_path: Path, origin: str) -> None:
    with pytest.raises(LogError, match="bare host name"):
        init_keys(tmp_path / "other", origin, NOW)
