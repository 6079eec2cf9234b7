"""The tables of audits: frames, samples, blind reviews, and the entries that they leave for the public log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from pipeline.store.schema import Instant, SafeText, metadata

audits = Table(
    "audits",
    metadata,
    Column("audit_id", String(32), primary_key=True),
    Column("over", String(16), nullable=False),
    Column("period", String(32), nullable=False),
    Column("labels", Integer, nullable=False),
    Column("frame_sha256", String(64), nullable=False),
    Column("drand_round", BigInteger),
    Column("committed_at", Instant, nullable=False),
    Column("seed", String(64)),
    comment="Audits: the frame is committed first, the seed is known only later.",
)

audit_items = Table(
    "audit_items",
    metadata,
    Column("audit_id", String(32), primary_key=True),
    Column("item", String(64), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("listing_key", String(64), nullable=False),
    Column("platform", SafeText, nullable=False),
    Column("listing_id", SafeText, nullable=False),
    Column("seller_id", SafeText),
    Column("captured_at", Instant, nullable=False),
    Column("content", String(64), nullable=False),
    Column("appearance", SafeText, nullable=False),
    Column("stratum", String(32), nullable=False),
    Column("size", String(16), nullable=False),
    Column("sector", SafeText, nullable=False),
    Column("country", SafeText, nullable=False),
    Column("sold", BigInteger),
    Column("ticket", String(80)),
    Column("probe", Boolean, nullable=False),
    Index("audit_items_by_ticket", "audit_id", "ticket"),
    comment="What a frame lists, under names that say nothing; known fakes put among the sample are probes.",
)

audit_reviews = Table(
    "audit_reviews",
    metadata,
    Column("audit_id", String(32), primary_key=True),
    Column("item", String(64), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("person_id", SafeText, nullable=False),
    Column("reviewer", Integer, nullable=False),
    Column("label", String(32), nullable=False),
    Column("reason", SafeText, nullable=False),
    Column("at", Instant, nullable=False),
    comment="Blind reviews of sampled items, by round.",
)

audit_nonces = Table(
    "audit_nonces",
    metadata,
    Column("nonce_sha256", String(64), primary_key=True),
    Column("body", SafeText, nullable=False),
    Column("committed_at", Instant, nullable=False),
    Column("audit_id", String(32)),
    Column("nonce", String(64)),
    comment="Random numbers to which trade bodies commit before a frame, and which they reveal afterwards.",
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", String(32), nullable=False, unique=True),
    Column("type", String(16), nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    comment="What audits and publications leave for the public log, from 1 without gaps; never changed.",
)
