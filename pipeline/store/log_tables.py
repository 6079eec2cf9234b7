"""The table behind the public log: what keeps its private fields from being guessed."""

from sqlalchemy import Column, LargeBinary, String, Table

from pipeline.store.schema import metadata

log_secrets = Table(
    "log_secrets",
    metadata,
    Column("record", String(64), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    comment="Random secrets from which the salts of a record's private fields are made; deleting one erases them.",
)
