"""The whole chain on a market: scan, decisions, notices, audits, bundle, verification, and whether it speaks the truth.

python -m benchmarks.audit_chain MARKET [--labels 300] [--work DIR] [--json FILE]

MARKET is a folder with `register/`, `snapshots/*/` and `truth.jsonl`. It is scanned by the real command (photos by
hashes alone). Reviewers, whose errors are known, say what the truth says but for 5 % of what infringes and 1 % of the
rest; platforms answer small rights holders after 60 hours on average and large ones after 36. Told: for each capture
the true share that infringes beside the published interval, what may be claimed of the change and whether that follows
the schedule, the planted gap beside the published one, and whether the bundle verifies. A folder of `--work` that was
scanned before is not scanned again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from datetime import time as midnight
from pathlib import Path
from typing import Any

from fixtures.practise import HOURS_TO_ANSWER, Market, periods_of, practise, read_market
from pipeline.metrics.periods import days_of
from pipeline.metrics.rows import Row, read_rows
from pipeline.records import ACTIONABLE, AssetKind
from pipeline.store.audits import seen_between
from pipeline.store.database import Store, open_store
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles

Finding = dict[str, Any]


def scan(market: Path, work: Path) -> str:
    """Scan a market into a store of its own, if that was not done; return the store's URL."""
    url = f"sqlite:///{work}/store/counterfoil.db"
    settings = work / "counterfoil.toml"
    settings.write_text(f"hashes_only = {json.dumps([kind.value for kind in AssetKind])}\n")
    if not (work / "out" / "run.json").exists():
        snapshots = sorted(str(path) for path in (market / "snapshots").iterdir() if path.is_dir())
        command = [sys.executable, "-m", "pipeline.cli", "scan", *snapshots, "--register", str(market / "register")]
        places = ["--out", str(work / "out"), "--store", url]
        environment = {**os.environ, "COUNTERFOIL_SETTINGS": str(settings)}
        subprocess.run([*command, *places], env=environment, check=True, stdout=subprocess.DEVNULL)
    return url


def true_prevalence(store: Store, truth: Market, period: str) -> float:
    first, after = (datetime.combine(day, midnight(), UTC) for day in days_of(period))
    with store.read() as connection:
        seen = [one.key for one in seen_between(connection, first, after)]
    return sum(truth.labels.get(key) in ACTIONABLE for key in seen) / len(seen)


def findings(rows: Sequence[Row], store: Store, market: Path, truth: Market) -> list[Finding]:
    """Return what was published beside what is true."""
    told = {(row.metric, row.period, row.dimension): row for row in rows}
    found: list[Finding] = []
    for period in periods_of(market):
        row, known = told["prevalence", period, "all"], true_prevalence(store, truth, period)
        holds = float(row.low) <= known <= float(row.high)
        found.append({"what": f"prevalence {period[:10]}", "true": round(known, 4), **_interval(row), "holds": holds})
    for row in rows:
        if row.metric == "prevalence" and row.dimension == "change":
            then, now = (true_prevalence(store, truth, period) for period in (row.group, row.period))
            right = {"decrease": now < then, "increase": now > then}.get(row.claim, True)
            what = f"change {row.period[:10]}: claim {row.claim}"
            found.append({"what": what, "true": round(now - then, 4), **_interval(row), "holds": right})
    for row in rows:
        if row.metric == "t_action_median" and row.dimension == "gap":
            planted = (HOURS_TO_ANSWER["sme"] - HOURS_TO_ANSWER["large"]) * 0.693
            wide = bool(row.low) and float(row.low) > 0
            found.append({"what": "gap of medians, hours", "true": round(planted, 1), **_interval(row), "holds": wide})
    return found


def _interval(row: Row) -> Finding:
    return {"estimate": row.estimate, "low": row.low, "high": row.high}


def run(market: Path, work: Path, labels: int) -> list[Finding]:
    store = open_store(scan(market, work))
    bundle = work / "bundle"
    practise(store, work / "log", work / "keys", bundle, home=market, labels=labels)
    verified = verify_bundle(BundleFiles(bundle))
    rows = read_rows((bundle / "metrics.csv").read_text("utf-8"))
    found = findings(rows, store, market, read_market(market))
    store.close()
    return [*found, {"what": f"bundle of {verified.numbers} numbers verifies", "holds": True}]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("market", type=Path)
    options.add_argument("--labels", type=int, default=300)
    options.add_argument("--work", type=Path)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (given.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        found = run(given.market.resolve(), work, given.labels)
    for finding in found:
        told = ", ".join(f"{name} {value}" for name, value in finding.items() if name not in {"what", "holds"})
        print(f"{'ok  ' if finding['holds'] else 'MISS'} {finding['what']}: {told}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
