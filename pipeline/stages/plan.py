"""What a scan is: its inputs, its register, and where and with what it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from pipeline.engine import Engine
from pipeline.groups import in_groups
from pipeline.records import Json, Register
from pipeline.scoring import WeightTable, default_weights
from pipeline.snapshots import InputFile
from pipeline.stages.conductor import Conductor
from pipeline.stages.contents import CONTENT_VERSION
from pipeline.stages.kit import Kit
from pipeline.store.codec import to_json
from pipeline.store.database import Store
from pipeline.store.lake import Lake, digest_of
from pipeline.store.ledger import record_work, work_done

U = TypeVar("U", bound="Unit")

VERSION = version("counterfoil")

GROUP = 64
"""Units carried out in one step: a workflow engine sees tens of steps, never one a partition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan.

    Attributes
    ----------
    inputs : tuple of InputFile
        In the order given; the first of two rows of the same capture counts. Without any, the newest capture of
        every listing that the store has seen is scanned again.
    register_folder : Path
        Where the register's images lie.
    out : Path
        Folder for the results.
    innocents : Path or None
        A folder of the user's photos in which nothing registered may be seen.
    random_percent : int
        Share of the cases to review that is drawn at random among all candidates, in percent.
    open_low : bool
        Whether candidates of the low band become cases too.
    read_photos : int
        Photos whose words are read, at most; 0 reads none.
    weights : WeightTable
        By which signals are scored: that of the program, or one that was fitted to decisions and adopted.
    chunk_rows : int
        Input rows taken in at once: at most one partition, and one transaction that a reviewer's write may wait for.
    run_id : str
        Digest of the inputs, the register and the versions: the same scan started again has the same.
    """

    inputs: tuple[InputFile, ...]
    register: Register
    register_folder: Path
    out: Path
    store: Store
    lake: Lake
    engine: Engine
    kit: Kit
    innocents: Path | None = None
    random_percent: int = 10
    open_low: bool = False
    read_photos: int = 0
    weights: WeightTable = field(default_factory=default_weights)
    chunk_rows: int = 500
    run_id: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the scan, once: it is asked for its name at every turn."""
        inputs = [[str(file.path.resolve()), file.digest] for file in self.inputs]
        object.__setattr__(self, "run_id", digest_of(inputs, self.versions(), self.chunk_rows))

    def versions(self) -> dict[str, Json]:
        """Return the version of everything that the result depends on, beside the inputs."""
        return {
            "counterfoil": VERSION,
            "content": CONTENT_VERSION,
            "describer": self.kit.describer,
            "enroller": self.kit.enroller,
            "learner": self.kit.learner,
            "detectors": dict(self.kit.detectors),
            "scoring": scoring_version(self.weights),
            "register": self.register.digest,
            **({"reader": self.kit.reader, "read_photos": self.read_photos} if self.reads else {}),
        }

    @property
    def reads(self) -> bool:
        """Whether words in photos are read."""
        return bool(self.kit.reader and self.read_photos)


class Unit(Protocol):
    """A piece of work; each of its results is named by the digest of all that it depends on."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the results in the lake."""
        ...


class OneResult:
    """A unit with one result."""

    __slots__ = ()
    key: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The name of the result, alone."""
        return (self.key,)


def scoring_version(table: WeightTable) -> str:
    """Return the version of a table of weights, with the beginning of its digest."""
    return f"{table.version}-{hashlib.sha256(to_json(table)).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Generic[U]):
    """A kind of work done unit by unit, wherever the engine does it.

    Attributes
    ----------
    name : str
        In the ledger, and for progress.
    kind : str
        Of the results in the lake.
    do : callable
        Writes the result of one unit to the lake.
    """

    name: str
    kind: str
    do: Callable[[U], None]

    def run(self, scan: Scan, conductor: Conductor, units: Iterable[U], total: int) -> None:
        """Do the units that are not done yet, group by group, each group in one step.

        Parameters
        ----------
        scan : Scan
            For the engine, the lake and the ledger.
        conductor : Conductor
            Carries out the steps and hears of progress.
        units : iterable of Unit
            Asked for as they are needed.
        total : int
            Number of units, for progress.
        """
        behind = 0
        conductor.report(self.name, behind, total)
        for number, group in enumerate(in_groups(units, GROUP), start=1):
            report = partial(conductor.report, self.name, total=total)
            conductor.perform(f"{self.name} {number}", partial(self._do, scan, group, behind, report))
            behind += len(group)

    def _do(self, scan: Scan, group: list[U], behind: int, report: Callable[[int], None]) -> None:
        with scan.store.read() as connection:
            entered = work_done(connection, self.name, [key for unit in group for key in unit.keys])
        ahead = [
            unit for unit in group if not all(key in entered and scan.lake.has(self.kind, key) for key in unit.keys)
        ]
        done = behind + len(group) - len(ahead)
        report(done)
        for number, _ in enumerate(scan.engine.map(self.do, ahead), start=1):
            report(done + number)
        with scan.store.write() as connection:
            record_work(connection, scan.run_id, self.name, [key for unit in ahead for key in unit.keys])
