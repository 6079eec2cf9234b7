"""The command that says whether this installation can work."""

from __future__ import annotations

import os
import sys

import click

from pipeline.commands.options import settings_given
from pipeline.exits import FAILED, one_line


@click.command()
def doctor() -> None:
    """Check versions, settings, store and lake, and that nothing calls out."""
    from pipeline.doctor import examine

    with one_line():
        import flows  # noqa: F401  sets Prefect's switches

        findings = examine(settings_given({}), os.environ)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'FAIL'} {finding.text}")
    sys.exit(0 if all(finding.good for finding in findings) else FAILED)
