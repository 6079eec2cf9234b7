"""The lake: a folder of Parquet files and documents, each named by the digest of all that it was made from.

A file is written under a temporary name, flushed to the disk and renamed, so that whatever bears its final name is
whole; written twice, it is the same file. Nothing is ever changed in place, and the whole lake may be deleted: the next
scan makes what it needs again.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StoreError
from pipeline.records import Json

pa.set_memory_pool(pa.system_memory_pool())
"""Arrow's own pool keeps what it has freed, in every worker process; the system's gives it back."""


def digest_of(*parts: Json) -> str:
    """Return the digest of JSON values: the name of a thing that is made from them and nothing else."""
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder of files by kind and digest.

    Parameters
    ----------
    root : Path
        Made when first written to. Workers on other machines must see it under the same path.
    """

    root: Path

    def path(self, kind: str, key: str) -> Path:
        """Return where the file of a kind lies, whether it exists or not."""
        return self.root / kind / key[:2] / f"{key}.parquet"

    def has(self, kind: str, key: str) -> bool:
        """Tell whether a file exists; if so it is whole."""
        return self.path(kind, key).is_file()

    def write(self, kind: str, key: str, table: pa.Table, *, group_rows: int | None = None) -> None:
        """Write a table, whole or not at all; whoever streams it holds one group of rows."""
        path = self.path(kind, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            pq.write_table(table, part, compression="zstd", row_group_size=group_rows, write_page_checksum=True)

    def read(self, kind: str, key: str, columns: list[str] | None = None) -> pa.Table:
        """Read a table.

        Raises
        ------
        StoreError
            If the file is gone or damaged.
        """
        path = self.path(kind, key)
        with _whole(path):
            return pq.read_table(
                path, columns=columns, partitioning=None, use_threads=False, page_checksum_verification=True
            )

    def stream(self, kind: str, key: str) -> Iterator[pa.Table]:
        """Yield a table group by group, without holding more than one; raises as `read` does."""
        path = self.path(kind, key)
        with _whole(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, use_threads=False)

    def write_bytes(self, kind: str, key: str, document: bytes) -> None:
        """Write a document as a table of one row."""
        self.write(kind, key, pa.table({"document": pa.array([document], pa.large_binary())}))

    def read_bytes(self, kind: str, key: str) -> bytes:
        """Read a document."""
        return bytes(self.read(kind, key)["document"][0].as_py())


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Tell a file that is gone or damaged from a disk that fails, which may be tried again."""
    try:
        yield
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno not in {None, errno.ENOENT}:
            raise
        raise StoreError(f"{path}: cannot be read, expected a whole file: delete it and scan again") from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside a file; at the end it is flushed to the disk and takes the file's name."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.chmod(0o644)
        part.replace(path)
        _flush_folder(path.parent)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _flush_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
