"""A bundle is the same whenever it is made, follows from its records, and stands up to whoever checks it."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from pipeline.bundle.again import make_again
from pipeline.bundle.contents import FOR_PEOPLE
from pipeline.errors import BundleError, InputError
from pipeline.log import init_keys, load_keys, open_log
from pipeline.log.disk import Disk
from pipeline.log.folder import LogFolder
from pipeline.stages.bundle import Publication, entries_of, publish_bundle
from pipeline.stages.publish import publish_log
from pipeline.store.audit_entries import add_entry, read_entries
from pipeline.store.audits import seen_between
from pipeline.store.database import Store, open_store
from pipeline.verify.bundle import Verified, verify_bundle
from pipeline.verify.files import BundleFiles
from tests.pipeline.log.failing import FailingDisk, PowerLoss, QuickDisk
from tests.pipeline.stages.audit_world import NOW, commit, draw, keep, market, review_all

GOODS = market(800, 0.08)
MONTH = NOW - timedelta(days=31), NOW
GUIDES = {"VERIFY.md": b"how to check\n"}


class World:
    """A store, a log and an audit that is done; secrets come from a seeded stream."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: Store = open_store(f"sqlite:///{folder}/store/s.db")
        self.chance = Random(5)
        init_keys(folder / "keys", "log.counterfoil.example", NOW)
        keep(self.store, GOODS)
        with self.store.write() as connection:
            add_entry(connection, "0" * 32, "policy", {"baseline": "2026-10-01/2026-11-01", "synthetic": True}, NOW)
            self.audit = commit(connection, list(seen_between(connection, *MONTH)))
        with open_log(folder / "log", load_keys(folder / "keys")) as log:
            publish_log(self.store, log, NOW, self.secret)
            checkpoint = log.checkpoint()
        assert checkpoint is not None
        with self.store.write() as connection:
            draw(connection, self.audit, checkpoint=(checkpoint.size, checkpoint.root))
            review_all(connection, self.audit, GOODS)

    def secret(self) -> bytes:
        return self.chance.randbytes(32)

    def export(
        self,
        name: str,
        *,
        days: int = 0,
        reason: str = "",
        disk: Disk | None = None,
        forged: Mapping[str, bytes] | None = None,
    ) -> Path:
        """Export; `forged` are put in the place of files before they are signed."""
        keys = load_keys(self.folder / "keys")
        guides = {**GUIDES, **(forged or {})}
        what = Publication(keys=keys, guides=guides, reason=reason, disk=disk or QuickDisk())
        with open_log(self.folder / "log", keys, what.disk) as log:
            now = NOW + timedelta(days=days)
            publish_bundle(self.store, log, self.folder / name, what, now=now, make_secret=self.secret)
        return self.folder / name


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def verified(bundle: Path, since: Path | None = None) -> Verified:
    return verify_bundle(BundleFiles(bundle), None, BundleFiles(since) if since else None)


def test_what_is_exported_verifies(world: World) -> None:
    bundle = world.export("first")

    found = verified(bundle)

    assert found.numbers > 20
    assert found.files >= 15


def test_two_exports_of_the_same_state_are_the_same_bytes(world: World) -> None:
    first, second = world.export("once"), world.export("again", days=9)

    assert tree(first) == tree(second)


def test_an_export_over_an_earlier_bundle_replaces_it_and_leaves_nothing_beside(world: World) -> None:
    bundle = world.export("over")
    (bundle / "stray.txt").write_text("left over")

    world.export("over")

    assert "stray.txt" not in tree(bundle)
    assert not [path for path in world.folder.iterdir() if path.name.startswith(".over")]
    assert verified(bundle).numbers


def test_a_folder_with_something_else_in_it_is_left_alone(world: World) -> None:
    (world.folder / "mine").mkdir()
    (world.folder / "mine" / "thesis.txt").write_text("years of work")

    with pytest.raises(InputError, match="something else is there"):
        world.export("mine")

    assert (world.folder / "mine" / "thesis.txt").read_text() == "years of work"


def test_final_numbers_that_change_need_a_reason_which_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    before = world.export("before")
    with world.store.write() as connection:
        add_entry(connection, "2" * 32, "policy", {"baseline": "2026-10-01/2026-11-01"}, NOW)
    world.export("same", days=1)
    with world.store.write() as connection:
        label = next(e for e in read_entries(connection) if e.type == "label" and e.fields["label"] == "irrelevant")
        corrected = {"entry": label.entry_id, "label": "design", "reason": "the reviewer chose the wrong key"}
        add_entry(connection, "3" * 32, "correction", corrected, NOW)

    with monkeypatch.context() as later:
        later.setattr("pipeline.stages.bundle.VERSION", "99")
        with pytest.raises(
            InputError, match=r"by version 99 now, and were by \d+\), expected a reason for the correct"
        ):
            world.export("after", days=2)
    after = world.export("after", days=2, reason="a review was entered for the wrong item")

    assert "a review was entered for the wrong item" in (after / "corrections.csv").read_text()
    assert "the reviewer chose the wrong key" in (after / "corrections.csv").read_text()
    assert "a review was entered for the wrong item" in (after / "report.html").read_text()
    assert verified(after, since=before).since is not None


