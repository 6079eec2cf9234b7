"""Commands of audits and published numbers."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as midnight
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.options import Group, open_given, settings_given, store_option
from pipeline.errors import InputError
from pipeline.exits import one_line
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.log import Log
    from pipeline.stages.audit import Appearance, Beacon
    from pipeline.stages.bundle import Publication
    from pipeline.store.database import Connection

SECRET_BYTES = 32
NONCE_DIGITS = 64
_log = click.option("--log", help="Folder of the log.")
_keys = click.option("--keys", help="Folder of the keys.")
_person = click.option("--person", required=True, help="Who reviews; nobody reviews an item twice.")


@click.group(cls=Group)
def audit() -> None:
    """Audit a random sample that nobody could choose: how much infringes, and how good the scan is."""


@click.group(cls=Group)
def metrics() -> None:
    """Publish numbers that anybody can check."""


@audit.command()
@click.option("--baseline", required=True, help="Period that later ones are compared with, such as 2026-Q4.")
@click.option("--synthetic", is_flag=True, help="The data are made up: say so on every page.")
@store_option
def policy(baseline: str, store: str | None, *, synthetic: bool) -> None:
    """Promise, before it is drawn, with what later periods will be compared."""
    from pipeline.metrics.definitions import METHODS, VERSION
    from pipeline.metrics.periods import days_of
    from pipeline.store.audit_entries import add_entry

    with one_line(), open_given(store).write() as connection:
        days_of(baseline)
        fields: dict[str, Any] = {"baseline": baseline, "definitions": VERSION, "methods": METHODS, "alpha": "0.05"}
        fields |= {"synthetic": True} if synthetic else {}
        add_entry(connection, secrets.token_hex(16), "policy", fields, datetime.now(UTC))
    click.echo(f"Promised: later periods are compared with {baseline}. `counterfoil log publish` puts it into the log.")


@audit.command()
@click.argument("body")
@click.argument("nonce_sha256")
@store_option
def nonce(body: str, nonce_sha256: str, store: str | None) -> None:
    """Take in the SHA-256 of a random number of BODY's, such as a trade body, before the next frame."""
    from pipeline.store.audit_entries import add_entry
    from pipeline.store.audits import Nonce, add_nonce

    with one_line(), open_given(store).write() as connection:
        digest = _hexadecimal(nonce_sha256, "nonce").hex()
        now = datetime.now(UTC)
        add_nonce(connection, Nonce(nonce_sha256=digest, body=body, committed_at=now))
        add_entry(connection, secrets.token_hex(16), "nonce-commit", {"body": body, "nonce_sha256": digest}, now)
    click.echo(f"{body} has committed to {digest}")


@audit.command()
@click.argument("period")
@click.argument("snapshots", nargs=-1, type=click.Path(path_type=Path))
@click.option("--register", required=True, type=click.Path(path_type=Path), help="Register that was scanned for.")
@click.option("--labels", default=600, show_default=True, type=click.IntRange(1), help="Items to review.")
@click.option("--top", type=click.IntRange(1), help="List the first N results of searches in SNAPSHOTS instead.")
@click.option("--drand-round", type=click.IntRange(1), help="Round of the drand beacon, of a time to come.")
@store_option
def frame(period: str, snapshots: tuple[Path, ...], register: Path, labels: int, **options: Any) -> None:
    """Commit to everything that was captured in PERIOD, such as 2026-Q4 or 2026-10-03/2026-10-04."""
    from pipeline.metrics.audits import Over
    from pipeline.register import load_register
    from pipeline.stages.audit import FramePlan, commit_frame

    with one_line(), open_given(options["store"]).write() as connection:
        top = options["top"]
        if (top is None) is not (not snapshots):
            raise InputError("audit frame: snapshots and --top go together, got one of both, expected both or neither")
        plan = FramePlan(
            audit_id=secrets.token_hex(16),
            over=Over.TOP_RESULTS if top else Over.LISTINGS,
            period=period,
            labels=labels,
            drand_round=options["drand_round"],
        )
        listed = list(_listed(connection, period, snapshots, top))
        holders = load_register(register).rights_holders
        made = commit_frame(connection, plan, listed, holders, salts=_secret, now=datetime.now(UTC))
    click.echo(f"{made.audit_id} {len(listed)} listed, SHA-256 {made.frame_sha256}")
    click.echo("Next: `counterfoil log publish`, then `counterfoil audit draw`.")


