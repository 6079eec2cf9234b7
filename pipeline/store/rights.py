"""Registered rights as the store keeps them: the registers that were scanned for, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, select

from pipeline.records import Register, RightsHolder
from pipeline.store.case_tables import cases, registers
from pipeline.store.cases import Scope
from pipeline.store.codec import from_json


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
    for holder_id in connection.execute(select(cases.c.rights_holder_id).distinct()).scalars():
        names.setdefault(holder_id, holder_id)
    return {holder_id: names[holder_id] for holder_id in sorted(names) if scope is None or holder_id in scope}


def known_holder(connection: Connection, holder_id: str) -> KnownHolder | None:
    """Return a rights holder as the newest register that has it says."""
    for register in _registers(connection):
        for holder in register.rights_holders:
            if holder.id == holder_id:
                return KnownHolder(holder=holder, register=register)
    return None


NEWEST: Final = 50
"""Registers looked at: older ones hardly name anybody whom these do not."""


def _registers(connection: Connection) -> list[Register]:
    query = select(registers.c.document).order_by(registers.c.recorded_at.desc(), registers.c.digest).limit(NEWEST)
    return [_parsed(bytes(document)) for document in connection.execute(query).scalars()]


@lru_cache(maxsize=NEWEST)
def _parsed(document: bytes) -> Register:
    return from_json(Register, document)
