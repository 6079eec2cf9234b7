"""Reading a register: every problem at once, or the records."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipeline.errors import PhotoRefusedError, RegisterError
from pipeline.files import read_inside
from pipeline.records import (
    Asset,
    AuthorisedSeller,
    Contact,
    Json,
    Money,
    Product,
    Register,
    RightsHolder,
)
from pipeline.register.checks import Record, check_whole, image_names
from pipeline.register.documents import DocumentError, find_document, read_document
from pipeline.register.fields import REGISTER
from pipeline.rules import Fault, quote


def load_register(path: Path) -> Register:
    """Read and check a register.

    Parameters
    ----------
    path : Path
        Its folder, or its document.

    Returns
    -------
    Register
        The records, with digests of the document's content and of every image.

    Raises
    ------
    RegisterError
        If anything is wrong with it, with all problems.
    InputError
        If there is no register, or its document cannot be read.
    """
    found = _read(path)
    if found.problems:
        raise RegisterError(found.problems)
    holders = tuple(_holder(record) for record in found.record["rights_holders"])
    content = orjson.dumps([found.document, found.image_digests], option=orjson.OPT_SORT_KEYS)
    return Register(
        version=found.record["version"],
        rights_holders=holders,
        digest=hashlib.sha256(content).hexdigest(),
        image_digests=found.image_digests,
    )


def check_register(path: Path) -> tuple[str, ...]:
    """Return every problem of a register, each on one line: file, place, what was found, what was expected.

    Raises
    ------
    InputError
        If there is no register, or its document cannot be read.
    """
    return _read(path).problems


def read_image(folder: Path, name: str) -> bytes:
    """Read an image of a register, from inside its folder only.

    Raises
    ------
    PhotoRefusedError
        If the name leads elsewhere, or is no regular file of 1 byte to 32 MB.
    """
    return read_inside(folder, name)


def register_folder(path: Path) -> Path:
    """Return the folder that a register's images are named from.

    Raises
    ------
    InputError
        If there is no register.
    """
    return find_document(path).parent


class _Found(NamedTuple):
    document: Json
    record: Record
    image_digests: dict[str, str]
    problems: tuple[str, ...]


def _read(path: Path) -> _Found:
    file = find_document(path)
    try:
        document = read_document(file)
    except DocumentError as error:
        return _Found(None, {}, {}, (f"{file}: {error}",))
    faults: list[Fault] = []
    record = REGISTER.read(document, faults) or {}
    faults.extend(check_whole(record))
    digests: dict[str, str] = {}
    for name, place in image_names(record).items():
        try:
            digests[name] = hashlib.sha256(read_inside(file.parent, name)).hexdigest()
        except PhotoRefusedError as error:
            faults.append(Fault(place, quote(name), error.expected, error.reason))
    return _Found(document, record, digests, tuple(_line(file, fault) for fault in faults))


def _line(file: Path, fault: Fault) -> str:
    place = fault.place if fault.place.isprintable() else quote(fault.place)
    return f"{file}: {place or 'document'}: {fault.reason}: got {fault.got}, expected {fault.expected}"


def _holder(record: Record) -> RightsHolder:
    fields: dict[str, Any] = {name: record.get(name) for name in ("id", "name", "country")}
    size = record.get("size")
    contact = record.get("contact")
    return RightsHolder(
        **fields,
        size=size.value if size else None,
        contact=Contact(**contact) if contact else None,
        assets=tuple(Asset(**asset) for asset in record["assets"]),
        products=tuple(_product(product) for product in record.get("products", ())),
        authorised_sellers=tuple(_seller(seller) for seller in record.get("authorised_sellers", ())),
    )


def _product(record: Record) -> Product:
    prices = tuple(Money(**price) for price in record.get("list_prices", ()))
    return Product(**{**record, "list_prices": prices})


def _seller(record: Record) -> AuthorisedSeller:
    others = {name: value for name, value in record.items() if name not in {"from", "until"}}
    return AuthorisedSeller(from_date=record.get("from"), until_date=record.get("until"), **others)
