"""The tables, as the newest migration leaves them, and the two types of column that both databases store alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()


def instant(time: datetime) -> str:
    """Write a time as RFC 3339 in UTC, always with six decimals.

    Examples
    --------
    >>> instant(datetime(2026, 10, 3, 7, 12, tzinfo=UTC))
    '2026-10-03T07:12:00.000000Z'
    """
    return time.astimezone(UTC).replace(tzinfo=None).isoformat("T", "microseconds") + "Z"


class SafeText(TypeDecorator[str]):
    r"""Text of any characters: PostgreSQL refuses NUL, so a backslash is kept as two and NUL as backslash, zero."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Escape on the way in."""
        return value if value is None else value.replace("\\", "\\\\").replace("\x00", "\\0")

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Unescape on the way out."""
        if value is None or "\\" not in value:
            return None if value is None else str(value)
        return "\\".join(part.replace("\\0", "\x00") for part in value.split("\\\\"))


class Instant(TypeDecorator[datetime]):
    """A time in UTC as RFC 3339 text of fixed width, which sorts as the time does on both databases."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write the time with six decimals and a Z."""
        return None if value is None else instant(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read it back."""
        return None if value is None else datetime.fromisoformat(value)


def _digest(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, String(64), primary_key=primary_key, nullable=nullable)


scans = Table(
    "scans",
    metadata,
    _digest("run_id", primary_key=True),
    Column("state", String(16), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("summary", LargeBinary),
    comment="The ledger: one row a scan, by inputs, register and versions.",
)

chunks = Table(
    "chunks",
    metadata,
    _digest("run_id", primary_key=True),
    Column("source", Integer, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("rows_read", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    comment="Input rows taken in: a fixed range of rows of one file, committed with all that was found in it.",
)

work = Table(
    "work",
    metadata,
    Column("stage", String(32), primary_key=True),
    _digest("key", primary_key=True),
    _digest("run_id"),
    comment="Units of work done, by digest of all that the result depends on, and the scan that did them first.",
)

rejected = Table(
    "rejected",
    metadata,
    _digest("run_id", primary_key=True),
    Column("source", Integer, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("record", LargeBinary, nullable=False),
    comment="Rows, images and values that could not be used, as JSON.",
)

listings = Table(
    "listings",
    metadata,
    _digest("listing_key", primary_key=True),
    Column("platform", SafeText, nullable=False),
    Column("listing_id", SafeText, nullable=False),
    Column("seller_id", SafeText),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    comment="Listings by identity, whatever the scan.",
)

observations = Table(
    "observations",
    metadata,
    _digest("run_id", primary_key=True),
    _digest("listing_key", primary_key=True),
    Column("captured_at", Instant, primary_key=True),
    _digest("content"),
    Column("source", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("sold_count", BigInteger),
    Index("observations_by_content", "run_id", "content"),
    comment="Listings as captured: which content a scan saw, when and in which row.",
)

contents = Table(
    "contents",
    metadata,
    _digest("content", primary_key=True),
    _digest("partition"),
    Column("row", Integer, nullable=False),
    Index("contents_by_partition", "partition"),
    comment="Distinct contents of listings, photos included, and the Parquet partition that holds each.",
)

photos = Table(
    "photos",
    metadata,
    _digest("photo", primary_key=True),
    Column("describer", String(64), primary_key=True),
    _digest("shelf"),
    comment="Described photos, by digest of their bytes, and the Parquet shelf that holds each description.",
)

wanted = Table(
    "wanted",
    metadata,
    _digest("run_id", primary_key=True),
    _digest("photo", primary_key=True),
    Column("source", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("name", SafeText, nullable=False),
    comment="Photos that a scan found and nobody has described yet.",
)

benign_photos = Table(
    "benign_photos",
    metadata,
    Column("rights_holder_id", SafeText, primary_key=True),
    _digest("photo", primary_key=True),
    Column("describer", String(64), nullable=False),
    _digest("whole"),
    Column("reason", SafeText, nullable=False),
    Column("added_at", Instant, nullable=False),
    comment="Photos that a person has confirmed to show nothing of a rights holder's.",
)

candidates = Table(
    "candidates",
    metadata,
    Column("candidate_id", String(64), primary_key=True),
    _digest("run_id"),
    _digest("listing_key"),
    Column("platform", SafeText, nullable=False),
    Column("listing_id", SafeText, nullable=False),
    Column("seller_id", SafeText),
    Column("rights_holder_id", SafeText, nullable=False),
    Column("captured_at", Instant, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("score", Float, nullable=False),
    Column("band", String(16), nullable=False),
    Column("label", String(32), nullable=False),
    Column("row", LargeBinary, nullable=False),
    Column("listing", LargeBinary, nullable=False),
    Index("candidates_by_score", "score", "candidate_id"),
    Index("candidates_by_holder", "rights_holder_id", "score", "candidate_id"),
    Index("candidates_by_seller", "platform", "seller_id"),
    Index("candidates_by_listing", "listing_key"),
    comment="The newest word on each listing and rights holder; `row` is the JSON that the scan wrote out.",
)
