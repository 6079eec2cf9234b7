"""An audit: commit to a frame first, then draw from it with a seed that nobody could foresee."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pipeline.errors import InputError
from pipeline.metrics.audits import FRAME_COLUMNS, PROBE_COLUMNS, SOLD, STRATA_COLUMNS, VALUES, Over
from pipeline.metrics.draw import FLAGGED, REST, draw, seed_of, splits_by_size, ticket
from pipeline.metrics.frames import draw_sample, file_digest, sample_digest, strata_of
from pipeline.metrics.histories import SEVERAL, SIZES, UNKNOWN
from pipeline.metrics.periods import days_of
from pipeline.metrics.sales import told
from pipeline.metrics.suppression import WITHHELD, Unit, publishable
from pipeline.output import rfc3339
from pipeline.plain import neutralise, reveal
from pipeline.records import Band, Json, RightsHolder
from pipeline.snapshots import find_inputs, read_rows
from pipeline.store.audit_entries import add_entry
from pipeline.store.audits import (
    FrameItem,
    Nonce,
    Seen,
    StoredAudit,
    add_audit,
    add_items,
    bind_nonces,
    known_fakes,
    mark_drawn,
    read_audit,
    read_frame,
    read_nonces,
    reveal_nonce,
    set_seed,
)
from pipeline.store.database import Connection
from pipeline.store.observations import key_digest
from pipeline.verify.disclosures import Disclosure

ROWS_AT_ONCE = 1_000
Salts = Callable[[], bytes]
"""Makes 32 random bytes, other ones each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePlan:
    """What an audit is to be: its id, what it lists, for which period, how many labels, and which drand round."""

    audit_id: str
    over: Over
    period: str
    labels: int
    drand_round: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """A listing to be put into a frame; `place` is the keyword and rank of a search, empty for a plain listing."""

    seen: Seen
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon:
    """A round of drand, as its public address gives it: numbers in hexadecimal."""

    round: int
    randomness: str
    signature: str


def commit_frame(
    connection: Connection,
    plan: FramePlan,
    listed: Iterable[Appearance],
    holders: Sequence[RightsHolder],
    *,
    salts: Salts,
    now: datetime,
) -> StoredAudit:
    """Commit to a frame: what may be drawn, under names that say nothing.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    plan : FramePlan
        What the audit is to be.
    listed : iterable of Appearance
        Every listing of the period.
    holders : sequence of RightsHolder
        Of the register, for sizes, sectors and countries of protection.
    salts : callable
        Makes salts; see `Salts`.
    now : datetime
        When.

    Raises
    ------
    InputError
        If nothing is listed, or the period is not one.
    """
    days_of(plan.period)
    seen = list(listed)
    if not seen:
        raise InputError(f"audit: nothing was captured in {plan.period}, expected listings that were scanned")
    known = {holder.id: holder for holder in holders}
    values = _values([appearance.seen for appearance in seen], known)
    split = splits_by_size(Counter(size for size, _, _ in values), plan.labels)
    units = _units(seen, plan.over)
    made = (
        replace(_frame_item(appearance, value, salts(), split=split), sold=sold)
        for appearance, value, sold in zip(seen, values, units, strict=True)
    )
    items = sorted(made, key=lambda item: item.item)
    rows = [frame_row(plan.audit_id, item) for item in items]
    audit = StoredAudit(
        audit_id=plan.audit_id,
        over=plan.over,
        period=plan.period,
        labels=plan.labels,
        frame_sha256=file_digest(FRAME_COLUMNS, rows),
        drand_round=plan.drand_round,
        committed_at=now,
    )
    add_audit(connection, audit)
    add_items(connection, plan.audit_id, items)
    bind_nonces(connection, plan.audit_id)
    log(connection, "frame", plan.audit_id, _frame_entry(connection, plan, audit, rows), now)
    return audit


def _units(seen: Sequence[Appearance], over: Over) -> list[int | None]:
    """Return the units sold that a frame tells; one of search results needs none."""
    if over is Over.TOP_RESULTS:
        return [None] * len(seen)
    return told([(public(appearance.seen.key.platform), appearance.seen.sold_count) for appearance in seen])


def _frame_entry(
    connection: Connection, plan: FramePlan, audit: StoredAudit, rows: Sequence[Mapping[str, str]]
) -> dict[str, Json]:
    nonces = [{"body": n.body, "nonce_sha256": n.nonce_sha256} for n in read_nonces(connection, plan.audit_id)]
    return {
        "over": plan.over.value,
        "period": plan.period,
        "labels": plan.labels,
        "listings": len(rows),
        "sold": sum(row[SOLD] != "" for row in rows),
        "frame_sha256": audit.frame_sha256,
        "strata_sha256": file_digest(STRATA_COLUMNS, strata_of(rows)),
        "drand_round": plan.drand_round,
        "nonces": nonces,
    }


