"""Channels: where a notice can go, and what is wanted there. They are data that a user can edit.

A channel is a TOML file: a platform's form, a platform's API, or a letter that a law describes. Those that ship with
the program stand in the folder `shipped/channels` beside this module; a file of the same name in the user's folder
takes the place of the shipped one, and others are added.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pipeline.errors import SettingsError
from pipeline.records import AssetKind, Label

MAX_DOCUMENT: Final = 1_000_000
"""Bytes in a settings file."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STRICT: Final = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One of a platform's reasons for a complaint.

    Attributes
    ----------
    code : str
        The platform's own code; empty where the platform tells it to members only and the user must fill it in.
    name : str
        The platform's own words, or a description where they are not public.
    reason : str
        Ours for the same: "counterfeit", "trade_mark_use", "copied_image", "copied_design".
    labels, rights : tuple
        Which decisions and which kinds of asset it fits.
    test_buy : bool
        Whether it needs a test purchase.
    fields : mapping
        Further fields of the platform's form that this reason needs, with their values.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    code: str
    name: str
    reason: str
    labels: tuple[Label, ...]
    rights: tuple[AssetKind, ...]
    test_buy: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the CSV form: its heading and the fact that stands in it, such as "target.url"."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    heading: str
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where notices can go, and what is wanted there.

    Attributes
    ----------
    id, name : str
        `id` is the name of the file.
    serves : tuple of str
        Platforms, as listings name them, whose listings go here unless another channel is asked for.
    method : str
        "portal" (a form to fill in), "api", or "letter".
    template : str
        Wording of the text form; a file for each language.
    languages : tuple of str
        Languages of the text, in this order.
    per_request : int
        The most offers in one request.
    one_right, one_reason, one_seller : bool
        Whether a request is about a single right, reason, seller.
    explanation : int
        The most code points in the explanation, all languages together.
    lengths : mapping
        The most code points in other facts.
    required, declarations : tuple of str
        Facts that must be given and declarations that the signer must make.
    authorisation : bool
        Whether an agent must show the rights holder's authorisation.
    territories : tuple of str
        Countries whose buyers the platform addresses, whatever the listing says (ISO 3166-1).
    sites : mapping
        Countries by the end of the host name, where one platform has several sites.
    checked : str
        What of this is known from where, and what is not.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: str
    name: str
    method: str
    template: str
    languages: tuple[str, ...]
    reasons: tuple[Reason, ...]
    columns: tuple[Column, ...]
    checked: str
    serves: tuple[str, ...] = ()
    per_request: int = 1
    one_right: bool = True
    one_reason: bool = True
    one_seller: bool = False
    explanation: int = 1_000
    lengths: Mapping[str, int] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    authorisation: bool = True
    territories: tuple[str, ...] = ()
    sites: Mapping[str, str] = field(default_factory=dict)

    def reason_for(self, label: Label, kind: AssetKind) -> Reason | None:
        """Return the first reason that fits a decision and a kind of right; those without a test purchase go first."""
        fitting = [r for r in self.reasons if label in r.labels and kind in r.rights]
        return min(fitting, key=lambda r: r.test_buy, default=None)


class Channels:
    """Every channel, by id and by the platform that it serves.

    Parameters
    ----------
    channels : iterable of Channel
        In order of their ids.

    Raises
    ------
    SettingsError
        If two channels serve the same platform.
    """

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._by_id = {channel.id: channel for channel in channels}
        self._serving: dict[str, Channel] = {}
        for channel in self._by_id.values():
            for platform in channel.serves:
                other = self._serving.setdefault(platform, channel)
                if other is not channel:
                    raise SettingsError(
                        f"channels: two serve the same platform, got {platform!r} in {other.id} and {channel.id},"
                        " expected it in one"
                    )

    def __iter__(self) -> Any:
        """Return the channels in order of their ids."""
        return iter(self._by_id.values())

    def named(self, channel_id: str) -> Channel:
        """Return a channel.

        Raises
        ------
        SettingsError
            If there is none of that id.
        """
        if channel_id not in self._by_id:
            known = ", ".join(self._by_id)
            raise SettingsError(f"channels: no such channel, got {channel_id!r}, expected one of {known}")
        return self._by_id[channel_id]

    def serving(self, platform: str) -> Channel:
        """Return the channel of a platform; where none names it, the one that serves "*".

        Raises
        ------
        SettingsError
            If neither is there.
        """
        found = self._serving.get(platform.lower()) or self._serving.get("*")
        if found is None:
            raise SettingsError(f"channels: none serves the platform, got {platform!r}, expected one in `serves`")
        return found


def load_channels(folder: Path | None = None) -> Channels:
    """Read the channels that ship with the program and the user's own.

    Parameters
    ----------
    folder : Path, optional
        Folder of the user's TOML files.

    Raises
    ------
    SettingsError
        If a file cannot be read, or a field is missing, misspelt or out of range.
    """
    texts = {f.name: f.read_text("utf-8") for f in files("pipeline.notices").joinpath("shipped/channels").iterdir()}
    shipped = {name: text for name, text in texts.items() if name.endswith(".toml")}
    own = _own(folder) if folder is not None and folder.is_dir() else {}
    together = shipped | own
    return Channels(read_channel(name, together[name]) for name in sorted(together))


def _own(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            if path.stat().st_size > MAX_DOCUMENT:
                raise SettingsError(f"{path}: too large, expected at most {MAX_DOCUMENT:,} bytes")
            found[path.name] = path.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path}: cannot be read: {error}, expected a channel in TOML") from error
    return found


def read_channel(name: str, text: str) -> Channel:
    """Read one channel.

    Parameters
    ----------
    name : str
        Name of its file, such as "ebay-vero.toml".
    text : str
        The file.

    Raises
    ------
    SettingsError
        If it is not a channel; the message names the field.
    """
    stem = name.removesuffix(".toml")
    if not _NAME.fullmatch(stem):
        raise SettingsError(f"{name}: not a name for a channel, expected small letters, digits and hyphens")
    try:
        document = tomllib.loads(text)
        channel = _CHANNEL.validate_python({**document, "id": stem})
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{name}: {place}: {first['msg']}, got {first['input']!r}") from error
    if channel.per_request < 1 or channel.explanation < 1:
        raise SettingsError(f"{name}: per_request and explanation: out of range, expected 1 or more")
    return channel


_CHANNEL: Final[TypeAdapter[Channel]] = TypeAdapter(Channel)
