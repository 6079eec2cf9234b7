"""What the commands share: how their help is laid out, and options that stand in for settings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.settings import Settings, read_settings

if TYPE_CHECKING:
    from pipeline.store.database import Store

LONGEST_SENTENCE: Final = 400

store_option = click.option(
    "--store", help="SQLAlchemy URL of the store: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
)


class Group(click.Group):
    """A group whose help shows of each command its whole first sentence.

    Parameters
    ----------
    sections : mapping of str to sequence of click.Command
        The commands under headings, in the order in which they are shown; without it, all under one.
    """

    def __init__(
        self, *args: Any, sections: Mapping[str, Sequence[click.Command]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections
        for command in (command for commands in (sections or {}).values() for command in commands):
            self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands and what they do, for the help."""
        sections = self._sections or {"Commands": [*self.commands.values()]}
        for title, commands in sections.items():
            with formatter.section(title):
                formatter.write_dl([(str(c.name), c.get_short_help_str(LONGEST_SENTENCE)) for c in commands])


def settings_given(given: Mapping[str, Any]) -> Settings:
    """Return the settings, with the options of that name in place of those of the file.

    Parameters
    ----------
    given : mapping
        Options by name; those that are None, or no settings, are passed over.

    Raises
    ------
    SettingsError
        If the file cannot be used.
    """
    known = {field.name for field in fields(Settings)}
    mine = {name: value for name, value in given.items() if name in known and value is not None}
    return replace(read_settings(os.environ, Path.cwd()), **mine)


def open_given(store: str | None) -> Store:
    """Open the store with this URL, or that of the settings.

    Raises
    ------
    CounterfoilError
        If it cannot be opened.
    """
    from pipeline.store.database import open_store

    return open_store(settings_given({"store": store}).store)
