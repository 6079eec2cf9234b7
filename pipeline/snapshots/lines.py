"""JSON Lines, plain or compressed: rows one by one in bounded memory, whatever the file holds."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

import orjson
import pyarrow as pa

from pipeline.records import Json
from pipeline.rules import Fault, quote

MAX_LINE: Final = 4 * 1024 * 1024
"""Bytes of one line; longer ones are passed over."""
MAX_RATIO: Final = 200
"""Bytes that one compressed byte may become on average, beyond the first `FREE_BYTES`; listings reach about 5."""
FREE_BYTES: Final = 64 * 1024 * 1024
LEAST_ROW: Final = 100
"""Bytes that a row counts at least, so that a bomb of empty rows is one too."""

_BOM: Final = b"\xef\xbb\xbf"
_ESCAPE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""An escape of JSON: a whole surrogate pair, half of one, or any other."""


def unread(got: str, expected: str, reason: str) -> Fault:
    """Return the fault of a whole row, one that could not even be parsed."""
    return Fault("line", got, expected, reason)


def budget_of(size: int) -> int:
    """Return how many bytes a compressed file of `size` bytes may become."""
    return FREE_BYTES + MAX_RATIO * size


def bomb(budget: float) -> Fault:
    """Return the fault that ends a file which becomes more than its budget."""
    return unread(f"more than {budget:,} bytes", f"at most {MAX_RATIO} times the file", "a bomb; the rest was left out")


def json_rows(path: Path, compression: str | None, size: int) -> Iterator[Json | Fault]:
    """Read the rows of a JSON Lines file.

    Parameters
    ----------
    path : Path
        The file.
    compression : {"gzip", "zstd"} or None
        How it is compressed.
    size : int
        Its bytes, for telling a decompression bomb.

    Yields
    ------
    JSON or Fault
        One for each line; an empty line is a `Fault`, and so is the place from which a damaged or bomb-like file
        cannot be read further, which ends it.

    Notes
    -----
    Where an object has one key twice, the last counts (RFC 8259, section 4, leaves it open). Half a surrogate pair,
    which is no character (section 8.2), becomes U+FFFD, so that a title cut in the middle of an emoji is no lost row.
    """
    budget = budget_of(size) if compression else math.inf
    for line in bounded_lines(path, compression, budget):
        yield _parse(line) if isinstance(line, bytes) else line


def bounded_lines(path: Path, compression: str | None, budget: float = math.inf) -> Iterator[bytes | Fault]:
    """Read lines with their ends, without the byte order mark, up to a budget of bytes; see `json_rows`."""
    used = 0
    with _open(path, compression) as file:
        while True:
            try:
                line, length = _next_line(file, budget - used)
            except OSError as error:
                yield unread(quote(str(error)), "readable data", "the file is damaged from here on")
                return
            if not length:
                return
            if not used:
                line = line.removeprefix(_BOM)
            used += max(length, LEAST_ROW)
            if used > budget:
                yield bomb(budget)
                return
            if length > MAX_LINE:
                yield unread(f"{length:,} bytes", f"a line of at most {MAX_LINE:,} bytes", "the line is too long")
            else:
                yield line


def _open(path: Path, compression: str | None) -> BinaryIO:
    if compression is None:
        return path.open("rb")
    stream = pa.CompressedInputStream(pa.OSFile(str(path)), compression)
    return cast("BinaryIO", io.BufferedReader(stream, 1 << 18))


def _next_line(file: BinaryIO, budget: float) -> tuple[bytes, int]:
    """Return the next line (its last part if it is too long) and its whole length; 0 at the end of the file."""
    line = file.readline(MAX_LINE + 1)
    length = len(line)
    while len(line) == MAX_LINE + 1 and not line.endswith(b"\n") and length <= budget:
        line = file.readline(MAX_LINE + 1)
        length += len(line)
    return line, length


def _parse(line: bytes) -> Json | Fault:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if not line.strip():
            return unread("an empty line", "a JSON object", "empty line")
        whole = _ESCAPE.sub(_mend, line)
        if whole != line:
            return _parse(whole)
        shown = quote(line[:200].decode("utf-8", "replace").strip())
        return unread(shown, "a JSON object", f"not JSON: {error.msg} at character {error.pos + 1}")


def _mend(escape: re.Match[bytes]) -> bytes:
    """Put the replacement character for half a surrogate pair, which is what cutting a text in UTF-16 leaves."""
    return rb"\ufffd" if escape["half"] else escape[0]
