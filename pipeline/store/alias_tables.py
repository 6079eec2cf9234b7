"""The table of aliases."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from pipeline.store.schema import Instant, SafeText, metadata

aliases = Table(
    "aliases",
    metadata,
    Column("rights_holder_id", SafeText, primary_key=True),
    Column("asset_id", SafeText, primary_key=True),
    Column("alias", SafeText, primary_key=True),
    Column("script", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("weight", String(16), nullable=False),
    Column("source", SafeText, nullable=False),
    Column("first_seen", Instant, nullable=False),
    comment="Other names of word marks that a person has taken into use.",
)
