"""What the database knows of the distribution of cases, by which it chooses its way to a queue."""

from __future__ import annotations

from sqlalchemy import Connection

ROWS_LOOKED_AT = 2_000
"""Of each index: enough for a choice, and a matter of milliseconds whatever the size of the store."""


def refresh_statistics(connection: Connection) -> None:
    """Let SQLite look at the tables of cases; PostgreSQL does so by itself (autovacuum)."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
        for table in ("cases", "case_counts", "events"):
            connection.exec_driver_sql(f"ANALYZE {table}")
