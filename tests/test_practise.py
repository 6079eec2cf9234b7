"""The team that the demo plays leaves a bundle that verifies, says that it is synthetic, and can be made again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.practise import HOME, periods_of, practise, read_market
from pipeline.metrics.rows import read_rows
from pipeline.records import ACTIONABLE, ListingKey
from pipeline.store.database import Store
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles
from tests.pipeline.stages.audit_world import Goods, keep
from tests.pipeline.store.test_cases import opening, write


@pytest.fixture
def scanned(store: Store) -> Store:
    """Return a store with the listings of the sample market, and a few cases."""
    market = read_market(HOME)
    goods = [
        Goods(key=ListingKey(*key), infringes=label in ACTIONABLE, holder="tarnwick", band="high")
        for key, label in market.labels.items()
    ]
    for period in periods_of(HOME):
        keep(store, goods, datetime.fromisoformat(period[:10]).replace(hour=9, tzinfo=UTC))
    for number in range(4):
        write(store, opening(number))
    return store


def test_the_demo_ends_with_a_bundle_that_verifies(scanned: Store, tmp_path: Path) -> None:
    places = tmp_path / "log", tmp_path / "keys", tmp_path / "bundle"

    numbers = practise(scanned, *places, labels=40)
    first = {path.name: path.read_bytes() for path in places[2].iterdir() if path.is_file()}
    practise(scanned, *places, labels=40)

    rows = read_rows((places[2] / "metrics.csv").read_text("utf-8"))
    assert verify_bundle(BundleFiles(places[2])).numbers == numbers == len(rows)
    assert {row.period for row in rows if row.metric == "prevalence"} == set(periods_of(HOME))
    assert b"Synthetic data" in first["report.html"]
    assert first["report.html"].count(b"the nonces of practice body one, practice body two") == 2 * len(
        periods_of(HOME)
    )
    assert {path.name: path.read_bytes() for path in places[2].iterdir() if path.is_file()} == first
