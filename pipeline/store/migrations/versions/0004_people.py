"""Make the tables of people."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.String(27)
ID = sa.String(32)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shown_as", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("single_keys", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("subject"),
        comment="People; never deleted, for events name them. `subject` is issuer and subject of OpenID Connect.",
    )
    op.create_table(
        "grants",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "rights_holder_id"),
        comment="Roles of people by rights holder; * stands for all.",
    )
    _signing_in()
    _working()
    _watching()


def _signing_in() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        comment="Who is signed in, by SHA-256 of the browser's token.",
    )
    op.create_index("sessions_by_person", "sessions", ["person_id"])
    op.create_table(
        "api_tokens",
        sa.Column("token_id", ID, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("token_id"),
        sa.UniqueConstraint("digest"),
        comment="Keys of programs, by SHA-256.",
    )
    op.create_table(
        "attempts",
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place", "at"),
        comment="Failed sign-ins by digest of a name or an address; the beginning of the quarter of an hour, how many.",
    )
    op.create_table(
        "oidc_flows",
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("state"),
        comment="Sign-ins under way at an OpenID provider, by SHA-256 of their state.",
    )


def _working() -> None:
    op.create_table(
        "saved_filters",
        sa.Column("filter_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("filter_id"),
        comment="Queues that people have named.",
    )
    op.create_index("saved_filters_by_person", "saved_filters", ["person_id"])
    op.create_table(
        "holder_settings",
        sa.Column("rights_holder_id", sa.Text(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("rights_holder_id"),
        comment="What a rights holder wants: whether a second person approves before anything is sent.",
    )
    op.create_table(
        "bulk_events",
        sa.Column("bulk_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("bulk_id", "event_id"),
        comment="Events that one bulk decision made, so that it can be undone as one.",
    )


def _watching() -> None:
    op.create_table(
        "accesses",
        sa.Column("access_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("case_id", ID),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("access_id"),
        comment="Who looked at which case or evidence; triggers refuse every change.",
    )
    op.create_index("accesses_by_case", "accesses", ["case_id", "access_id"])
    op.create_index("accesses_by_person", "accesses", ["person_id", "access_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_to_change_accesses() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'accesses are never changed'; END $$"
        )
        op.execute(
            "CREATE TRIGGER accesses_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON accesses "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_accesses()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER accesses_stay_{verb.lower()} BEFORE {verb} ON accesses "
            "BEGIN SELECT RAISE(ABORT, 'accesses are never changed'); END"
        )
