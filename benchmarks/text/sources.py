"""Titles and marks from files, and what of them is free of marks."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_TITLE_COLUMNS: Final = ("title", "title_a", "title_b", "name")
_LEAST: Final = 8
_WORD: Final = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+")
_LONGEST_RUN: Final = 5


def read_titles(path: Path) -> list[str]:
    """Return the titles of a file, each once: lines of text, JSON lines with `title`, or a CSV table; gzip or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    found = _titles(path.name.removesuffix(".gz"), io.StringIO(data.decode("utf-8"), newline=""))
    return [title for title in dict.fromkeys(found) if len(title) >= _LEAST]


def _titles(name: str, lines: Iterator[str]) -> Iterator[str]:
    if name.endswith(".csv"):
        for row in csv.DictReader(lines):
            yield from (row[column].strip() for column in _TITLE_COLUMNS if row.get(column))
    elif name.endswith(".jsonl"):
        yield from (str(json.loads(line)["title"]).strip() for line in lines)
    else:
        yield from (line.strip() for line in lines)


def read_marks(path: Path) -> list[str]:
    """Return the marks of a file, one a line, in lower case."""
    return sorted({line.strip().lower() for line in path.read_text("utf-8").splitlines() if line.strip()})


def free_of(marks: list[str], titles: list[str]) -> list[str]:
    """Return the titles in which no mark stands, whatever stands between its words."""
    wanted = {"".join(_WORD.findall(mark)) for mark in marks}
    return [title for title in titles if not any(run in wanted for run in _runs(title.lower()))]


def _runs(title: str) -> Iterator[str]:
    words = _WORD.findall(title)
    for first in range(len(words)):
        for last in range(first, min(first + _LONGEST_RUN, len(words))):
            yield "".join(words[first : last + 1])