@audit.command()
@click.argument("audit_id")
@click.option(
    "--drand", type=click.Path(path_type=Path), help="The drand round as JSON, as its public address gives it."
)
@click.option("--nonce", "nonces", multiple=True, help="A random number that was committed to, in hexadecimal.")
@click.option(
    "--probes", default=0, show_default=True, type=click.IntRange(0), help="Known fakes to put among the sample."
)
@store_option
@_log
def draw(audit_id: str, drand: Path | None, nonces: tuple[str, ...], probes: int, **options: Any) -> None:
    """Draw the sample of AUDIT_ID with a seed that nobody could foresee."""
    from pipeline.log.folder import LogFolder
    from pipeline.stages.audit import draw_audit

    with one_line():
        settings = settings_given(options)
        checkpoint = LogFolder(Path(settings.log)).checkpoint()
        frames = [e["audit"] for e in LogFolder(Path(settings.log)).of_type("frame")] if checkpoint else []
        if checkpoint is None or audit_id not in frames:
            raise InputError(
                f"audit {audit_id}: its frame is not in the log yet, expected `counterfoil log publish` first"
            )
        with open_given(settings.store).write() as connection:
            number = draw_audit(
                connection,
                audit_id,
                checkpoint=(checkpoint.size, checkpoint.root),
                beacon=_beacon(drand) if drand else None,
                revealed=[_hexadecimal(value, "nonce") for value in nonces],
                probes=probes,
                salts=_secret,
                now=datetime.now(UTC),
            )
    click.echo(f"{number} items to review")


@audit.command()
@store_option
def status(store: str | None) -> None:
    """Print every audit and the reviews that are outstanding, by round."""
    from pipeline.stages.audit_review import progress
    from pipeline.store.audits import list_audits

    with one_line(), open_given(store).read() as connection:
        for found in list_audits(connection):
            told = progress(connection, found)
            waiting = ", ".join(f"{number} in round {stage}" for stage, number in told.outstanding.items())
            state = "not drawn" if found.seed is None else f"{told.drawn} items, outstanding: {waiting or 'none'}"
            click.echo(f"{found.audit_id} {found.period} {found.over}: {state}")


@audit.command("next")
@click.argument("audit_id")
@_person
@store_option
def next_(audit_id: str, person: str, store: str | None) -> None:
    """Print the next item of AUDIT_ID for a person, as JSON; nothing of what the scan saw."""
    from pipeline.stages.audit_review import next_item

    with one_line(), open_given(store).read() as connection:
        item = next_item(connection, audit_id, person)
    if item is not None:
        names = ("item", "platform", "listing_id", "seller_id", "captured_at", "appearance")
        click.echo(json.dumps({name: getattr(item, name) for name in names}, default=str, ensure_ascii=False))


@audit.command()
@click.argument("audit_id")
@click.argument("item")
@click.argument("label")
@_person
@click.option("--reason", default="", help="Why; stays in the store.")
@store_option
def label(audit_id: str, item: str, label: str, **options: Any) -> None:
    """Say what ITEM of AUDIT_ID is: one of the labels, or "unresolvable"."""
    from pipeline.stages.audit_review import review_item

    said = {"person_id": options["person"], "label": label, "reason": options["reason"]}
    with one_line(), open_given(options["store"]).write() as connection:
        review_item(connection, audit_id, item, **said, now=datetime.now(UTC))


@audit.command()
@click.argument("entry_id")
@click.argument("label")
@click.option("--reason", required=True, help="Why; is published.")
@store_option
def correct(entry_id: str, label: str, reason: str, store: str | None) -> None:
    """Replace the label in the entry ENTRY_ID by another, for everybody to see."""
    from pipeline.stages.audit_review import correct_label

    with one_line(), open_given(store).write() as connection:
        correct_label(
            connection, entry_id, label, reason=reason, correction_id=secrets.token_hex(16), now=datetime.now(UTC)
        )


@audit.command()
@click.argument("body")
@click.argument("question")
@click.argument("answer")
@store_option
def challenge(body: str, question: str, answer: str, store: str | None) -> None:
    """Put a QUESTION of an outsider, such as the trade body BODY, and its ANSWER into the log."""
    from pipeline.store.audit_entries import add_entry

    with one_line(), open_given(store).write() as connection:
        fields = {"body": body, "question": question, "answer": answer}
        add_entry(connection, secrets.token_hex(16), "challenge", fields, datetime.now(UTC))


