r"""Set false alarms side by side: by the size of the firm, the country and language of the seller; fakes by price.

Run from the root of the repository::

    python -m benchmarks.fairness --candidates candidates.jsonl --truth truth.jsonl --register REGISTER \
        --snapshots listings.jsonl [listings.jsonl ...]

The unit is a listing with a label. An honest one is a false alarm if any candidate of it scores 0.5 or more. Intervals
are 95 % by resampling whole operators (seller accounts of one hand), since their listings resemble each other, and by
Clopper-Pearson where none or all were flagged. Neither country nor language is an input of any score: this report tells
whether they come in by the back door. Fakes are counted apart as open (the kinds of prices given with `--open`, at
which buyers know what they get) and deceptive (all others).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import beta

EVEN: Final = 0.5
ROUNDS: Final = 1_000
SEED: Final = 20261121
Key = tuple[str, str, str | None]


def labelled(
    candidates: Path, truth: Path, register: Path, snapshots: list[Path], *, cheap: frozenset[str]
) -> pd.DataFrame:
    """Return one row a labelled listing: whether it is honest and flagged, and the groups that it belongs to."""
    holders = json.loads((register / "register.json").read_text("utf-8"))["rights_holders"]
    sizes = {holder["id"]: holder.get("size") or "unknown" for holder in holders}
    scores = _scores(candidates)
    shown = {key: row for path in snapshots for key, row in _listings(path)}
    rows = []
    for label in map(json.loads, truth.open(encoding="utf-8")):
        key = (label["platform"], label["listing_id"], label["seller_id"])
        listing, found = shown.get(key, {}), scores.get(key, {})
        wanted = label["rights_holder_id"]
        score = found.get(wanted, 0.0) if label["actionable"] else max(found.values(), default=0.0)
        country = (listing.get("seller") or {}).get("country")
        rows.append(
            {
                "honest": not label["actionable"],
                "flagged": score >= EVEN,
                "operator": label.get("operator_id") or f"{key[0]} {key[2]}",
                "mark of a firm that is": sizes.get(wanted, "none"),
                "seller in": "China" if country == "CN" else "another country" if country else "unknown",
                "language": listing.get("language") or "unknown",
                "fake": "open" if label.get("price_kind") in cheap else "deceptive",
            }
        )
    return pd.DataFrame(rows)


def _scores(candidates: Path) -> dict[Key, dict[str, float]]:
    found: dict[Key, dict[str, float]] = {}
    for row in map(json.loads, candidates.open(encoding="utf-8")):
        key = (row["platform"], row["listing_id"], row["seller_id"])
        found.setdefault(key, {})[row["rights_holder_id"]] = row["score"]
    return found


def _listings(path: Path) -> Iterator[tuple[Key, dict[str, Any]]]:
    for row in map(json.loads, path.open(encoding="utf-8")):
        yield (row["platform"], row["listing_id"], (row.get("seller") or {}).get("id")), row


def rate(rows: pd.DataFrame) -> str:
    """Return a rate with its interval by operators; with Clopper-Pearson's upper end where it is 0 or 1."""
    hits, of = int(rows["flagged"].sum()), len(rows)
    by_operator = rows.groupby("operator")["flagged"].agg(["sum", "size"]).to_numpy(dtype=float)
    draw = np.random.default_rng(SEED)
    drawn = by_operator[draw.integers(0, len(by_operator), (ROUNDS, len(by_operator)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    if hits in {0, of}:
        low = beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
        high = beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return f"{hits:>4} of {of:>5}  {hits / of:.4f}  ({low:.4f} to {high:.4f})"


def show(name: str, rows: pd.DataFrame, group: str, shown: Callable[[str], None] = print) -> None:
    """Print the rate of every group."""
    shown(f"{name}, by {group}")
    for value, some in rows.groupby(group):
        shown(f"  {value!s:<16} {rate(some)}")


def main() -> None:
    """Read, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--register", type=Path, required=True)
    parser.add_argument("--snapshots", type=Path, nargs="+", required=True)
    parser.add_argument("--open", nargs="*", default=["deep_discount"], help="kinds of prices of open fakes")
    arguments = parser.parse_args()
    rows = labelled(
        arguments.candidates,
        arguments.truth,
        arguments.register,
        arguments.snapshots,
        cheap=frozenset(arguments.open),
    )
    honest, fakes = rows[rows["honest"]], rows[~rows["honest"]]
    for group in ("mark of a firm that is", "seller in", "language"):
        show("honest listings scored 0.5 or more", honest, group)
    show("infringing listings scored 0.5 or more", fakes, "fake")
    show("infringing listings scored 0.5 or more", fakes, "mark of a firm that is")


if __name__ == "__main__":
    main()
