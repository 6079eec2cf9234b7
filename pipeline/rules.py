"""Rules that turn outside JSON into values and say what is wrong with the rest: place, problem, got, expected.

One table of rules drives reading, reporting and the published JSON Schema. Reading never raises and never stops at
the first fault: what is usable comes back, and every fault is reported with its place ("prices[0].amount").
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from pipeline.errors import CounterfoilError
from pipeline.records import Json

MAX_GOT: Final = 80
"""Characters of an unusable value that a report shows."""


MAX_UNKNOWN: Final = 100_000
"""Characters and values in the unknown fields of an object, together."""
MAX_DEPTH: Final = 32
"""Lists and objects within each other in unknown fields; much deeper ones could not be written as JSON again."""


class Fault(NamedTuple):
    """A value that cannot be used; `place` is relative to the value that was read."""

    place: str
    got: str
    expected: str
    reason: str


class UnusableError(CounterfoilError):
    """A value that a rule cannot use; the message is the reason. Reading turns it into a fault."""


class Rule(Protocol):
    """Reads one JSON value; the faults it finds are added to `faults`."""

    @property
    def expected(self) -> str:
        """What is accepted, in plain words."""
        ...

    def read(self, raw: Json, faults: list[Fault]) -> Any:
        """Return the value, or None where nothing of it is usable."""
        ...

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of what is accepted."""
        ...


