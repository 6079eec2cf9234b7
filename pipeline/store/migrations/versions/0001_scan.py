"""Make the tables of a scan: ledger, listings, contents, photos, candidates."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table with its indexes."""
    _scans()
    _chunks()
    _work()
    _rejected()
    _listings()
    _observations()
    _contents()
    _photos()
    _wanted()
    _candidates()


def _scans() -> None:
    op.create_table(
        "scans",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("finished_at", sa.String(27), nullable=True),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("run_id"),
        comment="The ledger: one row a scan, by inputs, register and versions.",
    )


def _chunks() -> None:
    op.create_table(
        "chunks",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "source", "sequence"),
        comment="Input rows taken in: a fixed range of rows of one file, committed with all that was found in it.",
    )


def _work() -> None:
    op.create_table(
        "work",
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("stage", "key"),
        comment="Units of work done, by digest of all that the result depends on, and the scan that did them first.",
    )


def _rejected() -> None:
    op.create_table(
        "rejected",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "source", "line", "position"),
        comment="Rows, images and values that could not be used, as JSON.",
    )


def _listings() -> None:
    op.create_table(
        "listings",
        sa.Column("listing_key", sa.String(64), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.String(27), nullable=False),
        sa.Column("last_seen_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("listing_key"),
        comment="Listings by identity, whatever the scan.",
    )


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("listing_key", sa.String(64), nullable=False),
        sa.Column("captured_at", sa.String(27), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "listing_key", "captured_at"),
        comment="Listings as captured: which content a scan saw, when and in which row.",
    )
    op.create_index("observations_by_content", "observations", ["run_id", "content"])


def _contents() -> None:
    op.create_table(
        "contents",
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("partition", sa.String(64), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("content"),
        comment="Distinct contents of listings, photos included, and the Parquet partition that holds each.",
    )
    op.create_index("contents_by_partition", "contents", ["partition"])


def _photos() -> None:
    op.create_table(
        "photos",
        sa.Column("photo", sa.String(64), nullable=False),
        sa.Column("describer", sa.String(64), nullable=False),
        sa.Column("shelf", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("photo", "describer"),
        comment="Described photos, by digest of their bytes, and the Parquet shelf that holds each description.",
    )


def _wanted() -> None:
    op.create_table(
        "wanted",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("photo", sa.String(64), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "photo"),
        comment="Photos that a scan found and nobody has described yet.",
    )


def _candidates() -> None:
    op.create_table(
        "candidates",
        sa.Column("candidate_id", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("listing_key", sa.String(64), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.Text(), nullable=True),
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.String(27), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("band", sa.String(16), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("listing", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id"),
        comment="The newest word on each listing and rights holder; `row` is the JSON that the scan wrote out.",
    )
    op.create_index("candidates_by_holder", "candidates", ["rights_holder_id", "score", "candidate_id"])
    op.create_index("candidates_by_listing", "candidates", ["listing_key"])
    op.create_index("candidates_by_score", "candidates", ["score", "candidate_id"])
    op.create_index("candidates_by_seller", "candidates", ["platform", "seller_id"])
