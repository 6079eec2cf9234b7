"""Words read in a picture by Tesseract [1]_, where the user has installed it: a program of its own, bounded in time.

References
----------
.. [1] R. Smith, "An overview of the Tesseract OCR engine", ICDAR 2007; Apache-2.0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.errors import SettingsError
from pipeline.photos import PhotoWord

_SECONDS: Final = 20
_MOST_WORDS: Final = 400
_LONGEST: Final = 80
_COLUMNS: Final = 12
_WORD_LEVEL: Final = "5"
_SPARSE: Final = "11"
"""Mode in which Tesseract looks for words anywhere, in no order."""
_ONE_THREAD: Final = {"OMP_THREAD_LIMIT": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """The program, as it was found.

    Attributes
    ----------
    program : str
        Its path; workers on other machines must find it under the same one.
    languages : str
        As Tesseract names them, joined by "+": "eng+chi_sim".
    release : str
        What the program says of its version.
    """

    program: str
    languages: str
    release: str

    @property
    def version(self) -> str:
        """Changes with the program and its languages."""
        return f"{self.release}/{self.languages}"

    def read(self, png: bytes, width: int, height: int) -> tuple[PhotoWord, ...]:
        """Return the words of a picture, line by line; none where the program fails or takes too long.

        Parameters
        ----------
        png : bytes
            A PNG file that we have encoded ourselves: the program never sees a stranger's bytes.
        width, height : int
            Its pixels.
        """
        command = [self.program, "stdin", "stdout", "-l", self.languages, "--psm", _SPARSE, "tsv"]
        try:
            done = subprocess.run(  # noqa: S603  a fixed command, no shell
                command, input=png, capture_output=True, timeout=_SECONDS, env=os.environ | _ONE_THREAD, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return ()
        return tuple(_words(done.stdout.decode("utf-8", "replace"), width, height))[:_MOST_WORDS]


def find_tesseract(languages: str) -> Tesseract:
    """Return the program that the search path holds.

    Raises
    ------
    SettingsError
        If there is none, or it lacks a language.
    """
    program = shutil.which("tesseract")
    if program is None:
        expected = "the program tesseract on the search path (Debian: apt install tesseract-ocr)"
        raise SettingsError(f"photo_words: photos cannot be read, got no program, expected {expected}")
    installed = set(_output([program, "--list-langs"]).splitlines()[1:])
    missing = sorted(set(languages.split("+")) - installed)
    if missing:
        expected = f"some of {', '.join(sorted(installed))}"
        raise SettingsError(f"photo_words: tesseract lacks a language, got {missing[0]!r}, expected {expected}")
    return Tesseract(program=program, languages=languages, release=_output([program, "--version"]).splitlines()[0])


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise SettingsError(f"photo_words: {command[0]} does not run, got {error}, expected its answer") from error
    return done.stdout.decode("utf-8", "replace")


def _words(table: str, width: int, height: int) -> Iterator[PhotoWord]:
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != _COLUMNS or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        left, top, wide, high = map(int, cells[6:10])
        yield PhotoWord(
            text=cells[11].strip()[:_LONGEST],
            line=tuple(map(int, cells[2:5])),
            box=(left / width, top / height, (left + wide) / width, (top + high) / height),
            certainty=max(0.0, min(1.0, float(cells[10]) / 100)),
        )
