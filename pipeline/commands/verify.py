"""The command that checks bundles and receipts; it starts at once and needs neither store nor network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.errors import BundleError, InputError, ProofError
from pipeline.exits import one_line

if TYPE_CHECKING:
    from pipeline.verify.bundle import Verified
    from pipeline.verify.policy import Policy


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--policy", type=click.Path(path_type=Path), help="File that names the log to trust and its witnesses.")
@click.option("--since", type=click.Path(path_type=Path), help="Earlier bundle of the same log.")
@click.option("--disclosures", type=click.Path(path_type=Path), help="Opened private fields, to check with a receipt.")
def verify(bundle: Path, policy: Path | None, since: Path | None, disclosures: Path | None) -> None:
    """Check a published BUNDLE, a folder, or a receipt (a .tlog-proof file), without access to the store.

    Names the first thing that does not hold, and the file it is in.
    """
    from pipeline.verify.policy import load_policy

    with one_line():
        trusted = load_policy(policy) if policy else None
        lines = _receipt(bundle, trusted, disclosures) if bundle.is_file() else _bundle(bundle, trusted, since)
        for line in lines:
            click.echo(line)


def _bundle(path: Path, policy: Policy | None, since: Path | None) -> Iterator[str]:
    from pipeline.bundle.again import make_again
    from pipeline.verify.bundle import verify_bundle
    from pipeline.verify.files import BundleFiles

    files = BundleFiles(path)
    found = verify_bundle(files, policy, BundleFiles(since) if since else None)
    made = make_again(files, found)
    yield f"{path}: everything holds"
    yield from _told(found)
    yield f"  made again {len(made.same)} files, the same to the byte"
    yield from (f"  only signed: {name}, {why}" for name, why in made.signed_only.items())
    if not found.pinned:
        yield "  The log's key was taken from the bundle itself. Compare it with the one that the exporter publishes:"
        yield f"  {found.log}"


def _told(found: Verified) -> Iterator[str]:
    yield f"  files      {found.files} signed by the exporter's key {found.exporter}"
    yield f"  log        {found.checkpoint.size} entries of {found.checkpoint.origin}, all in its tree"
    yield f"  numbers    {found.numbers} follow from the entries"
    drawn = found.computed
    yield f"  samples    {drawn.drawn} drawn again; {drawn.elsewhere} have their frame in an earlier bundle"
    if drawn.undrawn:
        yield f"  samples    {drawn.undrawn} audits were committed to and have no sample: ask why"
    for name, time in found.witnesses.items():
        yield f"  witness    {name} saw the log at {time:%Y-%m-%d %H:%M:%S} UTC"
    for time in found.stamped_at:
        yield f"  time stamp the statement existed at {time:%Y-%m-%d %H:%M:%S} UTC"
    if found.since:
        yield f"  since      the log begins with the {found.since.size} entries of the earlier bundle"


def _receipt(path: Path, policy: Policy | None, disclosures: Path | None) -> Iterator[str]:
    import json

    from pipeline.verify.canonical import read_canonical
    from pipeline.verify.disclosures import Disclosure, check_disclosure
    from pipeline.verify.receipts import Receipt

    if policy is None:
        raise InputError(f"{path}: whose log? expected --policy FILE with a line 'log KEY' and one 'quorum none'")
    try:
        receipt = Receipt.parse(path.read_bytes())
        checkpoint = policy.open(receipt.checkpoint)
        receipt.check_leaf(receipt.extra, checkpoint)
        entry = read_canonical(receipt.extra)
        opened = (
            [Disclosure.of(json.loads(line)) for line in disclosures.read_text("utf-8").split("\n") if line]
            if disclosures
            else []
        )
        for disclosure in opened:
            check_disclosure(entry, disclosure)
    except (ProofError, ValueError, RecursionError) as error:
        raise BundleError(str(path), str(error)) from error
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error
    yield f"{path}: entry {receipt.index} of the {checkpoint.size} in {checkpoint.origin}"
    yield from (f"  {name}: {json.dumps(value, ensure_ascii=True)}" for name, value in entry.items())
    yield from (f"  opened: {d.name}: {json.dumps(d.value, ensure_ascii=True)}" for d in opened)
