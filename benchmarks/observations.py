"""What each observation is worth: how often it is made of listings that infringe, and of others, by label.

python -m benchmarks.observations --candidates out/candidates.jsonl --truth truth.jsonl

The unit is a candidate (a listing and a rights holder) whose listing has a label; authorised sellers' listings are left
out, since the rights holder's own list decides there. `evidence` is the natural logarithm of the likelihood ratio, with
half an occurrence added on both sides. How false alarms fall on firms and sellers is told by `benchmarks/fairness.py`.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    arguments = parser.parse_args()
    candidates = read(arguments.candidates, arguments.truth)
    print(worth(candidates).to_string())


if __name__ == "__main__":
    main()
