"""The report that eBay's VeRO API takes.

References
----------
.. [1] eBay, "VeRO API", createVeroReport: at most 150 items; fields of ReportItemDetails and their lengths.
   Written for version 1, which has ended; version 2 is taken to keep them.
"""

from __future__ import annotations

from typing import Final

from pipeline.notices.batches import Batch
from pipeline.notices.channels import Channel
from pipeline.notices.notice import Notice
from pipeline.plain import plain, shorten
from pipeline.records import Json

MAX_MESSAGE: Final = 1_000
MAX_BRAND: Final = 50
_LISTS: Final = frozenset({"countries", "regions"})


def vero_report(batch: Batch, channel: Channel) -> dict[str, Json]:
    """Return the body of createVeroReport for a batch."""
    return {"reportItems": [_item(notice, channel) for notice in batch.notices]}


def _item(notice: Notice, channel: Channel) -> dict[str, Json]:
    said = notice.infringement
    item: dict[str, Json] = {
        "itemId": notice.target.listing_id,
        "veroReasonCodeId": said.reason_code,
        "detailedMessage": shorten(said.brief, MAX_MESSAGE),
        "copyEmailToRightsOwner": True,
    }
    if notice.right.mark:
        item["brand"] = plain(notice.right.mark, MAX_BRAND)
    reason = next((r for r in channel.reasons if r.code == said.reason_code and r.name == said.reason_name), None)
    for name, value in reason.fields.items() if reason else ():
        item[name] = [part.strip() for part in value.split(",")] if name in _LISTS else value
    return item
