"""Make the tables of notices."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("batch_id", sa.String(16), nullable=False),
        sa.Column("asset_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("native_id", sa.Text()),
        sa.Column("platform_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.Column("notice", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id"),
        comment="Notices with their exhibits, as JSON, and where each stands with its platform.",
    )
    op.create_index("notices_by_case", "notices", ["case_id"])
    op.create_index("notices_by_batch", "notices", ["batch_id"])
    op.create_index("notices_by_holder", "notices", ["rights_holder_id", "state", "updated_at"])
