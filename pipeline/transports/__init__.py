"""Transports: how an approved batch reaches a platform by itself. Each is a class with `name`, `send` and `status`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline.notices.batches import Batch
from pipeline.notices.notice import NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A platform's word on one notice.

    Attributes
    ----------
    notice_id : str
        Ours.
    state : NoticeState
        Theirs, in our words.
    native_id : str or None
        What the platform calls the report.
    platform_text : str
        What it said, verbatim, shortened.
    """

    notice_id: str
    state: NoticeState
    native_id: str | None = None
    platform_text: str = ""


class Transport(Protocol):
    """Sends batches of notices to one platform."""

    @property
    def name(self) -> str:
        """Id of the channel that it serves."""

    def send(self, batch: Batch) -> tuple[Receipt, ...]:
        """Send a batch once, however often it is tried; return a receipt for every notice."""

    def status(self, native_id: str, batch: Batch) -> tuple[Receipt, ...]:
        """Ask what became of a batch."""
