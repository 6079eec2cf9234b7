"""Commands of follow-up: what is due, how fast lanes stand, what platforms and sellers answered."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from pipeline.commands.options import Group, open_given, settings_given, store_option
from pipeline.commands.recheck import clocks_of
from pipeline.enforcement import Disposition
from pipeline.errors import CounterfoilError, InputError
from pipeline.exits import FAILED, one_line
from pipeline.plain import plain
from pipeline.settings import lake_folder

if TYPE_CHECKING:
    from pipeline.followup.clocks import Clock
    from pipeline.followup.health import Health
    from pipeline.stages.followup import Said

MOST_BYTES = 64 * 1024 * 1024
_holders = click.option("--holder", "holders", multiple=True, help="Id of a rights holder; without it, all of them.")
_by = click.option("--by", required=True, help="Who enters it, for the history of the case.")
_at = click.option("--at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]), help="When; now by default.")


@click.group(cls=Group)
def followup() -> None:
    """Follow up on notices: terms, answers, objections, fast lanes."""


@followup.command("open")
@click.argument("candidate")
@click.option("--reason", required=True, help="Why this one should be looked at.")
@_by
@store_option
def open_case(candidate: str, reason: str, by: str, store: str | None) -> None:
    """Open a case for CANDIDATE, the id of a low one that no scan opened a case for."""
    from pipeline.stages.cases import open_by_hand
    from pipeline.store.lake import Lake

    with one_line():
        settings = settings_given({"store": store})
        lake, now = Lake(lake_folder(settings).resolve()), datetime.now(UTC)
        case = open_by_hand(open_given(store), lake, candidate, None, by=by, reason=reason, now=now)
    click.echo(f"{case.case_id} {case.state.value}")


@followup.command("due")
@_holders
@store_option
def show_due(holders: tuple[str, ...], store: str | None) -> None:
    """Print what is to be done by when, which notices to send again, and the sellers' objections."""
    from pipeline.stages.followup import overview

    now = datetime.now(UTC)
    with one_line():
        found = overview(open_given(store), holders or None, _clocks(), now)
    for term in found.due:
        late = "OVERDUE" if term.overdue(now) else "due"
        click.echo(f"{term.case_id} {late} {term.due_at:%Y-%m-%d} {term.clock.title} [{term.clock.source}]")
    for objection in found.objections:
        by = f"answer by {objection.deadline[:10]}" if objection.deadline else "no term known"
        click.echo(f"{objection.case.case_id} objection, {by}: {plain(objection.grounds, 200)}")
    for again in found.renotices:
        why = f"refused: {plain(again.refused, 100)}" if again.refused is not None else "no effect"
        click.echo(f"{again.case_id} send again ({again.sent} sent, up on {again.up_at:%Y-%m-%d}, {why})")
    click.echo(f"{len(found.due)} terms, {len(found.objections)} objections, {len(found.renotices)} to send again")


@followup.command("health")
@_holders
@store_option
def show_health(holders: tuple[str, ...], store: str | None) -> None:
    """Print how the fast lanes of platforms stand; exit code 1 if one is out of bounds."""
    from pipeline.followup.health import shipped_programmes
    from pipeline.stages.followup import fast_lanes

    with one_line(), open_given(store).read() as connection:
        lanes = fast_lanes(connection, holders or None, shipped_programmes(), datetime.now(UTC))
    for lane in lanes:
        click.echo(_lane_line(lane))
    sys.exit(FAILED if any(lane.breached for lane in lanes) else 0)


def _lane_line(lane: Health) -> str:
    name = " ".join(filter(None, (lane.programme.programme, lane.platform, lane.reason_code or "all reasons")))
    accepted = f"accepted {_share(lane.accepted_share)} (at least {lane.programme.least_accepted:.0%})"
    overturned = f"overturned {_share(lane.overturned_share)} (at most {lane.programme.most_overturned:.0%})"
    mark = "BREACHED" if lane.breached else "ok"
    return f"{name}: {lane.sent} sent, {lane.decided} decided, {accepted}, {overturned}: {mark}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


@followup.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@_by
@store_option
def answers(path: Path, by: str, store: str | None) -> None:
    """Enter platforms' answers from FILE: CSV or JSON lines.

    Each has notice_id, disposition (removed, restricted, rejected, pending, counter_noticed, withdrawn, duplicate,
    already_gone), and if known cause, platform_text and at. Exit code 1 if a line could not be used.
    """
    from pipeline.stages.followup import record_answer

    entered = failed = 0
    with one_line():
        opened = open_given(store)
        for number, row in _rows(path):
            try:
                disposition = _disposition(row)
                texts = {"cause": str(row.get("cause") or ""), "text": str(row.get("platform_text") or "")}
                record_answer(opened, str(row.get("notice_id")), disposition, _said(by, row.get("at")), **texts)
                entered += 1
            except CounterfoilError as error:
                click.echo(f"{path}:{number}: {' '.join(str(error).split())}", err=True)
                failed += 1
    click.echo(f"{entered} answers entered, {failed} not usable")
    sys.exit(FAILED if failed else 0)


@followup.command()
@click.argument("notice")
@click.option("--grounds", required=True, help="What the seller says.")
@_at
@_by
@store_option
def objection(notice: str, grounds: str, at: datetime | None, by: str, store: str | None) -> None:
    """Enter that a seller objects to NOTICE; print by when to answer."""
    from pipeline.stages.followup import record_objection

    with one_line():
        found = record_objection(open_given(store), notice, grounds, _said(by, at), _clocks())
    click.echo(f"answer by {found.deadline[:10]}" if found.deadline else "no term is known for this platform")


@followup.command("settle")
@click.argument("notice")
@click.argument("outcome", type=click.Choice(["upheld", "rejected", "lapsed"]))
@_at
@_by
@store_option
def settle_objection(notice: str, outcome: str, at: datetime | None, by: str, store: str | None) -> None:
    """Enter how the objection to NOTICE ended; "upheld" means that the seller was right."""
    from pipeline.stages.followup import settle

    with one_line():
        case = settle(open_given(store), notice, outcome, _said(by, at))
    click.echo(f"{case.case_id} {case.state.value}")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: too large, got {path.stat().st_size:,} bytes, expected at most {MOST_BYTES:,}")
        text = path.read_bytes().decode("utf-8-sig")
        if path.suffix.lower() == ".csv":
            reader = csv.DictReader(io.StringIO(text, newline=""))
            yield from ((reader.line_num, row) for row in reader)
            return
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error}), expected CSV or JSON lines in UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            row = orjson.loads(line.strip() or "{}")
        except orjson.JSONDecodeError as error:
            raise InputError(f"{path}:{number}: {error}, expected a JSON object") from error
        if line.strip():
            yield number, row if isinstance(row, dict) else {}


def _disposition(row: dict[str, Any]) -> Disposition:
    try:
        return Disposition(str(row.get("disposition")))
    except ValueError:
        known = ", ".join(Disposition)
        raise InputError(f"disposition: got {row.get('disposition')!r}, expected one of {known}") from None


def _said(by: str, at: object) -> Said:
    from pipeline.stages.followup import Said

    now = datetime.now(UTC)
    try:
        when = at if isinstance(at, datetime) else datetime.fromisoformat(str(at)) if at else now
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(f"at: no time, got {at!r}, expected RFC 3339") from None
    if when > now:
        raise InputError(f"at: in the future, got {when.isoformat()}, expected a time until {now.isoformat()}")
    return Said(by=by, at=when)


def _clocks() -> tuple[Clock, ...]:
    return clocks_of(settings_given({}))
