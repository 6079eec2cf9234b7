"""Commands of benign photos: enter them, list them, take them out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.commands.options import Group, open_given, store_option
from pipeline.errors import InputError, PhotoRefusedError
from pipeline.exits import one_line

_holder = click.option("--holder", required=True, help="Id of the rights holder.")


@click.group(cls=Group)
def benign() -> None:
    """Keep the list of photos that show nothing of a rights holder's, whatever they resemble.

    A shipping banner, a size chart, stock packaging: the next scan or rescan takes back what was seen in them.
    """


@benign.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_holder
@click.option("--reason", required=True, help="What the photos are, for those who read why nothing was found.")
@store_option
def add(photos: tuple[Path, ...], holder: str, reason: str, store: str | None) -> None:
    """Enter PHOTOS, image files; copies that differ little count as the same."""
    from detectors.image.describe import DESCRIBE_VERSION, describe
    from pipeline.photos import BenignPhoto
    from pipeline.store.benign import add_benign

    with one_line(), open_given(store).write() as connection:
        for path in photos:
            try:
                seen = describe(path.read_bytes())
            except PhotoRefusedError as error:
                raise InputError(f"{path}: {error}") from error
            found = BenignPhoto(
                rights_holder_id=holder,
                photo=seen.digest,
                describer=DESCRIBE_VERSION,
                whole="" if seen.plain else seen.views[0].astype(">u8").tobytes().hex(),
                reason=reason,
                added_at=datetime.now(UTC),
            )
            add_benign(connection, found)
            click.echo(f"{seen.digest} {path}")


@benign.command()
@click.argument("digest")
@_holder
@store_option
def remove(digest: str, holder: str, store: str | None) -> None:
    """Take the photo with this SHA-256 DIGEST out again."""
    from pipeline.store.benign import remove_benign

    with one_line(), open_given(store).write() as connection:
        if not remove_benign(connection, holder, digest):
            raise InputError(f"no such benign photo of {holder!r}, got {digest!r}, expected one of `benign list`")


@benign.command("list")
@store_option
def list_benign(store: str | None) -> None:
    """Print the list."""
    from pipeline.store.benign import read_benign

    with one_line(), open_given(store).read() as connection:
        for found in read_benign(connection):
            click.echo(f"{found.photo} {found.rights_holder_id} {found.added_at:%Y-%m-%d} {found.reason}")
