"""A disk that loses power at a chosen byte, with what a real one may lose then."""

import os
import random
from pathlib import Path

from pipeline.log.disk import Disk


class PowerLoss(BaseException):
    """The machine is off: nothing catches it."""


class QuickDisk(Disk):
    """A disk that keeps what is written at once, so that tests need not wait for it."""

    def _flush(self, descriptor: int) -> None:
        """Do not wait."""


class FailingDisk(QuickDisk):
    """Fails after so many bytes and steps; what was not flushed is kept in part, at the seed's choice."""

    def __init__(self, budget: int, seed: int = 0) -> None:
        super().__init__()
        self.budget = budget
        self.chance = random.Random(seed)
        self.versions: list[bytes] = []

    def replace(self, path: Path, data: bytes, *, mode: int = 0o644) -> None:
        super().replace(path, data, mode=mode)
        if path.name == "checkpoint":
            self.versions.append(data)

    def remove(self, folder: Path) -> None:
        self._spend(1)
        super().remove(folder)

    def cut(self, path: Path, size: int) -> None:
        self._spend(1)
        super().cut(path, size)

    def _write(self, descriptor: int, data: bytes) -> None:
        room = min(self.budget, len(data))
        super()._write(descriptor, data[:room])
        self._spend(len(data))

    def _rename(self, old: Path, new: Path) -> None:
        if self.budget < 1 and self.chance.random() < 0.5:
            super()._rename(old, new)
        self._spend(1)
        super()._rename(old, new)

    def _sync(self, path: Path) -> None:
        self._spend(1)
        super()._sync(path)

    def _spend(self, cost: int) -> None:
        self.budget -= cost
        if self.budget < 0:
            for path in self._unsynced:
                if path.exists():
                    os.truncate(path, self.chance.randint(0, path.stat().st_size))
            raise PowerLoss
