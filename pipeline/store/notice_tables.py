"""The table of notices: what was asked of platforms, and where it stands."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table

from pipeline.store.schema import Instant, SafeText, metadata

notices = Table(
    "notices",
    metadata,
    Column("notice_id", String(32), primary_key=True),
    Column("case_id", String(32), nullable=False),
    Column("rights_holder_id", SafeText, nullable=False),
    Column("channel", String(64), nullable=False),
    Column("batch_id", String(16), nullable=False),
    Column("asset_id", SafeText, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("native_id", SafeText),
    Column("platform_text", SafeText, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("notice", LargeBinary, nullable=False),
    Index("notices_by_case", "case_id"),
    Index("notices_by_batch", "batch_id"),
    Index("notices_by_holder", "rights_holder_id", "state", "updated_at"),
    comment="Notices with their exhibits, as JSON, and where each stands with its platform.",
)
