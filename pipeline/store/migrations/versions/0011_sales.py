"""Keep how many units a listing had sold when it was captured, and what a frame tells of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what was captured before, nobody knows."""
    op.add_column("observations", sa.Column("sold_count", sa.BigInteger(), nullable=True))
    op.add_column("audit_items", sa.Column("sold", sa.BigInteger(), nullable=True))
