"""How fast queues page and count over many cases, on SQLite and PostgreSQL.

python benchmarks/queues.py [--cases 1000000] [--out queue.json]

A store is filled with made-up cases; then each filter is asked in each order for its first page, for a page deep in the
queue and for its counts, in random turns. Beside keyset paging stands the same deep page by OFFSET. Beside the time
that passed stands what this process computed: it says nothing of PostgreSQL, but does not depend on what else the
machine does.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Connection, Select, create_engine, func, insert, literal, select, text

from pipeline.cases.card import Card
from pipeline.enforcement import CaseState
from pipeline.records import Label, ListingKey
from pipeline.store.case_tables import case_counts, cases
from pipeline.store.cases import Filters, Sort, count, place_of, queue
from pipeline.store.database import Store, open_store
from pipeline.store.events import EVERY_HOLDER, FACETS
from pipeline.store.search import write_terms
from pipeline.store.statistics import refresh_statistics
from tests import postgresql

LOT = 20_000
HOLDERS = [f"holder-{n}" for n in range(40)]
PLATFORMS = ["taobao", "tmall", "1688", "aliexpress", "amazon", "ebay", "tiktok_shop", "shopee"]
STATES = [CaseState.OPEN] * 12 + [CaseState.DISMISSED] * 6 + [CaseState.NOTICED, CaseState.DOWN, CaseState.HELD]
LABELS = [label.value for label in Label]
STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
DEEP = 50_000
ROUNDS = 3

FILTERS: dict[str, tuple[Filters, tuple[str, ...] | None]] = {
    "open": (Filters(states=(CaseState.OPEN,)), None),
    "everything": (Filters(), None),
    "one holder, open": (Filters(rights_holders=("holder-1",), states=(CaseState.OPEN,)), None),
    "scope of five holders, open": (Filters(states=(CaseState.OPEN,)), tuple(HOLDERS[:5])),
    "platform and band": (Filters(states=(CaseState.OPEN,), platforms=("ebay",), bands=("high",)), None),
    "label": (Filters(labels=(Label.DESIGN,), states=(CaseState.DISMISSED,)), None),
    "changed": (Filters(changed=True), None),
    "seller": (Filters(platforms=("taobao",), seller_id="seller-471-1"), None),
    "keyword": (Filters(keyword="keyword-17", states=(CaseState.OPEN,)), None),
    "rank": (Filters(states=(CaseState.OPEN,), worst_rank=10), None),
    "price": (Filters(states=(CaseState.OPEN,), least_euros=40.0, most_euros=41.0), None),
    "price, one holder": (Filters(rights_holders=("holder-3",), least_euros=40.0, most_euros=60.0), None),
    "first seen": (Filters(states=(CaseState.OPEN,), opened_from=STARTED_AT + timedelta(days=99)), None),
    "assigned": (Filters(assignee="person-3", states=(CaseState.OPEN,)), None),
    "nobody's": (Filters(assignee="", states=(CaseState.OPEN,)), None),
    "drawn": (Filters(drawn=True, states=(CaseState.OPEN,)), None),
    "re-checked and up": (Filters(rechecks=("up",)), None),
    "a rare word": (Filters(text="12345", states=(CaseState.OPEN,)), None),
    "a word of one in fifty": (Filters(text="cord 7", states=(CaseState.OPEN,)), None),
    "a word of every title": (Filters(text="canvas", states=(CaseState.OPEN,)), None),
}


def made_up(number: int, draw: random.Random) -> dict[str, Any]:
    """Return the row of a made-up case."""
    score = draw.random() ** 2
    holder, state = draw.choice(HOLDERS), draw.choice(STATES).value
    label = None if state == "open" else draw.choice(LABELS)
    seen = STARTED_AT + timedelta(seconds=draw.randrange(100 * 86_400))
    euros, sold, rank = round(draw.lognormvariate(3, 1), 2), draw.randrange(500), draw.randrange(1, 400)
    return {
        "case_id": f"{draw.getrandbits(112):028x}0000",
        "rights_holder_id": holder,
        "platform": draw.choice(PLATFORMS),
        "listing_id": str(number),
        "seller_id": f"seller-{draw.randrange(1_200)}",
        "listing_key": f"{number:060x}0000",
        "candidate_id": f"{number:020x}",
        "state": state,
        "score": round(score, 6),
        "band": "high" if score >= 0.8 else "medium" if score >= 0.4 else "low",
        "suggested": "counterfeit",
        "label": label,
        "shown": label or draw.choice(LABELS),
        "asset_ids": b'["word"]',
        "assignee": f"person-{draw.randrange(9)}" if draw.random() < 0.1 else None,
        "approvals": b"[]",
        "changed": draw.random() < 0.01,
        "earlier_case_id": None,
        "opened_at": seen,
        "updated_at": seen + timedelta(hours=draw.randrange(500)),
        "events": 1,
        "content": f"{number:064x}",
        "captured_at": seen,
        "title": f"Made-up bag no. {number}, canvas, two pockets, cord {number % 50}, free delivery",
        "url": f"https://item.example/{number}",
        "seller_name": "Corner Goods",
        "price": str(euros),
        "currency": "EUR",
        "euros": euros,
        "sold_count": sold,
        "keyword": f"keyword-{draw.randrange(200)}",
        "rank": rank,
        "harm": round(euros * (1 + sold) / rank, 2),
        "recheck": draw.choice(["up", "gone_404", "blocked"]) if state in {"noticed", "down"} else None,
        "rechecked_at": None,
        "probability": 0.01 if draw.random() < 0.005 else None,
    }


def another(copy: int) -> Select[Any]:
    """Return the first cases once more, with other ids, sellers and a little other scores and prices."""
    first = cases.c
    changed: dict[str, Any] = {
        "case_id": func.substr(first.case_id, 1, 28).concat(f"{copy:04x}"),
        "listing_key": func.substr(first.listing_key, 1, 60).concat(f"{copy:04x}"),
        "seller_id": first.seller_id.concat(f"-{copy}"),
        "score": first.score + copy / 1e8,
        "harm": first.harm + copy / 1e4,
        "euros": first.euros + copy / 1e4,
    }
    columns = [changed[column.name].label(column.name) if column.name in changed else column for column in first]
    return select(*columns).where(first.case_id.like("%0000"))


def fill_terms(connection: Connection) -> None:
    """Write by what the cases are found."""
    columns = (
        "case_id",
        "platform",
        "listing_id",
        "seller_id",
        "content",
        "captured_at",
        "title",
        "url",
        "seller_name",
    )
    last = ""
    while rows := connection.execute(
        select(*(cases.c[name] for name in columns)).where(cases.c.case_id > last).order_by(cases.c.case_id).limit(LOT)
    ).all():
        last = rows[-1].case_id
        cards = {r[0]: (Card(**dict(zip(columns[4:], r[4:], strict=True))), ListingKey(*r[1:4])) for r in rows}
        write_terms(connection, cards)


def fill(store: Store, number: int) -> float:
    """Fill a store with cases; return the seconds it took."""
    draw, started = random.Random(1), time.perf_counter()
    indexes = sorted(cases.indexes, key=lambda index: str(index.name))
    with store.write() as connection:
        for index in indexes:
            index.drop(connection)
    rows = [made_up(n, draw) for n in range(min(LOT, number))]
    with store.write() as connection:
        connection.execute(insert(cases), rows)
        for copy in range(1, number // LOT):
            connection.execute(insert(cases).from_select(list(cases.c.keys()), another(copy)))
    with store.write() as connection:
        for index in indexes:
            index.create(connection)
    with store.write() as connection:
        fill_terms(connection)
    tally = select(*(cases.c[name] for name in FACETS), func.count()).group_by(*(cases.c[name] for name in FACETS))
    with store.write() as connection:
        connection.execute(insert(case_counts).from_select([*FACETS, "number"], tally))
        every = (literal(EVERY_HOLDER), *(case_counts.c[name] for name in FACETS[1:]))
        total = select(*every, func.sum(case_counts.c.number)).group_by(*every[1:])
        connection.execute(insert(case_counts).from_select([*FACETS, "number"], total))
        refresh_statistics(connection)
    if store.engine.dialect.name == "postgresql":  # as autovacuum does it after a while
        with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return time.perf_counter() - started


def measure(store: Store) -> dict[str, Any]:
    """Return milliseconds of first pages, deep pages and counts, by filter and in all."""
    turns = [(name, sort, _) for name in FILTERS for sort in Sort for _ in range(ROUNDS)]
    random.Random(2).shuffle(turns)
    taken: dict[str, dict[str, list[float]]] = {name: {} for name in FILTERS}
    computed: dict[str, list[float]] = {"page": [], "deep page": [], "counts": []}
    places = {(name, sort): deep_place(store, name, sort) for name in FILTERS for sort in Sort}
    for name, sort, _ in turns:
        filters, scope = FILTERS[name]
        with store.read() as connection:
            deep = places[name, sort]
            asked: dict[str, Callable[[], object]] = {
                "page": lambda c=connection, f=filters, s=scope, o=sort: queue(c, f, s, sort=o),  # type: ignore[misc]
                "counts": lambda c=connection, f=filters, s=scope: count(c, f, s),  # type: ignore[misc]
            }
            if deep is not None:
                asked["deep page"] = lambda c=connection, f=filters, s=scope, o=sort, d=deep: queue(  # type: ignore[misc]
                    c, f, s, sort=o, after=d
                )
            for what, ask in asked.items():
                started, busy = time.perf_counter(), time.process_time()
                ask()
                computed[what].append(1_000 * (time.process_time() - busy))
                taken[name].setdefault(what, []).append(1_000 * (time.perf_counter() - started))
    both = [p + c for p, c in zip(computed["page"], computed["counts"], strict=True)]
    every = {what: [ms for by in taken.values() for ms in by.get(what, [])] for what in ("page", "deep page", "counts")}
    page_and_counts = [p + c for by in taken.values() for p, c in zip(by["page"], by["counts"], strict=True)]
    return {
        "all": {what: summary(ms) for what, ms in (every | {"page with counts": page_and_counts}).items()},
        "computed": {what: summary(ms) for what, ms in (computed | {"page with counts": both}).items()},
        "filters": {name: {what: summary(ms) for what, ms in by.items()} for name, by in taken.items()},
        "offset": by_offset(store),
    }


def deep_place(store: Store, name: str, sort: Sort) -> str | None:
    """Return the place after the first pages of a queue, some thousand cases deep, or None if it is shorter."""
    filters, scope = FILTERS[name]
    with store.read() as connection:
        page = queue(connection, filters, scope, sort=sort, limit=2_000)
    return page.after and place_of(page.cases[-1], sort)


def by_offset(store: Store) -> dict[str, float]:
    """Return milliseconds of the page after so many cases by keyset, by OFFSET, and how many times more that is."""
    order = cases.c.score.desc(), cases.c.case_id.desc()
    here = select(cases).where(cases.c.state == CaseState.OPEN.value).order_by(*order)
    with store.read() as connection:
        total = connection.execute(select(func.count()).select_from(here.subquery())).scalar_one()
        deep = min(DEEP, total // 2)
        last = connection.execute(here.offset(deep - 1).limit(1)).mappings().one()
        after = f"{last['score']!r}_{last['case_id']}"
        filters = Filters(states=(CaseState.OPEN,))
        keyset = best(lambda: queue(connection, filters, None, sort=Sort.SCORE, after=after))
        offset = best(lambda: connection.execute(here.offset(deep).limit(51)).all())
    return {"deep": deep, "keyset": round(keyset, 2), "offset": round(offset, 2), "ratio": round(offset / keyset, 1)}


def best(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(7):
        started = time.perf_counter()
        ask()
        taken.append(1_000 * (time.perf_counter() - started))
    return median(taken)


def summary(ms: list[float]) -> dict[str, float]:
    p95 = quantiles(ms, n=20)[-1] if len(ms) > 1 else ms[0]
    return {"median": round(median(ms), 2), "p95": round(p95, 2), "most": round(max(ms), 2)}


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the URL of a new store of each kind that is to be had."""
    found = {"sqlite": f"sqlite:///{folder / 'queue.db'}"}
    programs = postgresql.binaries()
    if programs is None:
        yield found
        return
    with postgresql.server(programs) as url:
        engine = create_engine(url.format(name="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE queue"))
        engine.dispose()
        yield found | {"postgresql": url.format(name="queue")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    results: dict[str, Any] = {"cases": arguments.cases, "unit": "ms"}
    with tempfile.TemporaryDirectory(prefix="cf-queue-") as folder, stores(Path(folder)) as urls:
        for kind, url in urls.items():
            if arguments.only not in {None, kind}:
                continue
            store = open_store(url)
            seconds = round(fill(store, arguments.cases), 1)
            results[kind] = {"fill_seconds": seconds} | measure(store)
            store.close()
            for what in ("all", "computed", "offset"):
                print(kind, what, json.dumps(results[kind][what]), flush=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
