"""The forms in which a batch leaves: a table, a letter on paper, data, and text that is ready to copy."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from pipeline.notices.batches import Batch
from pipeline.notices.channels import Channel
from pipeline.notices.checks import facts_of
from pipeline.notices.mail import as_mail
from pipeline.notices.vero import vero_report
from pipeline.notices.wording import BETWEEN_LANGUAGES, write_text
from pipeline.paper import Paper
from pipeline.plain import reveal, table

FORMAT: Final = "counterfoil-notice/1"
VERO_TEMPLATE: Final = "vero"
_FACT: Final = re.compile(r"- ([^:：]{1,60})(?:: |：)(.*)")


def render(
    batch: Batch, channel: Channel, *, now: datetime, folder: Path | None = None, recipient: str = ""
) -> dict[str, bytes]:
    """Return every form of a batch, as files by name.

    Parameters
    ----------
    batch : Batch
        What goes out together.
    channel : Channel
        Where it goes.
    now : datetime
        Stands in the properties of the PDF.
    folder : Path, optional
        The user's own templates.
    recipient : str
        To whom a letter goes.

    Returns
    -------
    dict
        "notice.csv", "notice.json", "notice.txt", "notice.pdf"; "request.json" for eBay's API, "notice.eml" for a
        letter.
    """
    text = write_text(batch, channel, folder=folder, recipient=recipient)
    forms = {
        "notice.csv": as_table(batch, channel),
        "notice.json": as_data(batch),
        "notice.txt": text.encode(),
        "notice.pdf": as_paper(text, batch, channel, now),
    }
    if channel.template == VERO_TEMPLATE:
        forms["request.json"] = as_report(batch, channel)
    if channel.method == "letter":
        attached = {name: forms[name] for name in ("notice.pdf", "notice.csv")}
        forms["notice.eml"] = as_mail(text, batch, attached, now=now, recipient=recipient)
    return forms


def as_table(batch: Batch, channel: Channel) -> bytes:
    """Return a batch as CSV, a row for each notice, with the channel's columns; no cell is a formula."""
    rows = [[column.heading for column in channel.columns]]
    for notice in batch.notices:
        facts = facts_of(notice)
        rows.append([reveal(facts.get(column.fact, "")) for column in channel.columns])
    return table(rows)


def as_data(batch: Batch) -> bytes:
    """Return a batch as JSON with every fact of every notice."""
    document = {
        "format": FORMAT,
        "batch_id": batch.batch_id,
        "channel": batch.channel,
        "rights_holder_id": batch.rights_holder_id,
        "notices": [asdict(notice) for notice in batch.notices],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n"


def as_report(batch: Batch, channel: Channel) -> bytes:
    """Return the request that eBay's API takes for a batch, as JSON."""
    return orjson.dumps(vero_report(batch, channel), option=orjson.OPT_INDENT_2) + b"\n"


def as_paper(text: str, batch: Batch, channel: Channel, now: datetime) -> bytes:
    """Return the text form on paper, as PDF: its headings as headings, its "- label: value" lines as facts."""
    parts = text.split(BETWEEN_LANGUAGES)
    paper = Paper(
        title=parts[0].partition("\n")[0].removeprefix("# "),
        footer=f"{batch.batch_id} · {now.astimezone(UTC):%Y-%m-%d} UTC",
        language=channel.languages[0],
        created_at=now,
    )
    for number, part in enumerate(parts):
        lines = part.splitlines()
        if number:
            paper.heading(lines[0].removeprefix("# "), 1)
        _lay_out(paper, lines[1:])
    return paper.pdf()


def _lay_out(paper: Paper, lines: list[str]) -> None:
    facts: list[tuple[str, str]] = []
    for line in [*lines, ""]:
        fact = _FACT.fullmatch(line)
        if fact is not None:
            facts.append((fact[1], fact[2]))
            continue
        if facts:
            paper.facts(facts)
            facts = []
        if line.startswith("### "):
            paper.heading(line[4:], 3)
        elif line.startswith("## "):
            paper.heading(line[3:], 2)
        elif line:
            paper.paragraph(line.removeprefix("- "))