@dataclass(frozen=True, slots=True)
class Value:
    """A single value: `parse` returns it or raises UnusableError with the reason.

    Attributes
    ----------
    expected : str
        What is accepted, in plain words.
    parse : callable
        From JSON to the value.
    accepts : mapping
        JSON Schema of what is accepted.
    """

    expected: str
    parse: Callable[[Json], Any]
    accepts: Mapping[str, Json]

    def read(self, raw: Json, faults: list[Fault]) -> Any:
        """Return the parsed value, or None with one fault."""
        try:
            return self.parse(raw)
        except UnusableError as error:
            faults.append(self.fault(raw, error))
            return None

    def fault(self, raw: Json, error: UnusableError, place: str = "") -> Fault:
        """Return the fault of a value that `parse` refused."""
        return Fault(place, quote(raw), self.expected, str(error))

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema, described in the words of `expected`."""
        return {**self.accepts, "description": self.expected}


@dataclass(frozen=True, slots=True)
class Items:
    """A list; its unusable items are left out, or leave holes.

    Attributes
    ----------
    item : Rule
        Rule of each item.
    most : int
        Items read; more are a fault and are left out.
    holes : bool
        An unusable item is None in the result, so that places still count.
    """

    item: Rule
    most: int = 100_000
    holes: bool = False

    @property
    def expected(self) -> str:
        """What is accepted, in plain words."""
        return f"a list, each item {self.item.expected}"

    def read(self, raw: Json, faults: list[Fault]) -> tuple[Any, ...] | None:
        """Return the items in order."""
        if not isinstance(raw, list):
            faults.append(Fault("", quote(raw), self.expected, "not a list"))
            return None
        values = []
        for index, item in enumerate(raw[: self.most]):
            before = len(faults)
            value = self.item.read(item, faults)
            if len(faults) > before:
                _place(faults, before, f"[{index}]")
            if value is not None or self.holes:
                values.append(value)
        if len(raw) > self.most:
            reason = "too many items; the rest was left out"
            faults.append(Fault(f"[{self.most}]", f"{len(raw):,} items", f"at most {self.most} items", reason))
        return tuple(values)

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the list."""
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True, slots=True)
class Fields:
    """An object: named fields, some required; null and "" count as absent, and an unknown field is no fault.

    Attributes
    ----------
    rules : mapping of str to Rule
        The known fields.
    required : collection of str
        Fields without which `build` cannot go.
    build : callable or None
        Makes the record from the usable fields as keywords; without it the result is a dict of them.
    unknown : str or None
        Name under which unknown fields are kept together, unless they are large; None leaves them out.
    also : mapping
        More JSON Schema.
    """

    rules: Mapping[str, Rule]
    required: Collection[str] = ()
    build: Callable[..., Any] | None = None
    unknown: str | None = None
    also: Mapping[str, Json] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        """What is accepted, in plain words."""
        return f"an object with {', '.join(self.required or self.rules)}"

    def read(self, raw: Json, faults: list[Fault]) -> Any:
        """Return the record or dict; None if this is no object, or the record lacks a required field."""
        if not isinstance(raw, dict):
            faults.append(Fault("", quote(raw), self.expected, "not an object"))
            return None
        values = self._read_fields(raw, faults)
        for name in self.required:
            if name not in values:
                self._report_missing(raw, faults)
                return values if self.build is None else None
        return values if self.build is None else self.build(**values)

    def _report_missing(self, raw: dict[str, Json], faults: list[Fault]) -> None:
        faults.extend(
            Fault(name, _shown(raw, name), self.rules[name].expected, "required, but missing")
            for name in self.required
            if raw.get(name) in _ABSENT
        )

    def _read_fields(self, raw: dict[str, Json], faults: list[Fault]) -> dict[str, Any]:
        """Read each field; single values are parsed right here, for speed."""
        rules = self.rules
        values: dict[str, Any] = {}
        unknown: dict[str, Json] = {}
        for name, given in raw.items():
            if given is None or given == "":
                continue
            rule = rules.get(name)
            if rule is None:
                unknown[name] = given
            elif type(rule) is Value:
                try:
                    values[name] = rule.parse(given)
                except UnusableError as error:
                    faults.append(rule.fault(given, error, name))
            else:
                before = len(faults)
                value = rule.read(given, faults)
                if len(faults) > before:
                    _place(faults, before, name)
                if value is not None:
                    values[name] = value
        if unknown and self.unknown and _is_modest(self.unknown, unknown, faults):
            values[self.unknown] = unknown
        return values

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the object; fields that are not required may be absent, null or empty."""
        properties = {
            name: rule.schema() if name in self.required else {"anyOf": [rule.schema(), {"enum": [*_ABSENT]}]}
            for name, rule in self.rules.items()
        }
        return {"type": "object", "properties": properties, "required": [*self.required], **self.also}


_ABSENT: Final = (None, "")


def _shown(raw: dict[str, Json], name: str) -> str:
    return quote(raw[name]) if name in raw else "nothing"


def _is_modest(name: str, unknown: dict[str, Json], faults: list[Fault]) -> bool:
    """Tell whether unknown fields are flat and small enough to be kept; a fault if not."""
    level: list[Any] = [unknown]
    weight = 0
    for _ in range(MAX_DEPTH):
        children = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
        weight += sum(len(child) if isinstance(child, str) else 1 for child in children)
        weight += sum(len(key) for item in level if isinstance(item, dict) for key in item)
        level = [child for child in children if isinstance(child, list | dict)]
        if weight > MAX_UNKNOWN or not level:
            break
    if weight <= MAX_UNKNOWN and not level:
        return True
    expected = f"at most {MAX_UNKNOWN:,} characters and values, {MAX_DEPTH} levels deep"
    faults.append(Fault(name, quote(unknown), expected, "unknown fields too large to be kept"))
    return False


def quote(value: Json) -> str:
    """Show an unusable value in at most 80 printable characters, whatever it is.

    Examples
    --------
    >>> quote("-3"), quote([1, {"a": 2}]), len(quote("x" * 200))
    ("'-3'", "[1, {'a': 2}]", 60)
    """
    if value is None:
        return "null"
    try:
        text = _SHORT.repr(value)
    except ValueError:  # a whole number of thousands of digits
        return f"a huge {type(value).__name__}"
    return text if len(text) <= MAX_GOT else text[: MAX_GOT - 3] + "..."


def _place(faults: list[Fault], start: int, name: str) -> None:
    """Put a name before the places of the faults from `start` on."""
    for index in range(start, len(faults)):
        place = faults[index].place
        joined = name + place if not place or place.startswith("[") else f"{name}.{place}"
        faults[index] = faults[index]._replace(place=joined)


def _shortener() -> reprlib.Repr:
    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = 60
    short.maxlevel = 3
    return short


_SHORT: Final = _shortener()
