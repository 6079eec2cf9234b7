"""An audit from its frame to the published prevalence, on both databases."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.metrics.audits import FRAME_COLUMNS, STRATA_COLUMNS, FileRow
from pipeline.metrics.frames import check_files, file_digest, strata_of
from pipeline.metrics.tables import recompute
from pipeline.stages.audit import Beacon
from pipeline.stages.audit_review import next_item, progress, review_item
from pipeline.store.audit_entries import read_entries
from pipeline.store.audits import Nonce, add_nonce, read_audit, read_drawn, seen_between
from pipeline.store.database import Store
from tests.pipeline.stages.audit_world import (
    NOW,
    Files,
    commit,
    draw,
    files,
    keep,
    market,
    review_all,
    salts,
)

GOODS = market(900, 0.08)
MONTH = NOW - timedelta(days=31), NOW


def audited(store: Store, **changes: Any) -> Files:
    keep(store, GOODS)
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)))
        draw(connection, audit)
        review_all(connection, audit, GOODS, **changes)
        return files(connection, audit)


def test_the_published_prevalence_follows_from_entries_and_files_and_holds_the_truth(store: Store) -> None:
    found = audited(store)

    check_files(found.entries, found.frame, strata_of(found.frame), found.sample, found.probes)
    rows = {row.key: row for row in recompute(found.entries, strata_of(found.frame), found.sample, found.probes)}

    truth = sum(g.infringes for g in GOODS) / len(GOODS)
    overall = rows["prevalence", "2026-10-01/2026-11-01", "all", "all"]
    assert float(overall.low) <= truth <= float(overall.high)
    assert overall.denominator == 80
    assert overall.status == "final"
    assert ("prevalence", "2026-10-01/2026-11-01", "platform", "bazaar") in rows
    assert ("prevalence", "2026-10-01/2026-11-01", "gap", "sme-large") in rows


def test_an_audit_under_way_is_announced_and_says_nothing_yet(store: Store) -> None:
    keep(store, GOODS)
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)), labels=30)
        draw(connection, audit)
        found = files(connection, audit)

    (row,) = recompute(found.entries, strata_of(found.frame), found.sample, found.probes)

    assert (row.metric, row.denominator, row.unknown, row.estimate, row.status) == (
        "prevalence",
        30,
        30,
        "",
        "provisional",
    )


def test_a_listing_captured_twice_is_listed_once_as_last_captured(store: Store) -> None:
    keep(store, GOODS[:20], NOW - timedelta(days=9))
    keep(store, GOODS[:5], NOW - timedelta(days=2))
    keep(store, GOODS[5:9], NOW + timedelta(days=2))

    with store.read() as connection:
        seen = list(seen_between(connection, *MONTH))

    times = Counter(s.captured_at for s in seen)
    assert times == {NOW - timedelta(days=9): 15, NOW - timedelta(days=2): 5}


def test_a_frame_tells_units_sold_as_last_captured_and_rounded_down(store: Store) -> None:
    keep(store, [replace(g, sold=1) for g in GOODS[:60]], NOW - timedelta(days=9))
    keep(store, [replace(g, sold=None if n < 20 else 740) for n, g in enumerate(GOODS[:60])], NOW - timedelta(days=2))
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)))
        found = files(connection, audit)

    assert Counter(row["sold"] for row in found.frame) == {"": 20, "500": 40}
    assert [entry["sold"] for entry in found.entries if entry["type"] == "frame"] == [40]


def test_frames_that_tell_no_units_sold_are_read_as_they_were_committed(store: Store) -> None:
    found = audited(store)
    plain = {"sold": ""}
    frame, sample = [row | plain for row in found.frame], [row | plain for row in found.sample]
    old = tuple(name for name in FRAME_COLUMNS if name != "sold")
    counts = tuple(name for name in STRATA_COLUMNS if name != "sold")
    digests = {"frame_sha256": file_digest(old, frame), "strata_sha256": file_digest(counts, strata_of(frame))}
    entries = [{**entry, **digests} if entry["type"] == "frame" else {**entry} for entry in found.entries]
    for entry in entries:
        entry.pop("sold", None)

    check_files(entries, frame, strata_of(frame), sample, found.probes)

    with pytest.raises(InputError, match=r"sample\.csv: audit a+: units sold that were not committed to"):
        check_files(entries, frame, strata_of(frame), with_changed(sample, 0, sold="5000"), found.probes)


def test_names_in_a_frame_say_nothing_and_differ_with_the_salt(store: Store) -> None:
    keep(store, GOODS[:50])
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)))
        other = commit(connection, list(seen_between(connection, *MONTH)), audit_id="b" * 32)
        first, second = files(connection, audit), files(connection, other)

    names = {row["item"] for row in first.frame}
    assert len(names) == 50
    known = {g.key.listing_id for g in GOODS} | {str(g.key.seller_id) for g in GOODS}
    assert not known & {value for row in first.frame for value in row.values()}
    assert [row["item"] for row in first.frame] == sorted(names)
    assert names == {row["item"] for row in second.frame}, "the same salts give the same names"
    assert len({salts(5)(), salts(6)()}) == 2


def test_who_reviews_is_told_nothing_and_nobody_reviews_an_item_twice(store: Store) -> None:
    keep(store, GOODS)
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)), labels=30)
        draw(connection, audit)
        first = next_item(connection, audit, "ada")
        assert first is not None
        review_item(connection, audit, first.item, person_id="ada", label="design", reason="", now=NOW)
        again = next_item(connection, audit, "ada")
        second = next_item(connection, audit, "ben")

        assert again is not None
        assert again.item != first.item
        assert second is not None
        assert second.item == first.item
        with pytest.raises(InputError, match="does not wait for a review of this person"):
            review_item(connection, audit, first.item, person_id="ada", label="design", reason="", now=NOW)
        with pytest.raises(InputError, match="no such label, got 'fine'"):
            review_item(connection, audit, first.item, person_id="ben", label="fine", reason="", now=NOW)


def test_every_positive_is_reviewed_again_by_another_and_a_third_decides_where_they_differ(store: Store) -> None:
    found = audited(store, sensitivity=0.7, specificity=0.9)

    words: dict[str, dict[int, tuple[str, int]]] = {}
    for entry in found.entries:
        if entry["type"] == "label":
            words.setdefault(entry["item"], {})[entry["round"]] = entry["label"], entry["reviewer"]
    positives = [w for w in words.values() if w[1][0] == "counterfeit"]
    differing = [w for w in words.values() if 2 in w and w[1][0] != w[2][0]]

    assert positives
    assert all(2 in w for w in positives)
    assert differing
    assert all(3 in w for w in differing)
    assert all(len({reviewer for _, reviewer in w.values()}) == len(w) for w in words.values())
    assert any(2 in w for w in words.values() if w[1][0] == "irrelevant"), "clean ones are looked at again too"


def test_a_reviewer_keeps_the_number_whoever_comes_between(store: Store) -> None:
    keep(store, GOODS)
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)), labels=30)
        draw(connection, audit)
        for person in ("zoe", "ada", "mia", "ada", "zoe"):
            item = next_item(connection, audit, person)
            assert item is not None
            review_item(connection, audit, item.item, person_id=person, label="design", reason="", now=NOW)
        numbers = [entry["reviewer"] for entry in files(connection, audit).entries if entry["type"] == "label"]

    assert numbers == [1, 2, 3, 2, 1]


def test_progress_names_what_is_outstanding(store: Store) -> None:
    keep(store, GOODS)
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)), labels=30)
        draw(connection, audit)
        stored = read_audit(connection, audit)
        assert stored is not None
        assert progress(connection, stored).outstanding == {1: 30}
        review_all(connection, audit, GOODS)

        assert progress(connection, stored).outstanding == {}


def test_the_seed_needs_what_was_promised_and_nothing_else(store: Store) -> None:
    nonce, signature = b"n" * 32, b"s" * 48
    digest = hashlib.sha256(nonce).hexdigest()
    beacon = Beacon(round=99, randomness=hashlib.sha256(signature).hexdigest(), signature=signature.hex())
    keep(store, GOODS[:60])
    with store.write() as connection:
        for body, value in (("acg", digest), ("inta", "0" * 64)):
            add_nonce(connection, Nonce(nonce_sha256=value, body=body, committed_at=NOW))
        audit = commit(connection, list(seen_between(connection, *MONTH)), labels=10, drand_round=99)

        for changes, message in (
            ({"beacon": None}, "its frame names a drand round"),
            ({"beacon": Beacon(round=98, randomness="", signature="")}, "another round, got 98, expected 99"),
            ({"beacon": Beacon(round=99, randomness="00", signature="00")}, "not the SHA-256 of the signature"),
            ({"beacon": beacon, "revealed": [b"x" * 32]}, "nobody committed to"),
        ):
            with pytest.raises(InputError, match=message):
                draw(connection, audit, **changes)
        draw(connection, audit, beacon=beacon, revealed=[nonce])
        with pytest.raises(InputError, match="its sample is drawn already"):
            draw(connection, audit, beacon=beacon)
        found = files(connection, audit)

    seed = next(entry for entry in found.entries if entry["type"] == "seed")
    assert [n["body"] for n in seed["nonces"]] == ["acg"]
    assert seed["unrevealed"] == ["inta"]
    check_files(found.entries, found.frame, strata_of(found.frame), found.sample, found.probes)


def test_entries_for_the_log_are_numbered_without_gaps_and_their_ids_differ(store: Store) -> None:
    found = audited(store)
    with store.read() as connection:
        entries = list(read_entries(connection))
        later = list(read_entries(connection, after=entries[4].sequence))

    assert [e.sequence for e in entries] == list(range(1, len(entries) + 1))
    assert len({e.entry_id for e in entries}) == len(entries)
    assert [e.type for e in entries[:3]] == ["frame", "seed", "sample"]
    assert len(later) == len(entries) - 5
    assert not any(isinstance(value, float) for entry in found.entries for value in entry.values())


def test_an_audit_of_nothing_is_refused(store: Store) -> None:
    with store.write() as connection, pytest.raises(InputError, match="nothing was captured"):
        commit(connection, [])


def with_changed(rows: list[dict[str, str]], place: int, **changes: str) -> list[FileRow]:
    return [*rows[:place], rows[place] | changes, *rows[place + 1 :]]


def test_whatever_is_changed_in_the_files_of_an_audit_is_named(store: Store) -> None:
    found = audited(store)
    strata = strata_of(found.frame)
    entries, frame, sample, probes = found.entries, found.frame, found.sample, found.probes
    unsampled = next(row for row in frame if row["item"] not in {s["item"] for s in sample})
    swapped = [*sample[1:], unsampled | {"ticket": sample[0]["ticket"]}]
    other_seed = [e | {"seed": "0" * 64} if e["type"] == "seed" else e for e in entries]  # type: ignore[operator]

    for altered, message in (
        ((entries, frame[1:], strata, sample, probes), r"frame\.csv: audit a+: not what was committed"),
        ((entries, with_changed(frame, 3, stratum="rest2"), strata, sample, probes), r"frame\.csv"),
        ((entries, with_changed(frame, 3, sold="50000"), strata, sample, probes), r"frame\.csv"),
        ((entries, frame, strata, with_changed(sample, 0, sold="50000"), probes), r"sample\.csv"),
        ((entries, frame, with_changed(strata, 0, listings="1"), sample, probes), r"strata\.csv"),
        ((entries, frame, strata, sample[1:], probes), r"sample\.csv"),
        ((entries, frame, strata, swapped, probes), r"sample\.csv"),
        ((entries, frame, strata, with_changed(sample, 0, platform="plaza?"), probes), r"sample\.csv"),
        ((entries, frame, strata, sample, [{"audit": "a" * 32, "item": "f" * 64}]), r"probes\.csv"),
        ((entries, frame, strata, [*sample, sample[0] | {"audit": "b"}], probes), r"sample\.csv: an audit that"),
        ((other_seed, frame, strata, sample, probes), "not the seed that checkpoint"),
    ):
        with pytest.raises(InputError, match=message):
            check_files(*altered)


def test_items_of_a_sample_are_in_the_order_of_their_tickets(store: Store) -> None:
    keep(store, GOODS)
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, *MONTH)))
        draw(connection, audit)

        tickets = [item.ticket or "" for item in read_drawn(connection, audit)]

    assert tickets == sorted(tickets)