def top_results(seen: Iterable[Seen], snapshots: Sequence[Path], top: int) -> Iterator[Appearance]:
    """Yield every appearance among the first results of a search, by the snapshots' own words.

    Parameters
    ----------
    seen : iterable of Seen
        What was scanned in the period; an appearance of anything else is left out.
    snapshots : sequence of Path
        Files or folders that say at which rank of which search a listing stood.
    top : int
        How many results of a search count, from rank 1.
    """
    known = {one.listing_key: one for one in seen}
    for file in find_inputs(snapshots):
        for batch in read_rows(file, ROWS_AT_ONCE):
            for row in batch.listings:
                query = row.listing.query
                found = known.get(key_digest(row.listing.key))
                if found is None or query.keyword is None or query.rank is None or not 1 <= query.rank <= top:
                    continue
                captured = replace(found, captured_at=row.listing.captured_at)
                yield Appearance(seen=captured, place=f"{query.rank} {query.keyword}")


def _values(seen: Sequence[Seen], holders: Mapping[str, RightsHolder]) -> list[tuple[str, str, str]]:
    """Return size, sector and country of protection of each listing, as far as they may be told."""
    owners = [holders.get(s.rights_holder_id or "") for s in seen]
    told = [None if owner is None else values_of(owner) for owner in owners]
    units = [
        Unit(holder=str(s.rights_holder_id), notices=1, values=value[1:])
        for s, value in zip(seen, told, strict=True)
        if value is not None
    ]
    shown = iter(publishable(units) or [(WITHHELD, WITHHELD)] * len(units))
    return [(UNKNOWN, UNKNOWN, UNKNOWN) if value is None else (value[0], *_pair(next(shown))) for value in told]


def _pair(values: tuple[str, ...]) -> tuple[str, str]:
    sector, country = values
    return sector, country


def values_of(holder: RightsHolder) -> tuple[str, str, str]:
    """Return a rights holder's size, sector (Nice class) and country of protection, as tables name them."""
    sectors = sorted({f"nice-{number}" for asset in holder.assets for number in asset.nice_classes})
    places = sorted({place for asset in holder.assets for place in asset.territories or (asset.office,) if place})
    sector, country = (
        values[0] if len(values) == 1 else SEVERAL if values else UNKNOWN for values in (sectors, places)
    )
    return holder.size if holder.size in SIZES else UNKNOWN, sector, country


def _frame_item(appearance: Appearance, value: tuple[str, str, str], salt: bytes, *, split: bool) -> FrameItem:
    seen, (size, sector, country) = appearance.seen, value
    band = FLAGGED if seen.band in (Band.HIGH, Band.MEDIUM) else REST
    return FrameItem(
        item=commitment(seen, appearance.place, salt),
        salt=salt.hex(),
        listing_key=seen.listing_key,
        **seen.key._asdict(),
        captured_at=seen.captured_at,
        content=seen.content,
        appearance=appearance.place,
        stratum=f"{size}/{band}" if split else band,
        size=size,
        sector=sector,
        country=country,
    )


def commitment(seen: Seen, place: str, salt: bytes) -> str:
    """Return the name of a listing in a frame: whoever is given the salt can open it, nobody else can guess it."""
    value = [*seen.key, rfc3339(seen.captured_at), place]
    return Disclosure(name="listing", value=value, salt=salt).digest


@lru_cache(maxsize=10_000)
def public(value: str) -> str:
    """Return a value as the files of an audit hold it: a stranger's word, made plain."""
    return neutralise(reveal(value))


def frame_row(audit_id: str, item: FrameItem) -> dict[str, str]:
    """Return an item as a row of frame.csv, which is one of sample.csv too."""
    values = {name: public(getattr(item, name)) for name in VALUES}
    sold = "" if item.sold is None else str(item.sold)
    names = {"audit": audit_id, "item": item.item, "stratum": item.stratum}
    return {**names, **values, SOLD: sold, "ticket": item.ticket or ""}


