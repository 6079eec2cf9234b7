"""eBay's Verified Rights Owner programme, by its API.

References
----------
.. [1] eBay, "VeRO API": createVeroReport (POST /vero_report), getVeroReport (GET /vero_report/{id}), getVeroReportItems
   (GET /vero_report_items), getVeroReasonCodes (GET /vero_reason_code). Published for version 1, which has ended;
   version 2 is taken to keep paths, fields and states under /commerce/vero/v2. Not tried against eBay itself.
.. [2] eBay, "Client credentials grant": POST /identity/v1/oauth2/token with Basic authentication.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

import orjson

from pipeline.errors import TransportError
from pipeline.notices.batches import Batch
from pipeline.notices.channels import Channel
from pipeline.notices.notice import NoticeState
from pipeline.notices.vero import vero_report
from pipeline.plain import plain
from pipeline.transports import Receipt
from pipeline.transports.web import Answer, UnansweredError, Web

PRODUCTION: Final = "https://api.ebay.com"
PATH: Final = "/commerce/vero/v2"
SCOPE: Final = "https://api.ebay.com/oauth/api_scope/commerce.vero"
STATES: Final[Mapping[str, NoticeState]] = {
    "RECEIVED": NoticeState.ACKNOWLEDGED,
    "SUBMITTED": NoticeState.ACKNOWLEDGED,
    "IN_PROCESS": NoticeState.ACKNOWLEDGED,
    "PROCESSED": NoticeState.ACKNOWLEDGED,
    "CLARIFICATION_REQUIRED": NoticeState.CLARIFICATION,
    "SUBMISSION_FAILED": NoticeState.FAILED,
    "REMOVED": NoticeState.CLOSED,
}
"""eBay's states of reports and items in our words. "REMOVED" is its word, not ours: a re-check looks for itself."""
OPEN: Final = frozenset({"RECEIVED", "SUBMITTED", "CLARIFICATION_REQUIRED", "REMOVED"})
"""States of an item that show that a report has arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member's access; `base_url` is eBay's, its sandbox's, or a test's."""

    client_id: str
    client_secret: str = field(repr=False)
    base_url: str = PRODUCTION


@dataclass(frozen=True, slots=True)
class Ebay:
    """Reports items to eBay.

    Parameters
    ----------
    account : Account
        Whose reports these are.
    channel : Channel
        With the codes of reasons that eBay told its member.
    web : Web
        Sends the requests.
    """

    account: Account
    channel: Channel
    web: Web
    name: ClassVar[str] = "ebay-vero"

    def send(self, batch: Batch) -> tuple[Receipt, ...]:
        """Report the items of a batch, each once.

        eBay knows no key by which it would recognise a request sent twice. If an answer is lost, its items are looked
        up: those that eBay has are taken as reported, without a report id, and only the others are sent again.

        Raises
        ------
        TransportError
            If eBay refuses, or cannot be reached.
        """
        token = self._token()
        waiting = batch
        receipts: list[Receipt] = []
        for _ in range(2):
            try:
                return (*receipts, *self._report(waiting, token))
            except UnansweredError:
                arrived = self._arrived(waiting, token)
                there = [n for n in waiting.notices if n.target.listing_id in arrived]
                receipts += [_receipt(n.notice_id, arrived[n.target.listing_id], None) for n in there]
                rest = tuple(n for n in waiting.notices if n.target.listing_id not in arrived)
                if not rest:
                    return tuple(receipts)
                waiting = replace(waiting, notices=rest)
        raise TransportError(f"{self.account.base_url}: a report was lost twice, expected an answer; try again later")

    def status(self, native_id: str, batch: Batch) -> tuple[Receipt, ...]:
        """Ask what became of a report.

        Raises
        ------
        TransportError
            If eBay refuses, or cannot be reached.
        """
        url = f"{self._base()}/vero_report/{quote(native_id, safe='')}?includeItemDetails=true"
        found = self._get(url, self._token())
        items = {str(item.get("itemId")): item for item in _list(found, "reportedItemDetails")}
        report = str(found.get("veroReportStatus", ""))
        return tuple(
            _receipt(n.notice_id, items.get(n.target.listing_id, {"status": report}), native_id) for n in batch.notices
        )

    def reason_codes(self, marketplace: str) -> dict[str, str]:
        """Return the codes of reasons on a marketplace, such as EBAY_GB, with what they mean.

        Raises
        ------
        TransportError
            If eBay refuses, or cannot be reached.
        """
        found = self._get(f"{self._base()}/vero_reason_code", self._token(), {"X-EBAY-C-MARKETPLACE-ID": marketplace})
        details = [d for site in _list(found, "veroReasonCodes") for d in _list(site, "reasonCodeDetails")]
        return {str(d.get("veroReasonCodeId")): str(d.get("description", "")) for d in details}

    def _report(self, batch: Batch, token: str) -> tuple[Receipt, ...]:
        headers = self._headers(token) | {"Content-Type": "application/json"}
        body = orjson.dumps(vero_report(batch, self.channel))
        answer = self.web.ask("POST", f"{self._base()}/vero_report", headers=headers, body=body, safe=False)
        found = _document(answer, "createVeroReport")
        native, state = found.get("veroReportId"), found.get("veroReportStatus", "RECEIVED")
        if not native:
            raise TransportError("createVeroReport: no report id in the answer, expected veroReportId")
        return tuple(_receipt(n.notice_id, {"status": state}, str(native)) for n in batch.notices)

    def _arrived(self, batch: Batch, token: str) -> dict[str, dict[str, Any]]:
        found = {}
        for notice in batch.notices:
            query = urlencode({"itemId": notice.target.listing_id})
            answer = self._get(f"{self._base()}/vero_report_items?{query}", token)
            for item in _list(answer, "reportedItemDetails"):
                if item.get("itemId") == notice.target.listing_id and item.get("status") in OPEN:
                    found[notice.target.listing_id] = item
        return found

    def _get(self, url: str, token: str, more: Mapping[str, str] | None = None) -> dict[str, Any]:
        return _document(self.web.ask("GET", url, headers=self._headers(token) | dict(more or {})), url)

    def _token(self) -> str:
        account = self.account
        pair = base64.b64encode(f"{account.client_id}:{account.client_secret}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"grant_type": "client_credentials", "scope": SCOPE}).encode()
        url = f"{account.base_url}/identity/v1/oauth2/token"
        token = _document(self.web.ask("POST", url, headers=headers, body=body), "oauth2/token").get("access_token")
        if not isinstance(token, str) or not token:
            raise TransportError("oauth2/token: no token in the answer, expected access_token")
        return token

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def _base(self) -> str:
        return f"{self.account.base_url}{PATH}"


def _receipt(notice_id: str, item: Mapping[str, Any], native_id: str | None) -> Receipt:
    said = str(item.get("status", ""))
    why = str(item.get("reasonForFailure") or "")
    return Receipt(
        notice_id=notice_id,
        state=STATES.get(said, NoticeState.SENT),
        native_id=native_id,
        platform_text=plain(f"{said}: {why}" if why else said, 500),
    )


def _document(answer: Answer, what: str) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if answer.status >= 300:  # noqa: PLR2004  redirects are not followed
        errors = found.get("errors") if isinstance(found, dict) else None
        said = errors[0].get("message", "") if isinstance(errors, list) and errors else ""
        raise TransportError(f"{what}: refused, got HTTP {answer.status} {plain(str(said), 300)}".rstrip())
    if not isinstance(found, dict):
        raise TransportError(
            f"{what}: not understood, got {plain(repr(answer.body[:80]), 100)}, expected a JSON object"
        )
    return found


def _list(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = document.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
