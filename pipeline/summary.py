"""What a scan found, as a table for people: the first candidates with the evidence that weighs most."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

SHOWN = 6
"""Candidates in the table: about a screen."""

REASONS = 3
"""Reasons shown of each, the weightiest first."""

COLOURS = {"high": "bold red", "medium": "yellow", "low": "dim"}


def show_candidates(path: Path, console: Console) -> None:
    """Print the first candidates of a scan.

    Parameters
    ----------
    path : Path
        `candidates.jsonl` as a scan writes it, highest score first.
    console : rich.console.Console
        Where to. What listings say is escaped: it is the words of strangers.
    """
    table = Table(title=f"The highest of {path}", title_justify="left", show_lines=True, expand=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("listing, candidate", ratio=2, overflow="fold")
    table.add_column("suggested", no_wrap=True)
    table.add_column("why (points in log odds)", ratio=4, overflow="fold")
    with path.open("rb") as lines:
        for line in islice(lines, SHOWN):
            table.add_row(*_cells(orjson.loads(line)))
    if table.row_count:
        console.print(table)


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    weighty = sorted((*row["signals"], *row["exclusions"]), key=lambda signal: -abs(signal["weight"]))[:REASONS]
    colour = COLOURS[row["band"]]
    return (
        f"[{colour}]{_probability(row['score'])}[/]",
        f"{_plain(row['title'])}\n[dim]{_plain(row['platform'])} {_plain(row['listing_id'])}\n{row['candidate_id']}[/]",
        f"{_plain(row['label'])}\n[dim]{_plain(row['rights_holder_id'])}[/]",
        "\n".join(f"[bold]{signal['weight']:+.1f}[/] {_plain(signal['reason'])}" for signal in weighty),
    )


def _probability(score: float) -> str:
    """Write a probability to three digits, and never as certainty."""
    return f"{score:.3f}" if score < 0.9995 else ">0.999"  # noqa: PLR2004  half of the last digit


def _plain(text: str) -> str:
    """Take markup and control characters out of what a listing says."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))
