"""Make the tables of audit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _audits()
    _items()
    _reviews()
    _nonces()
    _entries()


def _audits() -> None:
    op.create_table(
        "audits",
        sa.Column("audit_id", sa.String(32), nullable=False),
        sa.Column("over", sa.String(16), nullable=False),
        sa.Column("period", sa.String(32), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("frame_sha256", sa.String(64), nullable=False),
        sa.Column("drand_round", sa.BigInteger(), nullable=True),
        sa.Column("committed_at", sa.String(27), nullable=False),
        sa.Column("seed", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("audit_id"),
        comment="Audits: the frame is committed first, the seed is known only later.",
    )


def _items() -> None:
    op.create_table(
        "audit_items",
        sa.Column("audit_id", sa.String(32), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("listing_key", sa.String(64), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.Text(), nullable=True),
        sa.Column("captured_at", sa.String(27), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("appearance", sa.Text(), nullable=False),
        sa.Column("stratum", sa.String(32), nullable=False),
        sa.Column("size", sa.String(16), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(80), nullable=True),
        sa.Column("probe", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", "item"),
        comment="What a frame lists, under names that say nothing; known fakes put among the sample are probes.",
    )
    op.create_index("audit_items_by_ticket", "audit_items", ["audit_id", "ticket"])


def _reviews() -> None:
    op.create_table(
        "audit_reviews",
        sa.Column("audit_id", sa.String(32), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", "item", "round"),
        comment="Blind reviews of sampled items, by round.",
    )


def _nonces() -> None:
    op.create_table(
        "audit_nonces",
        sa.Column("nonce_sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("committed_at", sa.String(27), nullable=False),
        sa.Column("audit_id", sa.String(32), nullable=True),
        sa.Column("nonce", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("nonce_sha256"),
        comment="Random numbers to which trade bodies commit before a frame, and which they reveal afterwards.",
    )


def _entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(32), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("entry_id"),
        comment="What audits and publications leave for the public log, from 1 without gaps; never changed.",
    )
