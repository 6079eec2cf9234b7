"""Make the tables of cases."""

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


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.Text(), nullable=True),
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
        sa.Column("recheck", sa.String(16), nullable=True),
        sa.Column("rechecked_at", sa.String(27), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
        comment="What the events leave of each case, and its listing as last captured: can be made again from them.",
    )
    for name, column in (("score", "score"), ("harm", "harm"), ("age", "opened_at"), ("update", "updated_at")):
        op.create_index(f"cases_by_{name}", "cases", ["state", column, "case_id"])
        op.create_index(f"cases_by_holder_and_{name}", "cases", ["rights_holder_id", "state", column, "case_id"])
    op.create_index("cases_by_seller", "cases", ["platform", "seller_id"])
    op.create_index("cases_by_keyword", "cases", ["keyword", "rank"])
    op.create_index("cases_by_assignee", "cases", ["assignee"])


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
        comment="How many cases there are of each sort, kept in step with every event.",
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
