"""What each observation is worth: how often it is made of listings that infringe, and of others, by label.

python benchmarks/observations.py --candidates out/candidates.jsonl --truth truth.jsonl

The unit is a candidate (a listing and a rights holder) whose listing has a label; authorised sellers' listings are left
out, since the rights holder's own list decides there. `evidence` is the natural logarithm of the likelihood ratio, with
half an occurrence added on both sides. Then the share of honest listings scored even or higher is set side by side for
the marks of small and of large rights holders, and for sellers of different countries, with 95 % Clopper-Pearson
intervals.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta

EVEN = 0.5


def read(candidates: Path, truth: Path) -> pd.DataFrame:
    """Return one row a labelled candidate: its label, whether it infringes, its score and its observations."""
    labels = {
        (t["platform"], t["listing_id"], t["seller_id"]): t for t in map(json.loads, truth.open(encoding="utf-8"))
    }
    rows: list[dict[str, Any]] = []
    for candidate in map(json.loads, candidates.open(encoding="utf-8")):
        label = labels.get((candidate["platform"], candidate["listing_id"], candidate["seller_id"]))
        holder = candidate["rights_holder_id"]
        if label is None or holder in (label.get("also_rights_holder_ids") or []):
            continue
        rightly = bool(label["actionable"]) and label["rights_holder_id"] == holder
        rows.append(
            {
                "label": label["label"] if rightly or not label["actionable"] else "another holder's",
                "infringes": rightly,
                "holder": holder,
                "listing": (candidate["platform"], candidate["listing_id"], candidate["seller_id"]),
                "score": candidate["score"],
                "observations": sorted({s["observation"] for s in (*candidate["signals"], *candidate["exclusions"])}),
            }
        )
    return pd.DataFrame(rows)


def worth(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return counts and evidence by observation."""
    contested = candidates[candidates["label"] != "authorised"]
    totals = contested["infringes"].value_counts()
    made = contested.explode("observations").groupby("observations")["infringes"].agg(["sum", "size"])
    table = pd.DataFrame({"infringing": made["sum"], "others": made["size"] - made["sum"]})
    shares = [(table["infringing"] + 0.5) / (totals[True] + 1), (table["others"] + 0.5) / (totals[False] + 1)]
    table["evidence"] = np.log(shares[0] / shares[1]).round(2)
    return table.sort_values("evidence", ascending=False)


def interval(hits: int, of: int) -> str:
    low = beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return f"{hits}/{of} = {hits / of:.3f} ({low:.3f} to {high:.3f})" if of else "none"


def fairness(candidates: pd.DataFrame, truth: Path, register: Path, snapshots: list[Path]) -> None:
    """Print the false-alarm rate of honest listings by group."""
    holders = json.loads((register / "register.json").read_text("utf-8"))["rights_holders"]
    sizes = {holder["id"]: holder.get("size") or "unknown" for holder in holders}
    sellers: dict[tuple[str, str, str | None], str] = {}
    for file in snapshots:
        for row in map(json.loads, file.open(encoding="utf-8")):
            seller = row.get("seller") or {}
            sellers[row["platform"], row["listing_id"], seller.get("id")] = seller.get("country") or "unknown"
    accused = candidates.groupby("listing")["score"].max()
    honest = pd.DataFrame(t for t in map(json.loads, truth.open(encoding="utf-8")) if not t["actionable"])
    keys = list(zip(honest["platform"], honest["listing_id"], honest["seller_id"], strict=True))
    honest["flagged"] = [bool(accused.get(key, 0.0) >= EVEN) for key in keys]
    honest["rights holder"] = honest["rights_holder_id"].map(sizes)
    country = pd.Series([sellers.get(key, "unknown") for key in keys])
    honest["seller"] = country.where(country.isin(["CN", "unknown"]), "elsewhere")
    for group in ("rights holder", "seller"):
        for name, flags in honest.groupby(group)["flagged"]:
            print(f"honest listings flagged, {group} {name}: {interval(int(flags.sum()), len(flags))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--register", type=Path, help="register folder, for the sizes of rights holders")
    parser.add_argument(
        "--snapshots", type=Path, nargs="*", default=[], help="listings.jsonl files, for sellers' countries"
    )
    arguments = parser.parse_args()
    candidates = read(arguments.candidates, arguments.truth)
    print(worth(candidates).to_string())
    if arguments.register:
        fairness(candidates, arguments.truth, arguments.register, arguments.snapshots)


if __name__ == "__main__":
    main()
