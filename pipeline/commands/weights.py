"""Commands of the table of weights: fit it to decisions, look at proposals, adopt one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Group, open_given, store_option
from pipeline.errors import InputError
from pipeline.exits import one_line

if TYPE_CHECKING:
    from pipeline.learning.proposal import Proposal
    from pipeline.learning.quality import Comparison, Quality
    from pipeline.scoring import WeightTable

LEAST = 20
"""Decisions, of at least two sellers, from which on a fit says anything."""


@click.group(cls=Group)
def weights() -> None:
    """Learn from decisions: fit the table of weights to them, and adopt what is better."""


@weights.command()
@store_option
def fit(store: str | None) -> None:
    """Fit the table to the decided cases, print old beside new, and keep the new one as a proposal."""
    from pipeline.learning.proposal import propose
    from pipeline.learning.quality import compare
    from pipeline.scoring import default_weights, fixed_observations
    from pipeline.store.weights import labelled_cases, record_proposal

    with one_line():
        table, opened = default_weights(), open_given(store)
        with opened.read() as connection:
            rows = labelled_cases(connection, table)
        if len(rows) < LEAST or len({row.group for row in rows}) < 2:  # noqa: PLR2004
            raise InputError(f"weights: too few decisions, got {len(rows)}, expected {LEAST} of two sellers or more")
        found = compare(rows, table, fixed_observations())
        report = {"old": asdict(found.old), "new": asdict(found.new), "prior_only": found.prior_only}
        proposal = propose(table, found.points, found.labels, report, datetime.now(UTC))
        with opened.write() as connection:
            record_proposal(connection, proposal)
        opened.close()
    click.echo("\n".join(_shown(found, proposal, table)))


@weights.command("list")
@store_option
def list_proposals(store: str | None) -> None:
    """Print the proposals, the newest first, with who adopted which."""
    from pipeline.store.weights import read_proposals

    with one_line(), open_given(store).read() as connection:
        for found in read_proposals(connection):
            adopted = f"adopted {found.adopted_at:%Y-%m-%d} by {found.adopted_by}" if found.adopted_at else "proposed"
            new, old = found.report["new"]["log_loss"], found.report["old"]["log_loss"]
            click.echo(f"{found.version} {found.labels} decisions, log loss {new:.4f} (was {old:.4f}), {adopted}")


@weights.command()
@click.argument("version")
@click.option("--by", required=True, help="Who adopts it, an admin of all rights holders: stands beside it for ever.")
@store_option
def adopt(version: str, by: str, store: str | None) -> None:
    """Make the proposal VERSION the table of the next scan."""
    from pipeline.store.people import admin_named
    from pipeline.store.weights import adopt_proposal

    with one_line(), open_given(store).write() as connection:
        adopt_proposal(connection, version, admin_named(connection, by).name, datetime.now(UTC))
        click.echo(f"{version} scores from the next scan on; `counterfoil rescan` scores what was seen before")


def _shown(found: Comparison, proposal: Proposal, table: WeightTable) -> Iterator[str]:
    yield f"{found.labels} decisions, {found.actionable} of them actionable; judged on decisions not fitted to"
    yield f"{'':24}{'log loss':>10}{'AP':>8}{'ECE':>8}"
    yield _line("the table as it stands", found.old)
    yield _line("fitted to decisions", found.new)
    if found.prior_only:
        yield "Fewer than 100 decisions: only the prior is fitted."
    yield f"{'score from':>12}{'decisions':>12}{'mean score':>12}{'actionable':>12}"
    for one in found.new.reliability:
        yield f"{one.least:>12.1f}{one.number:>12}{one.score:>12.3f}{one.actionable:>12.3f}"
    if proposal.prior != table.prior:
        yield f"prior {table.prior:+.2f} -> {proposal.prior:+.2f}"
    for name, points in proposal.observations.items():
        yield f"{name} {table.observations[name].points:+.2f} -> {points:+.2f}"
    better = found.new.log_loss < found.old.log_loss
    verdict = "It is better" if better else "It is NOT better"
    yield f"{verdict}. Proposed as {proposal.version}; to adopt: counterfoil weights adopt {proposal.version} --by NAME"


def _line(title: str, found: Quality) -> str:
    precision = "-" if found.average_precision is None else f"{found.average_precision:.3f}"
    return f"{title:24}{found.log_loss:>10.4f}{precision:>8}{found.calibration_error:>8.3f}"
