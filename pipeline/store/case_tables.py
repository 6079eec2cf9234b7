"""The tables of cases: events that are never changed, and what they leave of each case."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from pipeline.store.schema import Instant, SafeText, metadata

events = Table(
    "events",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", String(32), nullable=False, unique=True),
    Column("case_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", SafeText, nullable=False),
    Column("reason", SafeText, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Index("events_by_case", "case_id", "sequence"),
    Index("events_by_kind", "kind", "at"),
    comment="Everything that happened to cases, from 1 without gaps; rows are never changed or deleted.",
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(32), primary_key=True),
    Column("rights_holder_id", SafeText, nullable=False),
    Column("platform", SafeText, nullable=False),
    Column("listing_id", SafeText, nullable=False),
    Column("seller_id", SafeText),
    Column("listing_key", String(64), nullable=False),
    Column("candidate_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("band", String(16), nullable=False),
    Column("suggested", String(32), nullable=False),
    Column("label", String(32)),
    Column("shown", String(32), nullable=False),
    Column("asset_ids", LargeBinary, nullable=False),
    Column("assignee", SafeText),
    Column("approvals", LargeBinary, nullable=False),
    Column("changed", Boolean, nullable=False),
    Column("earlier_case_id", String(32)),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("events", Integer, nullable=False),
    Column("content", String(64), nullable=False),
    Column("captured_at", Instant, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("url", SafeText, nullable=False),
    Column("seller_name", SafeText),
    Column("price", String(40)),
    Column("currency", String(3)),
    Column("euros", Float),
    Column("sold_count", BigInteger),
    Column("keyword", SafeText),
    Column("rank", Integer),
    Column("harm", Float, nullable=False),
    Column("recheck", String(16)),
    Column("rechecked_at", Instant),
    Column("probability", Float),
    Index("cases_by_score", "state", "score", "case_id"),
    Index("cases_by_harm", "state", "harm", "case_id"),
    Index("cases_by_age", "state", "opened_at", "case_id"),
    Index("cases_by_update", "state", "updated_at", "case_id"),
    Index("cases_by_holder_and_score", "rights_holder_id", "state", "score", "case_id"),
    Index("cases_by_holder_and_harm", "rights_holder_id", "state", "harm", "case_id"),
    Index("cases_by_holder_and_age", "rights_holder_id", "state", "opened_at", "case_id"),
    Index("cases_by_holder_and_update", "rights_holder_id", "state", "updated_at", "case_id"),
    Index("cases_by_seller", "platform", "seller_id"),
    Index("cases_by_keyword", "keyword", "state"),
    Index("cases_by_assignee", "assignee", "state"),
    Index("cases_by_price", "state", "euros"),
    Index("cases_by_holder_and_price", "rights_holder_id", "state", "euros"),
    Index("cases_by_rank", "state", "rank"),
    Index("cases_by_listing", "listing_key"),
    comment="What the events leave of each case, and its listing as last captured: can be made again from them.",
)

_RARE = {
    "cases_by_recheck_and_score": (cases.c.recheck.is_not(None), ("recheck", "score", "case_id")),
    "cases_by_recheck_and_harm": (cases.c.recheck.is_not(None), ("recheck", "harm", "case_id")),
    "cases_by_recheck_and_age": (cases.c.recheck.is_not(None), ("recheck", "opened_at", "case_id")),
    "cases_by_recheck_and_update": (cases.c.recheck.is_not(None), ("recheck", "updated_at", "case_id")),
    "cases_by_draw": (cases.c.probability.is_not(None), ("state", "probability")),
    "cases_by_change": (cases.c.changed.is_(True), ("state", "changed")),
}
for _name, (_where, _columns) in _RARE.items():
    Index(_name, *(cases.c[_column] for _column in _columns), sqlite_where=_where, postgresql_where=_where)

case_counts = Table(
    "case_counts",
    metadata,
    Column("rights_holder_id", SafeText, primary_key=True),
    Column("platform", SafeText, primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("band", String(16), primary_key=True),
    Column("shown", String(32), primary_key=True),
    Column("changed", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
    comment="How many cases there are of each sort, in step with every event; rights holder '' stands for all.",
)

case_terms = Table(
    "case_terms",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("case_id", String(32), nullable=False, unique=True),
    Column("terms", SafeText, nullable=False),
    comment="By which words cases are found, parted and surrounded by spaces; indexed as each database does it.",
)

captures = Table(
    "captures",
    metadata,
    Column("case_id", String(32), primary_key=True),
    Column("content", String(64), primary_key=True),
    Column("captured_at", Instant, nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("row", LargeBinary, nullable=False),
    Column("listing", LargeBinary, nullable=False),
    Column("photos", LargeBinary, nullable=False),
    comment="The listings of cases as captured, each content once, with the candidate as written out.",
)

case_photos = Table(
    "case_photos",
    metadata,
    Column("case_id", String(32), primary_key=True),
    Column("photo", String(64), primary_key=True),
    Column("whole", String(64), nullable=False),
    Index("case_photos_by_photo", "photo"),
    Index("case_photos_by_whole", "whole"),
    comment="Photos that the listings of cases showed: digest of the bytes, perceptual hash of the whole.",
)

case_contacts = Table(
    "case_contacts",
    metadata,
    Column("case_id", String(32), primary_key=True),
    Column("contact", String(64), primary_key=True),
    Index("case_contacts_by_contact", "contact"),
    comment="Digests of the addresses and numbers that the listings of cases ask buyers to write to.",
)

registers = Table(
    "registers",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    comment="Registers that were scanned for, as records; their images lie among the originals.",
)

draws = Table(
    "draws",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("seed", String(64), nullable=False),
    Column("share", Float, nullable=False),
    Column("candidates", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    Column("drawn_at", Instant, nullable=False),
    comment="Random draws of candidates to review: with what seed and probability, from how many.",
)

dismissal_rules = Table(
    "dismissal_rules",
    metadata,
    Column("rule_id", String(32), primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("value", SafeText, nullable=False),
    Column("rights_holder_id", SafeText, nullable=False),
    Column("platform", SafeText),
    Column("owner", SafeText, nullable=False),
    Column("reason", SafeText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("retired_at", Instant),
    Column("retired_by", SafeText),
    Index("dismissal_rules_by_holder", "rights_holder_id"),
    comment="Authorised sellers, ignored images and ignored phrases of people's; retired, never deleted.",
)

weight_tables = Table(
    "weight_tables",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("adopted_at", Instant),
    Column("adopted_by", SafeText),
    comment="Tables of weights that were fitted to decisions, and who adopted which when.",
)
