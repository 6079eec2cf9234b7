"""The text form of a batch: what a person copies into a form or sends as a letter, from templates that users can edit.

Templates are Jinja2 texts, one for each language, in the folder `shipped/wording` beside this module; those of the
same name in the user's folder take their place. They run in a sandbox and are handed nothing but plain values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import SettingsError
from pipeline.notices.batches import Batch
from pipeline.notices.channels import Channel
from pipeline.notices.notice import Notice
from pipeline.plain import plain, shorten

MAX_VALUE: Final = 2_000
"""Code points of any one value in a letter."""
BETWEEN_LANGUAGES: Final = "\n\n" + "─" * 40 + "\n\n"
_EXPLANATIONS: Final = frozenset({"summary", "brief", "full"})


def write_text(batch: Batch, channel: Channel, *, folder: Path | None = None, recipient: str = "") -> str:
    """Return the text form of a batch, in every language of its channel.

    Parameters
    ----------
    batch : Batch
        Notices of one right holder.
    channel : Channel
        Names the template and the languages.
    folder : Path, optional
        The user's own templates.
    recipient : str
        To whom a letter goes.

    Raises
    ------
    SettingsError
        If a template is missing or cannot be filled in.
    """
    values = _values(batch, channel, recipient)
    texts = (_render(f"{channel.template}.{language}.txt.j2", values, folder) for language in channel.languages)
    return BETWEEN_LANGUAGES.join(texts)


def _render(name: str, values: Mapping[str, Any], folder: Path | None) -> str:
    shipped = PackageLoader("pipeline.notices", "shipped/wording")
    loader = ChoiceLoader([FileSystemLoader(folder), shipped]) if folder is not None else shipped
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters["short"] = shorten
    try:
        text = environment.get_template(name).render(values)
    except (TemplateError, TypeError, ValueError) as error:
        raise SettingsError(f"{name}: the template cannot be filled in: {error}") from error
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _values(batch: Batch, channel: Channel, recipient: str) -> dict[str, Any]:
    first = batch.notices[0]
    rights = {n.right.asset_id: n.right for n in batch.notices}
    return {
        "batch_id": batch.batch_id,
        "channel": {"id": channel.id, "name": plain(channel.name, MAX_VALUE)},
        "claimant": _plain(first.claimant),
        "agent": _plain(first.agent),
        "authorisation": _plain(first.authorisation),
        "declarations": _plain(first.declarations),
        "rights_relied_on": [_plain(right) for right in rights.values()],
        "reasons": list(dict.fromkeys(plain(n.infringement.reason_name, MAX_VALUE) for n in batch.notices)),
        "notices": [_notice(n) for n in batch.notices],
        "in_full": channel.method == "letter",
        "recipient": plain(recipient, MAX_VALUE),
    }


def _notice(notice: Notice) -> Any:
    """Return a notice as plain values; its explanations are made of plain text already and keep their line breaks."""
    said = notice.infringement
    value = _plain(notice)
    return value | {"infringement": value["infringement"] | {name: getattr(said, name) for name in _EXPLANATIONS}}


def _plain(value: object) -> Any:
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return plain(str(value), MAX_VALUE) if value is not None and not isinstance(value, bool | int) else value