def draw_audit(
    connection: Connection,
    audit_id: str,
    *,
    checkpoint: tuple[int, bytes],
    beacon: Beacon | None,
    revealed: Sequence[bytes],
    probes: int,
    salts: Salts,
    now: datetime,
) -> int:
    """Draw the sample of an audit, and put known fakes among it.

    Parameters
    ----------
    connection : Connection
        Inside a transaction.
    audit_id : str
        Of an audit whose frame is committed and logged.
    checkpoint : (int, bytes)
        Size and root of the log; the frame's entry must be below.
    beacon : Beacon or None
        The drand round that the frame names, if it names one.
    revealed : sequence of bytes
        Nonces that trade bodies committed to before the frame. One that is not revealed is reported as such.
    probes : int
        How many known fakes reviewers are given without knowing it.
    salts, now
        As for `commit_frame`.

    Returns
    -------
    int
        How many items are under review.

    Raises
    ------
    InputError
        If the audit is unknown or drawn already, or seed and commitments do not fit.
    """
    audit = _audit(connection, audit_id)
    randomness = _randomness(audit, beacon)
    nonces = _reveal(connection, audit_id, revealed)
    seed = seed_of(checkpoint[1], randomness, [bytes.fromhex(n.nonce) for n in nonces if n.nonce])
    if not set_seed(connection, audit_id, seed):
        raise InputError(f"audit {audit_id}: its sample is drawn already, expected an audit without a seed")
    frame = list(read_frame(connection, audit_id))
    tickets = draw_sample(seed, [frame_row(audit_id, item) for item in frame], audit.labels)
    mark_drawn(connection, audit_id, tickets)
    taken = {item.listing_key for item in frame if item.item in tickets}
    fakes = _probes(connection, seed, probes, taken, salts)
    add_items(connection, audit_id, fakes)
    log(connection, "seed", audit_id, _seed_entry(seed, checkpoint, beacon, nonces), now)
    sample = {
        "items": len(tickets),
        "sample_sha256": sample_digest(tickets),
        "probes": len(fakes),
        "probes_sha256": file_digest(PROBE_COLUMNS, probe_rows(audit_id, fakes)),
    }
    log(connection, "sample", audit_id, sample, now)
    return len(tickets) + len(fakes)


def _seed_entry(
    seed: str, checkpoint: tuple[int, bytes], beacon: Beacon | None, nonces: Sequence[Nonce]
) -> dict[str, Json]:
    size, root = checkpoint
    return {
        "checkpoint_size": size,
        "checkpoint_root": root.hex(),
        "drand": None if beacon is None else asdict(beacon),
        "nonces": [{"body": n.body, "nonce_sha256": n.nonce_sha256, "nonce": n.nonce} for n in nonces if n.nonce],
        "unrevealed": [n.body for n in nonces if not n.nonce],
        "seed": seed,
    }


def probe_rows(audit_id: str, items: Iterable[FrameItem]) -> list[dict[str, str]]:
    """Return the rows of probes.csv."""
    return [{"audit": audit_id, "item": name} for name in sorted(item.item for item in items if item.probe)]


def _audit(connection: Connection, audit_id: str) -> StoredAudit:
    audit = read_audit(connection, audit_id)
    if audit is None:
        raise InputError(f"audit: no such audit, got {audit_id!r:.40}, expected one of `counterfoil audit status`")
    return audit


def _randomness(audit: StoredAudit, beacon: Beacon | None) -> bytes:
    if beacon is None:
        if audit.drand_round is None:
            return b""
        raise InputError(f"audit {audit.audit_id}: its frame names a drand round, expected that of {audit.drand_round}")
    if beacon.round != audit.drand_round:
        raise InputError(f"drand: another round, got {beacon.round}, expected {audit.drand_round}")
    if hashlib.sha256(bytes.fromhex(beacon.signature)).hexdigest() != beacon.randomness:
        raise InputError(f"drand: round {beacon.round}: the randomness is not the SHA-256 of the signature")
    return bytes.fromhex(beacon.randomness)


def _reveal(connection: Connection, audit_id: str, revealed: Sequence[bytes]) -> list[Nonce]:
    promised = {nonce.nonce_sha256 for nonce in read_nonces(connection, audit_id)}
    for nonce in revealed:
        digest = hashlib.sha256(nonce).hexdigest()
        if digest not in promised:
            raise InputError(f"audit {audit_id}: a nonce that nobody committed to before the frame, SHA-256 {digest}")
        reveal_nonce(connection, digest, nonce.hex())
    return read_nonces(connection, audit_id)


def _probes(connection: Connection, seed: str, number: int, taken: set[str], salts: Salts) -> list[FrameItem]:
    """Choose known fakes by the same rule as the sample, from listings that are not in it."""
    fakes = {seen.listing_key: seen for seen in known_fakes(connection) if seen.listing_key not in taken}
    chosen = [fakes[key] for _, key in draw(seed, fakes, number)]
    items = []
    for seen in chosen:
        salt = salts()
        name = commitment(seen, "", salt)
        band = FLAGGED if seen.band in (Band.HIGH, Band.MEDIUM) else REST
        items.append(
            FrameItem(
                item=name,
                salt=salt.hex(),
                listing_key=seen.listing_key,
                **seen.key._asdict(),
                captured_at=seen.captured_at,
                content=seen.content,
                stratum=band,
                size=UNKNOWN,
                sector=UNKNOWN,
                country=UNKNOWN,
                ticket=ticket(seed, name),
                probe=True,
            )
        )
    return items


def log(connection: Connection, kind: str, audit_id: str, fields: Mapping[str, Json], now: datetime) -> None:
    """Write an entry of an audit for the public log; its id follows from what it says."""
    document = repr((kind, audit_id, sorted(fields.items())))
    entry_id = hashlib.sha256(document.encode()).hexdigest()[:32]
    add_entry(connection, entry_id, kind, {"audit": audit_id, **fields}, now)
