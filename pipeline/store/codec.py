"""Records as JSON bytes and back, exactly: what is stored of a listing, a signal or a register."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter

from pipeline.records import Json

T = TypeVar("T")


def to_json(record: object) -> bytes:
    r"""Return a record, or a tuple of records, as JSON.

    Examples
    --------
    >>> from pipeline.records import ImageName, Money
    >>> to_json((ImageName(name="a\x00.jpg"), Money(amount=Decimal("1.50"), currency="EUR")))
    b'[{"name":"a\\u0000.jpg","sha256":null},{"amount":"1.50","currency":"EUR"}]'
    """
    return orjson.dumps(record, default=_plain)


def from_json(kind: type[T], document: bytes) -> T:
    """Return the record of a kind that `to_json` wrote.

    Examples
    --------
    >>> from pipeline.records import Money
    >>> from_json(Money, to_json(Money(amount=Decimal("1.50"), currency="EUR")))
    Money(amount=Decimal('1.50'), currency='EUR')
    """
    adapter: TypeAdapter[T] = _adapter(kind)  # type: ignore[arg-type]
    return adapter.validate_json(document)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _plain(value: object) -> Json:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"cannot be stored as JSON: {type(value).__name__}")
