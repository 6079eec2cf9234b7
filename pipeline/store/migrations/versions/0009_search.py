"""Make the index of the words by which cases are found, and indexes of re-checked cases in each order of a queue."""

import re
import unicodedata
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE VIRTUAL TABLE case_words USING fts5(
        terms, content='case_terms', content_rowid='number', detail='none', columnsize=0,
        tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER case_words_added AFTER INSERT ON case_terms BEGIN
        INSERT INTO case_words (rowid, terms) VALUES (new.number, new.terms); END""",
    """CREATE TRIGGER case_words_dropped AFTER DELETE ON case_terms BEGIN
        INSERT INTO case_words (case_words, rowid, terms) VALUES ('delete', old.number, old.terms); END""",
    """CREATE TRIGGER case_words_changed AFTER UPDATE ON case_terms BEGIN
        INSERT INTO case_words (case_words, rowid, terms) VALUES ('delete', old.number, old.terms);
        INSERT INTO case_words (rowid, terms) VALUES (new.number, new.terms); END""",
)
POSTGRESQL = (
    """CREATE INDEX case_words ON case_terms
        USING gin (array_to_tsvector(string_to_array(btrim(terms), ' ')))""",
)


ORDERS = {"score": "score", "harm": "harm", "age": "opened_at", "update": "updated_at"}
AT_ONCE = 1_000
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)


def upgrade() -> None:
    """Make the table and, as each database does it, the index; fill it; make the other indexes."""
    _terms()
    _fill()
    op.drop_index("cases_by_recheck", "cases")
    here = sa.text("recheck IS NOT NULL")
    for name, column in ORDERS.items():
        columns = ["recheck", column, "case_id"]
        op.create_index(f"cases_by_recheck_and_{name}", "cases", columns, sqlite_where=here, postgresql_where=here)


def _terms() -> None:
    op.create_table(
        "case_terms",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("case_id"),
        comment="By which words cases are found, parted and surrounded by spaces; indexed as each database does it.",
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _fill() -> None:
    """Write by what the cases of before are found: their ids, sellers and titles."""
    connection, last = op.get_bind(), ""
    query = sa.text(
        "SELECT case_id, listing_id, seller_id, seller_name, title FROM cases"
        " WHERE case_id > :last ORDER BY case_id LIMIT :most"
    )
    while rows := connection.execute(query, {"last": last, "most": AT_ONCE}).all():
        last = rows[-1][0]
        found = [{"case_id": case_id, "terms": f" {' '.join(dict.fromkeys(_cut(texts)))} "} for case_id, *texts in rows]
        connection.execute(sa.text("INSERT INTO case_terms (case_id, terms) VALUES (:case_id, :terms)"), found)


def _cut(texts: list[str | None]) -> Iterator[str]:
    for text in texts:
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text or "").casefold())
        folded = "".join(c for c in apart if unicodedata.category(c) not in {"Mn", "Cf"})
        for run in re.findall(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+", folded):
            if re.match(rf"[{UNSPACED}]", run):
                yield from (run[at : at + 2] for at in range(len(run) - 1))
                yield from run
            else:
                yield run[:40]