@metrics.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--reason", default="", help="Why final numbers are published otherwise than before.")
@store_option
@_log
@_keys
def export(out: Path, reason: str, **options: Any) -> None:
    """Publish everything that is logged as a bundle in the folder OUT."""
    with one_line():
        numbers = export_now(settings_given(options), out, reason)
    click.echo(f"{numbers} numbers in {out}; check them with: counterfoil verify {out}")


@metrics.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("bundles", nargs=-1, required=True, type=click.Path(path_type=Path))
def site(out: Path, bundles: tuple[Path, ...]) -> None:
    """Make a static site of BUNDLES, the oldest first, in the folder OUT: fit to be hosted anywhere."""
    from pipeline.stages.site import make_site

    with one_line():
        pages = make_site(out, bundles)
    click.echo(f"{pages} bundles in {out / 'index.html'}")


def export_now(settings: Settings, out: Path, reason: str = "") -> int:
    """Publish a bundle as the settings say; return how many numbers it has."""
    from pipeline.log import load_keys, open_log
    from pipeline.stages.bundle import publish_bundle
    from pipeline.store.database import open_store

    what = replace(_what(settings), reason=reason)
    with open_log(Path(settings.log), load_keys(Path(settings.keys))) as log:
        store = open_store(settings.store)
        found = publish_bundle(store, log, out, what, now=datetime.now(UTC), make_secret=_secret)
        store.close()
    return len(found.rows)


def publish_now(settings: Settings, now: datetime) -> int:
    """Publish a bundle under its day, and renew the site of all of them; return how many numbers it has."""
    from pipeline.stages.site import make_site

    if not settings.bundles:
        raise InputError("bundles: not set, got '', expected the folder in which bundles are put")
    folder = Path(settings.bundles)
    numbers = export_now(settings, folder / f"{now:%Y-%m-%d}")
    if settings.site:
        make_site(Path(settings.site), sorted(path for path in folder.iterdir() if not path.name.startswith(".")))
    return numbers


def _what(settings: Settings) -> Publication:
    from pipeline.log import load_keys
    from pipeline.stages.bundle import Publication
    from pipeline.verify.guide import guide_files

    what = Publication(keys=load_keys(Path(settings.keys)), guides=guide_files())
    if settings.log_policy:
        what = _witnessed(what, Path(settings.log_policy))
    if not settings.stamp_authority:
        return what
    from pipeline.transports.authority import Authority, read_roots
    from pipeline.transports.web import Web

    roots = read_roots(Path(settings.stamp_roots))
    authority = Authority(settings.stamp_authority, roots, Web(time.sleep))
    return replace(what, roots=roots, stamp=lambda data: authority.stamp(data).token)


def _witnessed(what: Publication, path: Path) -> Publication:
    """Have the witnesses of a policy sign, and send the policy along."""
    import httpx

    from pipeline.log.witnesses import ask_all
    from pipeline.verify.bundle import POLICY
    from pipeline.verify.policy import load_policy

    policy = load_policy(path)

    def cosign(log: Log) -> None:
        with httpx.Client(follow_redirects=False) as client:
            for problem in ask_all(log, policy.witnesses.values(), client):
                click.echo(problem, err=True)

    return replace(what, guides={**what.guides, POLICY: path.read_bytes()}, cosign=cosign)


def _listed(connection: Connection, period: str, snapshots: tuple[Path, ...], top: int | None) -> Iterator[Appearance]:
    from pipeline.metrics.periods import days_of
    from pipeline.stages.audit import Appearance, top_results
    from pipeline.store.audits import seen_between

    first, after = (datetime.combine(day, midnight(), UTC) for day in days_of(period))
    seen = seen_between(connection, first, after)
    if top is None:
        return (Appearance(seen=one) for one in seen)
    return top_results(seen, snapshots, top)


def _beacon(path: Path) -> Beacon:
    from pipeline.stages.audit import Beacon

    try:
        document = json.loads(path.read_bytes())
        values = int(document["round"]), str(document["randomness"]), str(document["signature"])
        _hexadecimal(values[1], "randomness"), bytes.fromhex(values[2])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a drand round: {error}, expected round, randomness and signature") from error
    return Beacon(round=values[0], randomness=values[1].lower(), signature=values[2].lower())


def _hexadecimal(value: str, what: str) -> bytes:
    try:
        data = bytes.fromhex(value)
    except ValueError:
        data = b""
    if len(data) * 2 != NONCE_DIGITS:
        raise InputError(f"{what}: got {value!r:.80}, expected {NONCE_DIGITS} hexadecimal digits")
    return data


def _secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)
