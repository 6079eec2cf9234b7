"""Whom to trust: a file that names logs, witnesses, and how many of these must have seen a checkpoint.

References
----------
.. [1] C2SP, tlog-policy, https://c2sp.org/tlog-policy
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.errors import InputError, ProofError
from pipeline.verify.notes import Checkpoint, KeyType, Note, VerifierKey, open_checkpoint

NONE: Final = "none"
MAX_LINES: Final = 1_000
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Somebody who signs only checkpoints that are consistent with those seen before; `url` is where to send one."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Members, witnesses or groups, of whom at least `needed` must have seen a checkpoint."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The logs and witnesses to trust, and the rule for a quorum.

    Attributes
    ----------
    logs : tuple of VerifierKey
        Any of them may have signed.
    witnesses, groups : mapping
        By the names that the file gives them.
    quorum : str
        The witness or group that must have seen a checkpoint; "none" for nobody.
    """

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    def reached(self, seen: set[str]) -> bool:
        """Tell whether these witnesses, by name, are a quorum."""
        return self.quorum == NONE or self._has_seen(self.quorum, seen)

    def _has_seen(self, name: str, seen: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in seen
        return sum(self._has_seen(member, seen) for member in group.members) >= group.needed

    def check_quorum(self, note: Note) -> dict[str, int]:
        """Check that enough witnesses have seen a checkpoint.

        Returns
        -------
        dict of str to int
            Which have, and when, in seconds since 1970.

        Raises
        ------
        ProofError
            If a witness's signature does not hold, or they are no quorum.
        """
        signed = note.signed_by(witness.key for witness in self.witnesses.values())
        seen = {name: signed[w.key] or 0 for name, w in self.witnesses.items() if w.key in signed}
        if not self.reached(set(seen)):
            names = ", ".join(seen) or "nobody"
            raise ProofError(f"no quorum of witnesses, got {names}, expected {self._rule(self.quorum)}")
        return seen

    def open(self, note: Note) -> Checkpoint:
        """Return what one of the logs signed and a quorum of witnesses saw.

        Raises
        ------
        ProofError
            If none of the logs signed it, or too few witnesses saw it.
        """
        origin = note.text.partition("\n")[0]
        key = next((key for key in self.logs if key.name == origin), None)
        if key is None:
            raise ProofError(f"the checkpoint of a log that the policy does not name, got {origin!r}")
        checkpoint = open_checkpoint(note, key)
        self.check_quorum(note)
        return checkpoint

    def _rule(self, name: str) -> str:
        group = self.groups.get(name)
        return name if group is None else f"{group.needed} of {', '.join(group.members)}"


def read_policy(text: str) -> Policy:
    r"""Read a policy file.

    Raises
    ------
    ProofError
        With the number of the line: something misspelt, a name that is used before it is defined or twice, a key that
        stands twice, or not exactly one quorum.

    Examples
    --------
    >>> read_policy("# nobody needs to have seen it\nquorum none\n").quorum
    'none'
    """
    reading = _Reading()
    lines = text.split("\n")
    if _CONTROL.search(text) or len(lines) > MAX_LINES:
        raise ProofError(f"not a policy: control characters or more than {MAX_LINES:,} lines")
    for number, line in enumerate(lines, start=1):
        words = re.split(r"[ \t]+", line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        try:
            reading.line(words)
        except ProofError as error:
            raise ProofError(f"line {number}: {error}") from error
    if reading.quorum is None:
        raise ProofError("no quorum, expected a line such as 'quorum none'")
    return Policy(logs=tuple(reading.logs), witnesses=reading.witnesses, groups=reading.groups, quorum=reading.quorum)


def load_policy(path: Path) -> Policy:
    """Read a policy file that the user names.

    Raises
    ------
    InputError
        If it cannot be read or is no policy.
    """
    try:
        return read_policy(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}, expected a policy") from error
    except (ProofError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error


@dataclass(slots=True)
class _Reading:
    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)
    quorum: str | None = None

    def line(self, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(self._key(vkey, KeyType.LOG, [log.key for log in self.logs]))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                seen = [witness.key.key for witness in self.witnesses.values()]
                key = self._key(vkey, KeyType.WITNESS, seen)
                self.witnesses[self._new(name)] = Witness(key=key, url=url[0] if url else None)
            case ["group", name, needed, *members] if members:
                self._group(name, needed, tuple(members))
            case ["quorum", name] if self.quorum is None:
                self.quorum = name if name == NONE else self._known(name)
            case _:
                raise ProofError(f"not understood, got {' '.join(words)[:80]!r}")

    def _group(self, name: str, needed: str, members: tuple[str, ...]) -> None:
        for member in members:
            if self._known(member) in self.grouped:
                raise ProofError(f"a member of two groups, got {member!r}")
            self.grouped.add(member)
        if needed not in {"all", "any"} and not re.fullmatch(r"[1-9][0-9]{0,4}", needed):
            raise ProofError(f"not a number of members, got {needed!r}, expected all, any or a number")
        count = {"all": len(members), "any": 1}.get(needed) or int(needed)
        if count > len(members):
            raise ProofError(f"more members needed than there are, got {count} of {len(members)}")
        self.groups[self._new(name)] = Group(needed=count, members=members)

    def _new(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ProofError(f"a name that is taken, got {name!r}")
        return name

    def _known(self, name: str) -> str:
        if name not in self.witnesses and name not in self.groups:
            raise ProofError(f"a name that is not defined above, got {name!r}")
        return name

    def _key(self, vkey: str, kind: KeyType, seen: list[bytes]) -> VerifierKey:
        key = VerifierKey.parse(vkey)
        if key.type is not kind:
            raise ProofError(f"a key of another type, got {key.type:d}, expected {kind:d}")
        if key.key in seen:
            raise ProofError(f"a key that stands there already, got {vkey!r}")
        return key
