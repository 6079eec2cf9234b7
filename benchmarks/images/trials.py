"""Uploads shown to every method: made, looked at and dropped, one picture at a time, in several processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from random import Random

from benchmarks.images.alterations import Other
from benchmarks.images.collection import Collection, Item
from benchmarks.images.methods import Found, Matcher, Method, opened
from benchmarks.images.overlays import Picture

AS_IT_IS = "as it is"
Alter = Callable[[str, bytes, Other, Random], bytes]
"""From the name of an alteration, a picture's file and other photos to what is uploaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A picture with what is done to it.

    Attributes
    ----------
    item : Item
        The picture.
    attacks : tuple of str
        Names of attacks, one upload each; `AS_IT_IS` uploads the file.
    others : tuple of Item
        Photos to put beside and behind it.
    group : str
        Whose it is, to tell uploads apart later.
    half : int
        0 to choose thresholds on, 1 to report on.
    """

    item: Item
    attacks: tuple[str, ...]
    others: tuple[Item, ...]
    group: str
    half: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the methods found in one upload.

    Attributes
    ----------
    subject : Subject
        What was uploaded.
    attack : str
        What was done to it.
    found : mapping of (str, int) to Found
        By method and number of registered pictures.
    seconds : mapping of str to float
        CPU time by method, of seeing the upload (not of searching).
    """

    subject: Subject
    attack: str
    found: Mapping[tuple[str, int], Found]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The methods with their registers, and what is done to pictures."""

    collection: Collection
    methods: tuple[Method, ...]
    matchers: Mapping[tuple[str, int], Matcher]
    alter: Alter
    seed: int

    @classmethod
    def of(
        cls,
        collection: Collection,
        methods: Sequence[Method],
        registers: Sequence[Sequence[Item]],
        alter: Alter,
        *,
        seed: int,
        workers: int,
    ) -> Bench:
        """Register the same pictures with every method, once for each register; several at a time, the first time."""
        largest = max(registers, key=len)
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            list(pool.map(_keep, methods, repeat(collection), repeat(largest)))
        matchers = {
            (method.name, len(assets)): method.matcher(collection, assets) for assets in registers for method in methods
        }
        return cls(collection=collection, methods=tuple(methods), matchers=matchers, alter=alter, seed=seed)

    def trials(self, subject: Subject) -> list[Trial]:
        """Make the uploads of a subject and show them to every method."""
        files = list(self.uploads(subject))
        found: list[dict[tuple[str, int], Found]] = [{} for _ in files]
        seconds: list[dict[str, float]] = [{} for _ in files]
        for method in self.methods:
            seen = []
            for row, data in enumerate(files):
                started = time.thread_time()
                seen.append(method.see(data))
                seconds[row][method.name] = time.thread_time() - started
            for key, matcher in self.matchers.items():
                if key[0] == method.name:
                    for row, best in enumerate(matcher.best(seen)):
                        found[row][key] = best
        rows = zip(subject.attacks, found, seconds, strict=True)
        return [Trial(subject=subject, attack=name, found=what, seconds=cost) for name, what, cost in rows]

    def uploads(self, subject: Subject) -> Iterator[bytes]:
        """Yield a file for each attack; the same for the same seed, whatever else is run."""
        data = self.collection.read(subject.item.file)
        for name in subject.attacks:
            random = Random(f"{self.seed}/{subject.item.file}/{name}")
            if name == AS_IT_IS:
                yield data
            else:
                yield self.alter(name, data, partial(self._some_photo, subject.others, random), random)

    def _some_photo(self, others: Sequence[Item], random: Random) -> Picture:
        return opened(self.collection.read(random.choice(others).file))


def _keep(method: Method, collection: Collection, assets: Sequence[Item]) -> None:
    """Register pictures, so that what takes time is kept for later."""
    method.matcher(collection, assets)


def run(bench: Bench, subjects: Iterable[Subject], workers: int) -> Iterator[Trial]:
    """Yield the trials of subjects, in their order; processes share what is registered."""
    with ProcessPoolExecutor(
        workers, mp_context=get_context("fork"), initializer=_at_work.append, initargs=(bench,)
    ) as pool:
        for several in pool.map(_trials, subjects):
            yield from several


_at_work: list[Bench] = []
"""The bench of this worker process."""


def _trials(subject: Subject) -> list[Trial]:
    return _at_work[0].trials(subject)
