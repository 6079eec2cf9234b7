"""Make the table of what became of labels, and let nothing in it be changed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its triggers."""
    op.create_table(
        "label_changes",
        sa.Column("change_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id"),
        comment="Which labels were retired or offered again, by whom and why; triggers refuse every change.",
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER label_changes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON label_changes "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER label_changes_stay_{verb.lower()} BEFORE {verb} ON label_changes "
            "BEGIN SELECT RAISE(ABORT, 'label_changes are never changed or deleted'); END"
        )
