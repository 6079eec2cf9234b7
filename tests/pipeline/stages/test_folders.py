"""A folder is replaced as a whole, whenever the machine stops."""

import contextlib
from pathlib import Path

from pipeline.stages.folders import put_folder, restore_folder
from tests.pipeline.log.failing import FailingDisk, PowerLoss, QuickDisk

OLD = {"a.txt": b"old", "log/checkpoint": b"old\n"}
NEW = {"a.txt": b"newer", "log/tile/0": b"new", "log/checkpoint": b"new\n"}
PLENTY = 10_000


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cost(folder: Path) -> int:
    """Return how many bytes and steps it takes to replace a folder."""
    put_folder(folder / "place", OLD.items(), QuickDisk())
    disk = FailingDisk(PLENTY)
    put_folder(folder / "place", NEW.items(), disk)
    return PLENTY - disk.budget


def test_killed_at_any_byte_or_step_the_old_folder_or_the_new_one_is_there_whole(tmp_path: Path) -> None:
    steps = cost(tmp_path / "cost")
    kept = []
    for budget in range(steps + 1):
        place = tmp_path / str(budget) / "place"
        put_folder(place, OLD.items(), QuickDisk())
        with contextlib.suppress(PowerLoss):
            put_folder(place, NEW.items(), FailingDisk(budget, seed=budget))
        restore_folder(place, QuickDisk())

        kept.append(tree(place))
        assert kept[-1] in (OLD, NEW)

        put_folder(place, NEW.items(), QuickDisk())
        assert tree(place) == NEW
        assert [path.name for path in place.parent.iterdir()] == ["place"]
    assert OLD in kept
    assert kept[-1] == NEW


def test_a_folder_that_is_in_its_place_is_left_there(tmp_path: Path) -> None:
    put_folder(tmp_path / "place", NEW.items(), QuickDisk())
    put_folder(tmp_path / ".place.old", OLD.items(), QuickDisk())

    restore_folder(tmp_path / "place", QuickDisk())

    assert tree(tmp_path / "place") == NEW
