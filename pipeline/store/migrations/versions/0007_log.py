"""Make the table of the log's secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "log_secrets",
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record"),
        comment="Random secrets from which the salts of a record's private fields are made; deleting one erases them.",
    )