def test_an_export_that_is_killed_anywhere_leaves_a_whole_bundle_and_one_history(tmp_path: Path) -> None:
    world = World(tmp_path)
    before = tree(world.export("out"))
    for number in range(60):
        with world.store.write() as connection:
            asked = {"body": "acg", "question": f"is {number} there?", "answer": "yes"}
            add_entry(connection, f"{number:032x}".replace("0", "d", 1), "challenge", asked, NOW)
        with contextlib.suppress(PowerLoss):
            world.export("out", disk=FailingDisk(budget=37 * number, seed=number))

        left = tmp_path / "out"
        left = left if left.exists() else tmp_path / ".out.old"
        assert tree(left) == before or verified(left).numbers
        before = tree(left)
    after = world.export("out")

    assert verified(after).numbers
    entries = [e for e in entries_of(LogFolder(tmp_path / "log")) if e.get("type") == "challenge"]
    assert [e["question"] for e in entries] == [f"is {number} there?" for number in range(60)]


def test_a_number_rounded_in_the_exporters_favour_is_found(world: World) -> None:
    bundle = world.export("rounded")
    lines = (bundle / "metrics.csv").read_text().splitlines(keepends=True)
    (bundle / "metrics.csv").write_text("".join([*lines[:-1], lines[-1].replace("0.", "0.0", 1)]))

    with pytest.raises(BundleError, match=r"metrics\.csv"):
        verified(bundle)


def test_every_page_table_and_form_is_made_again_from_the_records(world: World) -> None:
    bundle = world.export("again-and-again")

    made = make_again(BundleFiles(bundle), verified(bundle))

    untold = {"metrics.sigstore.json", "trusted_root.json", "metrics.csv.p7s", *made.same, *made.signed_only}
    assert {name for name in tree(bundle) if not name.startswith("log/")} == untold
    assert made.signed_only == {"VERIFY.md": "another text than this program's: read it before you follow or run it"}


@pytest.mark.parametrize("name", ["report.html", "metrics.xlsx", "statements_of_reasons.csv", "datapackage.json"])
def test_a_file_for_people_that_tells_something_else_is_found_though_it_is_signed(world: World, name: str) -> None:
    bundle = world.export("forged", forged={name: b"All is well.\n"})

    found = verified(bundle)

    with pytest.raises(BundleError, match="does not follow from the records"):
        make_again(BundleFiles(bundle), found)


def test_a_statement_that_adds_something_of_its_own_is_found(world: World) -> None:
    bundle = world.export("stated")
    found = verified(bundle)

    with pytest.raises(BundleError, match=r"metrics\.sigstore\.json: says something of the numbers"):
        make_again(BundleFiles(bundle), replace(found, predicate=found.predicate | {"estimator": "a kind one"}))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"layout": "0"}, set(FOR_PEOPLE), id="layout"),
        pytest.param({"pyarrow": "1.0"}, {"frame.parquet"}, id="library"),
    ],
)
def test_what_other_versions_made_is_told_apart_and_accuses_nobody(
    world: World, changed: dict[str, str], told: set[str]
) -> None:
    bundle = world.export("older")
    found = verified(bundle)
    older = found.predicate | {"makers": found.predicate["makers"] | changed}

    made = make_again(BundleFiles(bundle), replace(found, predicate=older))

    assert set(made.signed_only) - {"VERIFY.md"} == told
    assert not told & set(made.same)


def test_what_people_do_while_a_bundle_is_made_is_left_to_the_next(tmp_path: Path) -> None:
    world = World(tmp_path)

    class BusyDisk(QuickDisk):
        """Has somebody correct a label whenever a checkpoint is published."""

        def replace(self, path: Path, data: bytes, *, mode: int = 0o644) -> None:
            super().replace(path, data, mode=mode)
            if path.name == "checkpoint":
                with world.store.write() as connection:
                    entries = list(read_entries(connection))
                    label = next(e for e in entries if e.type == "label" and e.fields["label"] == "irrelevant")
                    word = {"entry": label.entry_id, "label": "design", "reason": "the reviewer chose the wrong key"}
                    add_entry(connection, f"{len(entries):032x}", "correction", word, NOW)

    bundle = world.export("busy", disk=BusyDisk())

    assert verified(bundle).numbers
    assert "wrong key" not in (bundle / "corrections.csv").read_text()
    assert "wrong key" in (world.export("quiet", reason="see the labels") / "corrections.csv").read_text()


def test_pages_of_made_up_data_say_so(world: World) -> None:
    bundle = world.export("labelled")

    for name in ("report.html", "methodology.html", "ustr_submission.md", "datapackage.json"):
        assert "synthetic" in (bundle / name).read_text().lower()
