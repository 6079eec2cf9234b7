"""A store with made-up listings of which some infringe, an audit of it, and reviewers whose errors are known."""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.metrics.audits import Over
from pipeline.metrics.entries import Entry
from pipeline.records import Asset, AssetKind, ListingKey, RightsHolder
from pipeline.stages.audit import Appearance, FramePlan, commit_frame, draw_audit, frame_row, probe_rows
from pipeline.stages.audit_review import next_item, review_item
from pipeline.store.audit_entries import read_entries
from pipeline.store.audits import Seen, read_drawn, read_frame
from pipeline.store.candidates import StoredCandidate, record_candidates
from pipeline.store.database import Connection, Store
from pipeline.store.observations import Chunk, Observation, key_digest, record_chunk

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
PERIOD = "2026-10-01/2026-11-01"
ROOT = bytes(range(32))
HOLDERS = tuple(
    RightsHolder(
        id=f"holder-{number}",
        name=f"Maker {number}",
        size="sme" if number % 2 else "large",
        assets=(
            Asset(id=f"a{number}", kind=AssetKind.WORD_MARK, text=f"MAKER{number}", office="GB", nice_classes=(3,)),
        ),
    )
    for number in range(6)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One listing of the made-up market: the truth, and what a scan made of it."""

    key: ListingKey
    infringes: bool
    holder: str | None
    band: str | None
    sold: int | None = None


def market(number: int, prevalence: float, seed: int = 7) -> list[Goods]:
    chance = random.Random(seed)
    goods = []
    for count in range(number):
        infringes = chance.random() < prevalence
        flagged = chance.random() < (0.8 if infringes else 0.03)
        holder = f"holder-{chance.randrange(6)}" if flagged or chance.random() < 0.5 else None
        band = "high" if flagged else "low" if holder else None
        key = ListingKey(chance.choice(["bazaar", "plaza"]), f"{seed}-{count}", f"s{count % 40}")
        sold = None if count % 4 == 0 else round(chance.lognormvariate(2, 1))
        goods.append(Goods(key=key, infringes=infringes, holder=holder, band=band, sold=sold))
    return goods


def keep(store: Store, goods: Sequence[Goods], captured_at: datetime = NOW - timedelta(days=9)) -> None:
    """Enter a market into a store as a scan would."""
    run = hashlib.sha256(str(captured_at).encode()).hexdigest()
    seen = tuple(
        Observation(key=g.key, captured_at=captured_at, content=key_digest(g.key), line=line, sold_count=g.sold)
        for line, g in enumerate(goods, start=1)
    )
    chunk = Chunk(
        source=0, sequence=0, rows_read=len(seen), rows_rejected=0, observations=seen, homes={}, wanted=(), rejected=()
    )
    with store.write() as connection:
        record_chunk(connection, run, chunk)
        record_candidates(connection, run, [_candidate(g, captured_at) for g in goods if g.holder])


def _candidate(goods: Goods, captured_at: datetime) -> StoredCandidate:
    return StoredCandidate(
        candidate_id=key_digest(goods.key),
        key=goods.key,
        rights_holder_id=goods.holder or "",
        captured_at=captured_at,
        title="Canvas bag",
        score=0.9 if goods.band == "high" else 0.1,
        band=goods.band or "low",
        label="counterfeit",
        row=b"{}",
        listing=b"{}",
    )


def salts(seed: int = 1) -> Callable[[], bytes]:
    chance = random.Random(seed)
    return lambda: chance.randbytes(32)


def commit(connection: Connection, seen: Sequence[Seen], labels: int = 80, **changes: Any) -> str:
    plain: dict[str, Any] = {"audit_id": "a" * 32, "over": Over.LISTINGS, "period": PERIOD, "labels": labels}
    plan = FramePlan(**(plain | changes))
    listed = [Appearance(seen=one) for one in seen]
    commit_frame(connection, plan, listed, HOLDERS, salts=salts(), now=NOW)
    return plan.audit_id


def draw(connection: Connection, audit_id: str, **changes: Any) -> int:
    plain: dict[str, Any] = {
        "checkpoint": (7, ROOT),
        "beacon": None,
        "revealed": (),
        "probes": 0,
        "salts": salts(2),
        "now": NOW,
    }
    return draw_audit(connection, audit_id, **(plain | changes))


def review_all(
    connection: Connection,
    audit_id: str,
    goods: Sequence[Goods],
    *,
    sensitivity: float = 1.0,
    specificity: float = 1.0,
    seed: int = 3,
) -> int:
    """Let three reviewers say of every item what they see, rightly or not; return how many words they said."""
    truth = {g.key: g.infringes for g in goods}
    chance = random.Random(seed)
    said = 0
    for _ in range(3):
        for person in ("ada", "ben", "cleo"):
            while (item := next_item(connection, audit_id, person)) is not None:
                fake = truth[ListingKey(item.platform, item.listing_id, item.seller_id)]
                positive = chance.random() < (sensitivity if fake else 1 - specificity)
                label = "counterfeit" if positive else "irrelevant"
                review_item(connection, audit_id, item.item, person_id=person, label=label, reason="", now=NOW)
                said += 1
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What a bundle would hold of an audit."""

    entries: list[Entry]
    frame: list[dict[str, str]]
    sample: list[dict[str, str]]
    probes: list[dict[str, str]]


def files(connection: Connection, audit_id: str) -> Files:
    drawn = read_drawn(connection, audit_id)
    logged = [
        {"type": e.type, "id": e.entry_id, "logged_at": "2026-11-02T00:00:00Z", **e.fields}
        for e in read_entries(connection)
    ]
    frame = [frame_row(audit_id, item) for item in read_frame(connection, audit_id)]
    for row in frame:
        del row["ticket"]
    return Files(
        entries=list(logged),
        frame=frame,
        sample=[frame_row(audit_id, item) for item in drawn if not item.probe],
        probes=probe_rows(audit_id, drawn),
    )
