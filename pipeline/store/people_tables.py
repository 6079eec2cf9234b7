"""The tables of people: accounts, grants, sessions, tokens, saved filters, and who looked at what."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from pipeline.store.schema import Instant, SafeText, metadata

people = Table(
    "people",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("name", SafeText, nullable=False, unique=True),
    Column("shown_as", SafeText, nullable=False),
    Column("password_hash", SafeText),
    Column("subject", SafeText, unique=True),
    Column("language", String(16), nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("single_keys", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant),
    comment="People; never deleted, for events name them. `subject` is issuer and subject of OpenID Connect.",
)

grants = Table(
    "grants",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("rights_holder_id", SafeText, primary_key=True),
    Column("role", String(16), nullable=False),
    comment="Roles of people by rights holder; * stands for all.",
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", String(32), nullable=False),
    Column("form_token", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("sessions_by_person", "person_id"),
    comment="Who is signed in, by SHA-256 of the browser's token.",
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("prefix", String(16), nullable=False),
    Column("person_id", String(32), nullable=False),
    Column("title", SafeText, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    comment="Keys of programs, by SHA-256.",
)

attempts = Table(
    "attempts",
    metadata,
    Column("place", String(64), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("number", Integer, nullable=False),
    comment="Failed sign-ins by digest of a name or an address; the beginning of the quarter of an hour, how many.",
)

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("filter_id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False),
    Column("title", SafeText, nullable=False),
    Column("query", SafeText, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("saved_filters_by_person", "person_id"),
    comment="Queues that people have named.",
)

accesses = Table(
    "accesses",
    metadata,
    Column("access_id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("person_id", String(32), nullable=False),
    Column("what", String(16), nullable=False),
    Column("case_id", String(32)),
    Column("subject", SafeText, nullable=False),
    Index("accesses_by_case", "case_id", "access_id"),
    Index("accesses_by_person", "person_id", "access_id"),
    comment="Who looked at which case or evidence; triggers refuse every change.",
)

holder_settings = Table(
    "holder_settings",
    metadata,
    Column("rights_holder_id", SafeText, primary_key=True),
    Column("four_eyes", Boolean, nullable=False),
    Column("changed_by", String(32), nullable=False),
    Column("changed_at", Instant, nullable=False),
    comment="What a rights holder wants: whether a second person approves before anything is sent.",
)

label_changes = Table(
    "label_changes",
    metadata,
    Column("change_id", Integer, primary_key=True, autoincrement=True),
    Column("label", String(32), nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(32), nullable=False),
    Column("reason", SafeText, nullable=False),
    comment="Which labels were retired or offered again, by whom and why; triggers refuse every change.",
)

bulk_events = Table(
    "bulk_events",
    metadata,
    Column("bulk_id", String(32), primary_key=True),
    Column("event_id", String(32), primary_key=True),
    Column("case_id", String(32), nullable=False),
    Column("person_id", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    comment="Events that one bulk decision made, so that it can be undone as one.",
)

oidc_flows = Table(
    "oidc_flows",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("created_at", Instant, nullable=False),
    comment="Sign-ins under way at an OpenID provider, by SHA-256 of their state.",
)
