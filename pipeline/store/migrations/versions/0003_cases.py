"""Make the tables of cases."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let nobody change an event."""
    _events()
    _cases()
    _counts()
    _captures()
    _likenesses()
    _registers()
    _draws()
    _rules()
    _weights()
    if op.get_bind().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("event_id"),
        comment="Everything that happened to cases, from 1 without gaps; rows are never changed or deleted.",
    )
    op.create_index("events_by_case", "events", ["case_id", "sequence"])
    op.create_index("events_by_kind", "events", ["kind", "at"])


def _cases() -> None:
    op.create_table(
        "cases",
        *_columns_of_events(),
        *_columns_of_listing(),
        sa.Column("recheck", sa.String(16), nullable=True),
        sa.Column("rechecked_at", sa.String(27), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
        comment="What the events leave of each case, and its listing as last captured: can be made again from them.",
    )
    _indexes_of_cases()


def _columns_of_events() -> list[sa.Column[Any]]:
    return [
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.Text(), nullable=True),
        sa.Column("listing_key", sa.String(64), nullable=False),
        sa.Column("candidate_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("band", sa.String(16), nullable=False),
        sa.Column("suggested", sa.String(32), nullable=False),
        sa.Column("label", sa.String(32), nullable=True),
        sa.Column("shown", sa.String(32), nullable=False),
        sa.Column("asset_ids", sa.LargeBinary(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("approvals", sa.LargeBinary(), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("earlier_case_id", sa.String(32), nullable=True),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
    ]


def _columns_of_listing() -> list[sa.Column[Any]]:
    return [
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("captured_at", sa.String(27), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seller_name", sa.Text(), nullable=True),
        sa.Column("price", sa.String(40), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("euros", sa.Float(), nullable=True),
        sa.Column("sold_count", sa.BigInteger(), nullable=True),
        sa.Column("keyword", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("harm", sa.Float(), nullable=False),
    ]


def _indexes_of_cases() -> None:
    for name, column in (("score", "score"), ("harm", "harm"), ("age", "opened_at"), ("update", "updated_at")):
        op.create_index(f"cases_by_{name}", "cases", ["state", column, "case_id"])
        op.create_index(f"cases_by_holder_and_{name}", "cases", ["rights_holder_id", "state", column, "case_id"])
    op.create_index("cases_by_seller", "cases", ["platform", "seller_id"])
    op.create_index("cases_by_keyword", "cases", ["keyword", "state"])
    op.create_index("cases_by_assignee", "cases", ["assignee", "state"])
    op.create_index("cases_by_price", "cases", ["state", "euros"])
    op.create_index("cases_by_holder_and_price", "cases", ["rights_holder_id", "state", "euros"])
    op.create_index("cases_by_rank", "cases", ["state", "rank"])
    changed = "changed IS 1" if op.get_bind().dialect.name == "sqlite" else "changed IS TRUE"
    for name, columns, where in (
        ("cases_by_recheck", ["recheck", "state"], "recheck IS NOT NULL"),
        ("cases_by_draw", ["state", "probability"], "probability IS NOT NULL"),
        ("cases_by_change", ["state", "changed"], changed),
    ):
        op.create_index(name, "cases", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index("cases_by_listing", "cases", ["listing_key"])


def _counts() -> None:
    op.create_table(
        "case_counts",
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("band", sa.String(16), nullable=False),
        sa.Column("shown", sa.String(32), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rights_holder_id", "platform", "state", "band", "shown", "changed"),
        comment="How many cases there are of each sort, in step with every event; rights holder '' stands for all.",
    )


def _captures() -> None:
    op.create_table(
        "captures",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("captured_at", sa.String(27), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("listing", sa.LargeBinary(), nullable=False),
        sa.Column("photos", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "content"),
        comment="The listings of cases as captured, each content once, with the candidate as written out.",
    )


def _likenesses() -> None:
    op.create_table(
        "case_photos",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("photo", sa.String(64), nullable=False),
        sa.Column("whole", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "photo"),
        comment="Photos that the listings of cases showed: digest of the bytes, perceptual hash of the whole.",
    )
    op.create_index("case_photos_by_photo", "case_photos", ["photo"])
    op.create_index("case_photos_by_whole", "case_photos", ["whole"])
    op.create_table(
        "case_contacts",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("contact", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "contact"),
        comment="Digests of the addresses and numbers that the listings of cases ask buyers to write to.",
    )
    op.create_index("case_contacts_by_contact", "case_contacts", ["contact"])


def _registers() -> None:
    op.create_table(
        "registers",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        comment="Registers that were scanned for, as records; their images lie among the originals.",
    )


def _draws() -> None:
    op.create_table(
        "draws",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("drawn_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        comment="Random draws of candidates to review: with what seed and probability, from how many.",
    )


def _rules() -> None:
    op.create_table(
        "dismissal_rules",
        sa.Column("rule_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=True),
        sa.Column("retired_at", sa.String(27), nullable=True),
        sa.Column("retired_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rule_id"),
        comment="Authorised sellers, ignored images and ignored phrases of people's; retired, never deleted.",
    )
    op.create_index("dismissal_rules_by_holder", "dismissal_rules", ["rights_holder_id"])


def _weights() -> None:
    op.create_table(
        "weight_tables",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_at", sa.String(27), nullable=False),
        sa.Column("adopted_at", sa.String(27), nullable=True),
        sa.Column("adopted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("version"),
        comment="Tables of weights that were fitted to decisions, and who adopted which when.",
    )


def _refuse_on_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_refuse_{change.lower()} BEFORE {change} ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are never changed or deleted'); END"
        )


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are never changed or deleted', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER events_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()"
    )
