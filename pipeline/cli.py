"""The command line: the commands in the order in which a team comes to need them.

Each imports what it needs when it runs, so that `--help`, `verify` and `register check` wait for nothing else.
"""

from __future__ import annotations

import click

from pipeline.commands.aliases import aliases, corrections
from pipeline.commands.benign import benign
from pipeline.commands.doctor import doctor
from pipeline.commands.followup import followup
from pipeline.commands.log import log
from pipeline.commands.metrics import audit, metrics
from pipeline.commands.notices import dossier, notices
from pipeline.commands.options import Group
from pipeline.commands.recheck import recheck
from pipeline.commands.register import register
from pipeline.commands.review import people, review
from pipeline.commands.scan import overlay, rescan, scan
from pipeline.commands.verify import verify
from pipeline.commands.weights import weights

SECTIONS = {
    "Find": (register, scan, rescan, overlay, benign),
    "Review": (review, people),
    "Act": (notices, recheck, followup, dossier),
    "Learn from decisions": (weights, aliases, corrections),
    "Prove": (log, audit, metrics, verify),
    "Keep in order": (doctor,),
}


@click.group(cls=Group, sections=SECTIONS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="counterfoil")
def main() -> None:
    """Find listings that infringe registered rights, show why, act on them, and prove what was done."""


if __name__ == "__main__":
    main()
