"""From the store into the log: each event once, private facts as digests, and what opens them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.enforcement import EventKind
from pipeline.log import Keys, Log, init_keys, open_log
from pipeline.log.feed import Told, event_disclosures, event_draft, event_record, records_of
from pipeline.log.receipts import all_receipts
from pipeline.records import Register
from pipeline.stages.publish import log_events, publish_log
from pipeline.store.audit_entries import add_entry
from pipeline.store.captures import record_register
from pipeline.store.database import Store, open_store
from pipeline.store.events import Draft
from pipeline.store.logged import read_event
from pipeline.store.secrets import erase_secrets, read_secret
from pipeline.verify.disclosures import check_disclosure
from tests.pipeline.cases.events import event
from tests.pipeline.stages.audit_world import HOLDERS
from tests.pipeline.store.test_cases import decision, opening, word, write

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
NUMBERS = count()


def secret() -> bytes:
    return next(NUMBERS).to_bytes(32, "big")


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store' / 'store.db'}"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return init_keys(tmp_path / "keys", "log.example", NOW)


@pytest.fixture
def log(tmp_path: Path, keys: Keys) -> Iterator[Log]:
    with open_log(tmp_path / "log", keys) as opened:
        yield opened


def logged(log: Log) -> list[dict[str, Any]]:
    return [json.loads(entry) for entry in log.all_entries()]


def three_cases(store: Store) -> list[str]:
    """Open two cases of one seller, confirm both, and send a notice for the first."""
    first, second = opening(1, seller_id="s1"), opening(2, seller_id="s1")
    cases = [first.event.case_id, second.event.case_id]
    write(store, first, second)
    for number, case_id in enumerate(cases, start=3):
        write_event(store, decision(number, case_id))
    write_event(store, word(5, cases[0], EventKind.APPROVED))
    noticed = {"notice_id": "n-17", "method": "form", "reason_code": "TM-1", "right_type": "trademark"}
    write_event(store, word(6, cases[0], EventKind.NOTICED, **noticed))
    return cases


def write_event(store: Store, event: Any) -> None:
    write(store, Draft(event=event))


def test_every_event_is_logged_once_behind_its_rights_holder(store: Store, log: Log) -> None:
    three_cases(store)

    assert publish_log(store, log, NOW, secret) == 7
    assert publish_log(store, log, NOW, secret) == 0

    entries = logged(log)
    assert [entry["type"] for entry in entries] == ["holder", *["event"] * 6]
    assert [entry["sequence"] for entry in entries[1:]] == [1, 2, 3, 4, 5, 6]
    assert {entry["holder"] for entry in entries} == {entries[0]["holder"]}
    assert entries[1]["case"] == entries[3]["case"] != entries[2]["case"]
    assert [entry.get("repeat_seller") for entry in entries] == [None, None, None, False, True, None, None]


def test_on_postgresql_the_same_is_logged(postgresql_url: str, log: Log) -> None:
    store = open_store(postgresql_url)
    three_cases(store)

    assert publish_log(store, log, NOW, secret) == 7
    assert publish_log(store, log, NOW, secret) == 0
    assert [entry.get("repeat_seller") for entry in logged(log)] == [None, None, None, False, True, None, None]
    store.close()


def test_nothing_private_is_readable_in_the_log(store: Store, log: Log) -> None:
    cases = three_cases(store)
    publish_log(store, log, NOW, secret)

    text = b"".join(log.all_entries()).decode()

    assert text.count('"type":"event"') == 6
    for private in (*cases, "s1", "n-17", "ana", "quill-word", "quillmere", "candidate"):
        assert f'"{private}"' not in text, private


def test_a_private_field_can_be_opened_alone(store: Store, log: Log) -> None:
    three_cases(store)
    publish_log(store, log, NOW, secret)
    entry = logged(log)[1]

    with store.read() as connection:
        event = read_event(connection, entry["id"])
        salt = read_secret(connection, event_record(entry["id"]))
    assert event is not None
    assert salt is not None
    opened = {disclosure.name: disclosure for disclosure in event_disclosures(event, salt)}

    assert set(opened) == set(entry["hidden"])
    assert opened["seller_id"].value == "s1"
    for disclosure in opened.values():
        check_disclosure(entry, disclosure)


def test_a_rights_holder_that_has_changed_is_told_again_before_its_next_event(store: Store, log: Log) -> None:
    cases = three_cases(store)
    publish_log(store, log, NOW, secret)
    publish_log(store, log, NOW, secret)
    for size, number in (("sme", 7), ("large", 9), ("sme", 11)):
        register = Register(version=1, rights_holders=(replace(HOLDERS[0], id="quill", size=size),), digest=f"{number}")
        with store.write() as connection:
            record_register(connection, register, NOW + timedelta(days=number))
        for more in (number, number + 1):
            write_event(store, word(more, cases[0], EventKind.RECHECKED, result="up"))
        publish_log(store, log, NOW, secret)

    entries = logged(log)
    told = [(e["type"], e.get("size")) for e in entries if e["type"] == "holder" or e.get("kind") == "rechecked"]
    assert told[1:] == [
        *[("holder", "sme"), ("event", None), ("event", None)],
        *[("holder", "large"), ("event", None), ("event", None)],
        *[("holder", "sme"), ("event", None), ("event", None)],
    ]
    assert len({entry["holder"] for entry in entries}) == 1
    assert len({entry["id"] for entry in entries}) == len(entries)


def test_of_a_rights_holder_no_more_is_told_than_tables_count_by(store: Store, log: Log) -> None:
    asset = replace(HOLDERS[0].assets[0], nice_classes=(3, 21), territories=("GB",))
    holder = replace(HOLDERS[0], id="quill", country="GB", assets=(asset,))
    with store.write() as connection:
        record_register(connection, Register(version=1, rights_holders=(holder,), digest="d"), NOW)
    three_cases(store)
    publish_log(store, log, NOW, secret)

    (entry,) = (entry for entry in logged(log) if entry["type"] == "holder")

    told = {name: value for name, value in entry.items() if name not in {"type", "id", "logged_at", "holder"}}
    assert told == {"size": "large", "sector": "several", "protected_in": "GB"}


def test_an_erased_record_cannot_be_opened_and_the_log_stays_as_it_is(store: Store, log: Log) -> None:
    cases = three_cases(store)
    publish_log(store, log, NOW, secret)
    before = list(log.all_entries())

    with store.write() as connection:
        erase_secrets(connection, [f"case:{cases[0]}", event_record(logged(log)[1]["id"])])
        assert read_secret(connection, event_record(logged(log)[1]["id"])) is None
    write_event(store, word(9, cases[0], EventKind.COMMENTED))
    publish_log(store, log, NOW, secret)

    assert list(log.all_entries())[:-1] == before
    assert logged(log)[-1]["case"] != logged(log)[1]["case"]


def test_what_audits_leave_is_logged_once_in_its_order(store: Store, log: Log) -> None:
    with store.write() as connection:
        add_entry(connection, "a" * 32, "policy", {"baseline": "2026-Q4"}, NOW)
        add_entry(connection, "b" * 32, "nonce-commit", {"body": "a trade body"}, NOW)
    publish_log(store, log, NOW, secret)
    three_cases(store)
    publish_log(store, log, NOW, secret)
    with store.write() as connection:
        add_entry(connection, "c" * 32, "frame", {"audit": "d" * 32}, NOW)
    publish_log(store, log, NOW, secret)

    types = [entry["type"] for entry in logged(log)]
    assert types == ["policy", "nonce-commit", "holder", *["event"] * 6, "frame"]


def test_interrupted_before_it_was_published_nothing_is_logged_twice(store: Store, tmp_path: Path, keys: Keys) -> None:
    three_cases(store)
    with open_log(tmp_path / "again", keys) as log:
        log_events(store, log, NOW, secret)
    with open_log(tmp_path / "again", keys) as log:
        assert publish_log(store, log, NOW, secret) == 0
        assert [entry["sequence"] for entry in logged(log)[1:]] == [1, 2, 3, 4, 5, 6]


def test_notices_and_decisions_have_receipts(store: Store, log: Log, keys: Keys) -> None:
    three_cases(store)
    publish_log(store, log, NOW, secret)

    receipts = dict(all_receipts(log))

    assert [json.loads(receipt.extra)["kind"] for receipt in receipts.values()] == ["decided", "decided", "noticed"]
    for event_id, receipt in receipts.items():
        assert json.loads(receipt.extra)["id"] == event_id
        assert receipt.check(receipt.extra, keys.verifier).size == 7


def test_no_words_of_a_person_or_platform_are_public() -> None:
    facts = {
        "notice_id": "n-1",
        "disposition": "rejected",
        "cause": "they sent Ana a letter",
        "platform_text": "dear Ana",
        "result": "up",
        "vantage": "from Ana's desk",
        "grounds": "Ana is wrong",
        "native_id": "case 77",
        "rule_id": "r-1",
        "to": "ana",
        "score": 0.5,
        "changes": [{"field": "title", "before": "Ana", "after": 0.25}],
    }
    for kind in EventKind:
        told = Told(event=event(1, kind, "ana", reason="Ana said so", facts=facts), rights_holder_id="h", platform="p")
        entry = event_draft(told, {record: bytes(32) for record in records_of([told])}).entry(NOW)

        assert b"Ana" not in entry, kind
        assert b"ana" not in entry.replace(b"hidden", b""), kind
        assert b"case 77" not in entry
        assert b"0.5" not in entry
