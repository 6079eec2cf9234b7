"""From approved cases to platforms: nothing without people's approval, nothing twice, everything written down."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from pipeline.cases.dismissal import DismissalRule, RuleKind
from pipeline.enforcement import CaseState, EventKind
from pipeline.errors import InputError, NoticeError, TransportError
from pipeline.exhibits.stamps import Stamp
from pipeline.notices.batches import Batch
from pipeline.notices.notice import NoticeState
from pipeline.notices.team import load_team
from pipeline.stages.export import export
from pipeline.stages.notify import file_batch, give_up_batch, send
from pipeline.stages.prepare import batches_of, prepare
from pipeline.store.database import Store
from pipeline.store.dismissal_rules import add_rule
from pipeline.store.notices import notices_of
from pipeline.transports import Receipt
from tests.pipeline.notices.bureau import BYTES, Bureau, stationery
from tests.pipeline.notices.samples import NOW, listing

PAPERS = """
[agent]
name = "Marks & Wardens LLP"
[declarations]
good_faith = true
accuracy = true
authority_under_perjury = true
signer = "Jo Warden"
[[authorisations]]
rights_holder_id = "bramble"
document = "papers/authority.pdf"
[[certificates]]
rights_holder_id = "bramble"
asset_id = "bramble-word"
document = "certificate.pdf"
"""


@dataclass
class Platform:
    """A transport that takes what it is sent, or does not."""

    state: NoticeState = NoticeState.ACKNOWLEDGED
    trouble: Exception | None = None
    got: list[Batch] = field(default_factory=list)
    name: str = "ebay-vero"

    def send(self, batch: Batch) -> tuple[Receipt, ...]:
        self.got.append(batch)
        if self.trouble is not None:
            raise self.trouble
        return tuple(Receipt(notice_id=n.notice_id, state=self.state, native_id="r-1") for n in batch.notices)

    def status(self, native_id: str, batch: Batch) -> tuple[Receipt, ...]:
        return tuple(Receipt(notice_id=n.notice_id, state=self.state, native_id=native_id) for n in batch.notices)


@dataclass
class Clockwork:
    """An authority that stamps whatever it is shown."""

    def stamp(self, data: bytes) -> Stamp:
        return Stamp(token=b"token for " + hashlib.sha256(data).digest(), stamped_at=NOW)


@pytest.fixture
def bureau(tmp_path: Path, store: Store) -> Bureau:
    return Bureau(tmp_path, store)


def only(bureau: Bureau, *case_ids: str) -> Batch:
    (batch,) = batches_of(bureau.prepared(*case_ids), stationery().channels)
    return batch


def states(bureau: Bureau, case_id: str) -> list[str]:
    with bureau.store.read() as connection:
        return [kept.state.value for kept in notices_of(connection, [case_id], None)]


def test_an_approved_case_becomes_a_notice_and_any_other_a_line_that_says_why(bureau: Bureau) -> None:
    good, waiting = bureau.approved(), bureau.opened(listing(listing_id="2"))

    ready = bureau.prepared(good, waiting, "0" * 32)

    assert [n.case_id for n in ready.notices] == [good]
    lines = [str(problem) for problem in ready.problems]
    assert any(waiting in line for line in lines)
    assert any("no such case" in line for line in lines)


def test_without_names_every_approved_case_is_prepared_and_no_other(bureau: Bureau) -> None:
    good = {bureau.approved(listing(listing_id=str(n))) for n in range(3)}
    bureau.opened(listing(listing_id="9"))

    ready = bureau.prepared()

    assert {n.case_id for n in ready.notices} == good
    assert ready.problems == ()


def test_nobody_prepares_cases_of_another_rights_holder(bureau: Bureau) -> None:
    case_id = bureau.approved()

    assert bureau.prepared(scope=("somebody else",)).notices == ()
    assert bureau.prepared(case_id, scope=("somebody else",)).notices == ()


def test_a_seller_whom_a_person_s_rule_trusts_gets_no_notice(bureau: Bureau) -> None:
    case_id = bureau.approved()
    rule = DismissalRule(
        rule_id="a" * 32,
        kind=RuleKind.AUTHORISED_SELLER,
        value="s-77",
        rights_holder_id="bramble",
        platform="ebay",
        owner="ana",
        reason="our outlet",
        made_at=NOW - timedelta(days=1),
        expires_at=NOW + timedelta(days=1),
    )
    with bureau.store.write() as connection:
        add_rule(connection, rule, None)

    (problem,) = bureau.prepared(case_id).problems

    assert problem.place == "target.seller_id"
    assert bureau.prepared(case_id, now=NOW + timedelta(days=2)).problems == ()


def test_what_is_sent_is_noticed_and_acknowledged_and_down_in_the_store(bureau: Bureau) -> None:
    case_id, platform = bureau.approved(), Platform()

    receipts = send(bureau.store, only(bureau), platform, NOW, by="bo")

    assert [r.state for r in receipts] == [NoticeState.ACKNOWLEDGED]
    assert bureau.kinds(case_id)[-2:] == ["noticed", "acknowledged"]
    assert bureau.case(case_id).state is CaseState.NOTICED
    assert states(bureau, case_id) == ["acknowledged"]


def take_back(bureau: Bureau, case_id: str) -> None:
    bureau.say(case_id, EventKind.RETURNED, "bo")


def notice_otherwise(bureau: Bureau, case_id: str) -> None:
    bureau.say(case_id, EventKind.NOTICED, "ana", notice_id="x")


@pytest.mark.parametrize("happens", [take_back, notice_otherwise])
def test_nothing_is_sent_once_the_approval_is_gone(bureau: Bureau, happens: Callable[[Bureau, str], None]) -> None:
    case_id, platform = bureau.approved(), Platform()
    batch = only(bureau)
    happens(bureau, case_id)

    with pytest.raises(NoticeError, match=r"case\.state: the case is not approved"):
        send(bureau.store, batch, platform, NOW)

    assert platform.got == []
    assert states(bureau, case_id) == []


def test_nothing_is_sent_of_a_batch_with_one_case_that_nobody_approved(bureau: Bureau) -> None:
    bureau.approved()
    waiting = bureau.opened(listing(listing_id="2"))
    batch, platform = only(bureau), Platform()
    slipped_in = replace(batch.notices[0], notice_id="f" * 32, case_id=waiting)

    with pytest.raises(NoticeError):
        send(bureau.store, replace(batch, notices=(*batch.notices, slipped_in)), platform, NOW)

    assert platform.got == []


def test_nothing_is_sent_for_a_rights_holder_that_is_not_the_senders(bureau: Bureau) -> None:
    bureau.approved()
    batch, platform = only(bureau), Platform()

    with pytest.raises(NoticeError, match="no such case"):
        send(bureau.store, batch, platform, NOW, scope=("somebody else",))

    assert platform.got == []


def test_a_sending_that_was_broken_off_is_not_repeated_unseen(bureau: Bureau) -> None:
    case_id, batch = bureau.approved(), only(bureau)
    broken = Platform(trouble=TransportError("the line is dead"))
    with pytest.raises(TransportError):
        send(bureau.store, batch, broken, NOW)

    again = Platform()
    with pytest.raises(NoticeError, match="is out already"):
        send(bureau.store, batch, again, NOW)

    assert again.got == []
    assert states(bureau, case_id) == ["sending"]
    assert bureau.kinds(case_id)[-1] == "approved"


def test_of_two_who_send_at_once_only_one_sends(bureau: Bureau) -> None:
    case_id = bureau.approved()
    batch, platform = only(bureau), Platform()
    refused: list[NoticeError] = []

    def attempt() -> None:
        try:
            send(bureau.store, batch, platform, NOW)
        except NoticeError as error:
            refused.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(platform.got), len(refused)) == (1, 2)
    assert bureau.kinds(case_id).count("noticed") == 1


def broken_off(bureau: Bureau) -> Batch:
    batch = only(bureau)
    with pytest.raises(TransportError):
        send(bureau.store, batch, Platform(trouble=TransportError("the line is dead")), NOW)
    return batch


def test_a_person_says_that_what_was_broken_off_had_arrived(bureau: Bureau) -> None:
    case_id = bureau.approved()
    batch = broken_off(bureau)

    file_batch(bureau.store, batch.batch_id, NOW, by="bo")

    assert states(bureau, case_id) == ["sent"]
    assert bureau.kinds(case_id)[-1] == "noticed"


def test_a_person_says_that_what_was_broken_off_never_arrived(bureau: Bureau) -> None:
    case_id = bureau.approved()
    batch = broken_off(bureau)

    give_up_batch(bureau.store, batch.batch_id, NOW, by="bo", reason="timed out")
    again = Platform()
    send(bureau.store, only(bureau), again, NOW)

    assert states(bureau, case_id) == ["failed", "acknowledged"]
    assert bureau.kinds(case_id)[-3:] == ["given_up", "noticed", "acknowledged"]
    assert again.got[0].notices[0].attempt == 2
    with pytest.raises(NoticeError, match="not waiting to be handed in, got failed"):
        give_up_batch(bureau.store, batch.batch_id, NOW, by="bo")


def test_a_notice_that_the_platform_did_not_take_may_be_tried_again_as_a_new_one(bureau: Bureau) -> None:
    case_id = bureau.approved()
    first = only(bureau)
    send(bureau.store, first, Platform(state=NoticeState.FAILED), NOW)

    second = only(bureau)

    assert bureau.case(case_id).state is CaseState.APPROVED
    assert second.notices[0].attempt == 2
    assert second.notices[0].notice_id != first.notices[0].notice_id


def test_an_export_holds_every_form_and_exhibit_under_the_digest_that_it_names(bureau: Bureau, tmp_path: Path) -> None:
    case_id = bureau.approved()

    done = export(bureau.store, stationery(), bureau.prepared(), tmp_path / "out", bureau.scribe(authority=Clockwork()))

    manifest = orjson.loads((done.folder / "manifest.json").read_bytes())
    found = {p.relative_to(done.folder).as_posix() for p in done.folder.rglob("*") if p.is_file()}
    assert {file["path"] for file in manifest["files"]} == found - {"manifest.json"}
    for file in manifest["files"]:
        assert hashlib.sha256((done.folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    (exhibit,) = done.batches[0].notices[0].evidence
    assert (exhibit.name, exhibit.stamped_at) == (f"{case_id}.wacz", NOW)
    wacz = (done.folder / "exhibits" / exhibit.name).read_bytes()
    assert hashlib.sha256(wacz).hexdigest() == exhibit.sha256
    assert hashlib.sha256(BYTES).hexdigest().encode() in wacz
    assert (done.folder / "exhibits" / f"{exhibit.name}.tsr").exists()
    letter = (done.folder / "ebay-vero" / done.batches[0].batch_id / "notice.txt").read_text()
    assert exhibit.sha256 in letter
    assert states(bureau, case_id) == ["exported"]
    assert bureau.case(case_id).state is CaseState.APPROVED


def test_an_export_holds_the_documents_that_its_notices_rely_on(bureau: Bureau, tmp_path: Path) -> None:
    bureau.approved()
    team = tmp_path / "team"
    (team / "papers").mkdir(parents=True)
    (team / "papers" / "authority.pdf").write_bytes(b"we authorise")
    (team / "certificate.pdf").write_bytes(b"we certify")
    (team / "team.toml").write_text(PAPERS)
    ours = replace(stationery(), team=load_team(team), folder=team)
    with bureau.store.read() as connection:
        ready = prepare(connection, ours, NOW, None)

    done = export(bureau.store, ours, ready, tmp_path / "out", bureau.scribe())

    copied = done.folder / "documents"
    papers = {p.relative_to(copied).as_posix(): p.read_bytes() for p in copied.rglob("*.pdf")}
    assert papers == {"papers/authority.pdf": b"we authorise", "certificate.pdf": b"we certify"}
    letter = (done.folder / "ebay-vero" / done.batches[0].batch_id / "notice.txt").read_text()
    assert hashlib.sha256(b"we certify").hexdigest() in letter


def test_an_export_that_fails_leaves_nothing(bureau: Bureau, tmp_path: Path) -> None:
    class Closed:
        def stamp(self, data: bytes) -> Stamp:
            raise TransportError("closed on Sundays")

    case_id = bureau.approved()

    with pytest.raises(TransportError):
        export(bureau.store, stationery(), bureau.prepared(), tmp_path / "out", bureau.scribe(authority=Closed()))

    assert list((tmp_path / "out").iterdir()) == []
    assert states(bureau, case_id) == []


def test_two_exports_of_one_second_do_not_mix(bureau: Bureau, tmp_path: Path) -> None:
    bureau.approved()
    export(bureau.store, stationery(), bureau.prepared(), tmp_path, bureau.scribe())

    with pytest.raises(InputError, match="there already"):
        export(bureau.store, stationery(), bureau.prepared(), tmp_path, bureau.scribe())


def test_an_exported_batch_is_out_once_somebody_has_handed_it_in(bureau: Bureau, tmp_path: Path) -> None:
    case_id = bureau.approved(listing(platform="market", url="https://market.example/1"))
    (batch,) = export(bureau.store, stationery(), bureau.prepared(), tmp_path, bureau.scribe()).batches

    assert file_batch(bureau.store, batch.batch_id, NOW, by="bo", native_id="T-9") == 1

    assert bureau.kinds(case_id)[-2:] == ["noticed", "acknowledged"]
    assert states(bureau, case_id) == ["acknowledged"]
    with pytest.raises(NoticeError, match="not waiting to be handed in, got acknowledged"):
        file_batch(bureau.store, batch.batch_id, NOW, by="bo")
    with pytest.raises(NoticeError, match="got nothing"):
        file_batch(bureau.store, "no such batch", NOW, by="bo")


def test_an_exported_batch_may_be_exported_and_sent_later(bureau: Bureau, tmp_path: Path) -> None:
    case_id = bureau.approved()
    export(bureau.store, stationery(), bureau.prepared(), tmp_path / "a", bureau.scribe())
    (batch,) = export(bureau.store, stationery(), bureau.prepared(), tmp_path / "b", bureau.scribe()).batches

    send(bureau.store, batch, Platform(), NOW)

    assert states(bureau, case_id) == ["acknowledged"]


def test_the_next_right_is_relied_on_where_the_best_is_not_in_force(bureau: Bureau) -> None:
    offer = listing(platform="market", url="https://market.example/1", ships_to=("JP",))
    case_id = bureau.opened(offer)
    both = ["bramble-word", "bramble-photo-1"]
    bureau.say(case_id, EventKind.DECIDED, "ana", label="counterfeit", asset_ids=both)
    bureau.say(case_id, EventKind.APPROVED, "bo")

    ready = bureau.prepared()

    assert [n.right.asset_id for n in ready.notices] == ["bramble-photo-1"]
