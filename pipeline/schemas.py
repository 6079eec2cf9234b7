"""The published JSON Schemas of registers and snapshots, made from the same rules that read them.

``python -m pipeline.schemas`` writes them into ``docs/schema``. A schema says what to write; the readers accept a
little more (a currency in small letters, "1,299.00"), and check what no schema can (check digits, unique ids, images).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import orjson

from pipeline.records import Json
from pipeline.register.fields import REGISTER
from pipeline.snapshots.fields import LISTING

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FOLDER: Final = Path("docs/schema")


def register_schema() -> dict[str, Json]:
    """Return the JSON Schema of a register's document."""
    return {"$schema": DIALECT, "title": "A brand's registered IP", **REGISTER.schema()}


def snapshot_schema() -> dict[str, Json]:
    """Return the JSON Schema of one row of a snapshot."""
    return {"$schema": DIALECT, "title": "A marketplace listing as captured", **LISTING.schema()}


def schema_files() -> dict[str, bytes]:
    """Return the files of `docs/schema` by name."""
    schemas = {"register.schema.json": register_schema(), "snapshot.schema.json": snapshot_schema()}
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {name: orjson.dumps(schema, option=options) for name, schema in schemas.items()}


def main(folder: Path) -> None:
    """Write the schemas into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in schema_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
