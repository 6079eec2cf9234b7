"""Making the files of a bundle again, from what a verifier has found to hold in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.bundle.contents import FOR_PEOPLE, Contents, Records, contents, makers
from pipeline.errors import BundleError, InputError
from pipeline.verify.bundle import STATEMENT, Verified
from pipeline.verify.files import BundleFiles
from pipeline.verify.guide import guide_files
from pipeline.verify.numbers import MISSHAPEN

MADE_BY = {"metrics.xlsx": "openpyxl", "frame.parquet": "pyarrow"}
"""Files whose bytes depend on a library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAgain:
    """What became of making a bundle's files again.

    Attributes
    ----------
    same : tuple of str
        Files that came out with the same bytes, and guides that are those of this program.
    signed_only : mapping of str to str
        Files that were not made again, and why.
    """

    same: tuple[str, ...]
    signed_only: Mapping[str, str]


def make_again(files: BundleFiles, verified: Verified) -> MadeAgain:
    """Make every page, table and form of a bundle again and compare the bytes.

    Parameters
    ----------
    files : BundleFiles
        The bundle.
    verified : Verified
        What `verify_bundle` has found in it.

    Raises
    ------
    BundleError
        Naming the first file that does not follow from the records.

    Notes
    -----
    The statement says with which versions its files were made. Where they are not ours, the bytes may differ in good
    faith: such files are told apart, and so is a guide with another text than ours, which nobody should run unread.
    """
    said, ours = verified.predicate.get("makers"), makers()
    claimed = said if isinstance(said, dict) else {}
    signed_only = dict(_strange_guides(files))
    guides = [name for name in guide_files() if name in files.names and name not in signed_only]
    if claimed.get("layout") != ours["layout"]:
        return MadeAgain(same=tuple(guides), signed_only=signed_only | _of_another_layout(files, claimed.get("layout")))
    made = _made(verified)
    if {**made.predicate, "makers": claimed} != verified.predicate:
        raise BundleError(STATEMENT, "says something of the numbers that does not follow from the records")
    same = []
    for name, data in made.files.items():
        library = MADE_BY.get(name, "layout")
        if claimed.get(library) != ours[library]:
            signed_only[name] = f"made with {library} {claimed.get(library)!s:.20}, here is {ours[library]}"
        elif name not in files.names:
            raise BundleError(name, "missing, expected what follows from the records")
        elif files.read(name) != data:
            raise BundleError(name, "does not follow from the records: made again, it has other bytes")
        else:
            same.append(name)
    return MadeAgain(same=(*same, *guides), signed_only=signed_only)


def _made(verified: Verified) -> Contents:
    tables = verified.computed.tables
    records = Records(
        entries=verified.history.entries,
        frame=tables["frame.csv"],
        strata=tables["strata.csv"],
        sample=tables["sample.csv"],
        probes=tables["probes.csv"],
    )
    try:
        return contents(records, verified.computed.rows)
    except (InputError, *MISSHAPEN) as error:
        raise BundleError("log", f"its files cannot be made again: {error!s:.200}") from error


def _strange_guides(files: BundleFiles) -> Iterator[tuple[str, str]]:
    for name, text in guide_files().items():
        if name in files.names and files.read(name) != text:
            yield name, "another text than this program's: read it before you follow or run it"


def _of_another_layout(files: BundleFiles, layout: object) -> dict[str, str]:
    why = f"laid out by version {layout!s:.20}, here is {makers()['layout']}"
    return {name: why for name in FOR_PEOPLE if name in files.names}
