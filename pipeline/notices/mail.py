"""A letter as an e-mail that a person opens, reads and sends: nothing here sends anything."""

from __future__ import annotations

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from pipeline.notices.batches import Batch
from pipeline.plain import plain

MAX_SUBJECT = 200


def as_mail(text: str, batch: Batch, attachments: dict[str, bytes], *, now: datetime, recipient: str) -> bytes:
    """Return a letter as an e-mail (RFC 5322) with its other forms attached, marked as a draft.

    Parameters
    ----------
    text : str
        The letter; its first line becomes the subject.
    batch : Batch
        Whose agent or claimant it is from.
    attachments : dict
        Files by name.
    now : datetime
        When it was written.
    recipient : str
        To whom; empty leaves it to the person who sends it.
    """
    mail = EmailMessage(policy=SMTP)
    first = batch.notices[0]
    writer = first.agent or first.claimant
    sender = _address(writer.name, writer.email or first.claimant.email or "")
    if sender is not None:
        mail["From"] = sender
    to = _address("", recipient)
    if to is not None:
        mail["To"] = to
    subject = text.partition("\n")[0].removeprefix("# ")
    mail["Subject"] = plain(f"{subject} [{batch.batch_id}]", MAX_SUBJECT)
    mail["Date"] = format_datetime(now)
    mail["X-Unsent"] = "1"
    mail.set_content(text, cte="base64")
    for name, data in attachments.items():
        kind, _, subtype = _TYPES[name.rpartition(".")[2]].partition("/")
        mail.add_attachment(data, maintype=kind, subtype=subtype, filename=name)
    mail.set_boundary(f"counterfoil-{batch.batch_id}")
    return mail.as_bytes()


_TYPES = {"pdf": "application/pdf", "csv": "text/csv", "json": "application/json"}


def _address(name: str, address: str) -> Address | None:
    """Return an address, or None if it is none: what is not an address must not become a header."""
    try:
        return Address(display_name=plain(name, 100), addr_spec=plain(address, 250)) if address else None
    except (HeaderParseError, ValueError, IndexError):
        return None
