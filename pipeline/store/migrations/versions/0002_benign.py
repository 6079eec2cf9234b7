"""Make the table of benign photos."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "benign_photos",
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("photo", sa.String(64), nullable=False),
        sa.Column("describer", sa.String(64), nullable=False),
        sa.Column("whole", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("rights_holder_id", "photo"),
        comment="Photos that a person has confirmed to show nothing of a rights holder's.",
    )
