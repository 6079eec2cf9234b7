"""Run by Alembic: migrate over the connection that `open_store` hands in, inside its transaction."""

from alembic import context

from pipeline.store import (  # noqa: F401  so that the metadata knows them
    alias_tables,
    audit_tables,
    case_tables,
    log_tables,
    notice_tables,
    people_tables,
)
from pipeline.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
