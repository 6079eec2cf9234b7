"""Registered rights as the store keeps them: the registers that were scanned for, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from pipeline.records import Register, RightsHolder
from pipeline.store.case_tables import case_counts, registers
from pipeline.store.cases import Scope
from pipeline.store.codec import from_json
from pipeline.store.events import EVERY_HOLDER

NEWEST: Final = 50
"""Registers looked at: older ones hardly name anybody whom these do not."""

_READ: Final[dict[str, Register]] = {}
"""Registers by digest, read once in a process: what a digest names never changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHolder:
    """A rights holder with the register that holds it."""

    holder: RightsHolder
    register: Register


def holder_names(connection: Connection, scope: Scope) -> dict[str, str]:
    """Return the names of the rights holders of a scope, by id: of all registers, and of cases without one."""
    names: dict[str, str] = {}
    for register in _registers(connection):
        for holder in register.rights_holders:
            names.setdefault(holder.id, holder.name)
    counted = select(case_counts.c.rights_holder_id).where(case_counts.c.rights_holder_id != EVERY_HOLDER).distinct()
    for holder_id in connection.execute(counted).scalars():
        names.setdefault(holder_id, holder_id)
    return {holder_id: names[holder_id] for holder_id in sorted(names) if scope is None or holder_id in scope}


def known_holders(connection: Connection) -> tuple[RightsHolder, ...]:
    """Return every rights holder as the newest register that has it says, by id."""
    found: dict[str, RightsHolder] = {}
    for register in _registers(connection):
        for holder in register.rights_holders:
            found.setdefault(holder.id, holder)
    return tuple(found[holder_id] for holder_id in sorted(found))


def known_holder(connection: Connection, holder_id: str) -> KnownHolder | None:
    """Return a rights holder as the newest register that has it says."""
    for register in _registers(connection):
        for holder in register.rights_holders:
            if holder.id == holder_id:
                return KnownHolder(holder=holder, register=register)
    return None


def _registers(connection: Connection) -> Iterator[Register]:
    query = select(registers.c.digest).order_by(registers.c.recorded_at.desc(), registers.c.digest).limit(NEWEST)
    for digest in connection.execute(query).scalars().all():
        if digest not in _READ:
            document = connection.execute(select(registers.c.document).where(registers.c.digest == digest)).scalar_one()
            if len(_READ) >= NEWEST:
                _READ.clear()
            _READ[digest] = from_json(Register, document)
        yield _READ[digest]
