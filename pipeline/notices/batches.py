"""Batches: what goes to a platform in one request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from pipeline.groups import in_groups
from pipeline.notices.channels import Channel
from pipeline.notices.notice import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Notices of one rights holder, platform and decision for one request; its id, 16 hex digits, is made of theirs."""

    batch_id: str
    channel: str
    rights_holder_id: str
    notices: tuple[Notice, ...]


def split(notices: Iterable[Notice], channel: Channel) -> tuple[Batch, ...]:
    """Split notices into requests that a channel takes.

    Parameters
    ----------
    notices : iterable of Notice
        For this channel, in any order.
    channel : Channel
        Says how many offers a request may name, and whether of one right, reason and seller.

    Returns
    -------
    tuple of Batch
        Every notice in exactly one, as few as can be; the same for the same notices in another order.
    """

    def together(notice: Notice) -> tuple[str, ...]:
        return (
            notice.rights_holder_id,
            notice.target.platform,
            notice.infringement.label,
            notice.right.asset_id if channel.one_right else "",
            notice.infringement.reason_code or notice.infringement.reason_name if channel.one_reason else "",
            notice.target.seller_id or notice.target.site if channel.one_seller else "",
        )

    ordered = sorted(notices, key=lambda n: (*together(n), n.notice_id))
    return tuple(
        _batch(channel, tuple(some))
        for _, group in groupby(ordered, key=together)
        for some in in_groups(group, channel.per_request)
    )


def _batch(channel: Channel, notices: tuple[Notice, ...]) -> Batch:
    digest = hashlib.sha256("\x1f".join(n.notice_id for n in notices).encode()).hexdigest()
    return Batch(
        batch_id=digest[:16], channel=channel.id, rights_holder_id=notices[0].rights_holder_id, notices=notices
    )
