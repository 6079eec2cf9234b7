"""Reports to eBay, against a server on this machine that keeps to the published shape of the API."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from pipeline.errors import TransportError
from pipeline.notices.batches import Batch, split
from pipeline.notices.notice import NoticeState
from pipeline.records import Json
from pipeline.transports.ebay import PATH, SCOPE, Account, Ebay
from pipeline.transports.web import Web
from tests.pipeline.notices.samples import channel, listing, matter, notice
from tests.web import Request, Response, served

FIELDS = {"itemId", "veroReasonCodeId", "detailedMessage", "copyEmailToRightsOwner", "brand"}


def json(document: Json, status: int = 200) -> Response:
    return Response(status=status, body=orjson.dumps(document), headers={"Content-Type": "application/json"})


@dataclass
class Published:
    """eBay as its documents describe it, with what it was asked."""

    troubles: list[Response | str] = field(default_factory=list)
    items: dict[str, dict[str, str]] = field(default_factory=dict)
    reports: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        path = urlsplit(request.path)
        self.asked.append(f"{request.method} {path.path.removeprefix(PATH)}")
        if path.path == "/identity/v1/oauth2/token":
            return self.token(request)
        if request.headers.get("Authorization") != "Bearer t-1":
            return json({"errors": [{"errorId": 1001, "message": "Invalid access token"}]}, 401)
        return self.resource(request, path.path.removeprefix(PATH), parse_qs(path.query))

    def resource(self, request: Request, name: str, query: dict[str, list[str]]) -> Response:
        if request.method == "POST" and name == "/vero_report":
            return self.create(orjson.loads(request.body))
        if name == "/vero_report_items":
            (item,) = query["itemId"]
            return json({"reportedItemDetails": [self.items[item]] if item in self.items else [], "total": 1})
        if name.startswith("/vero_report/"):
            return self.report(name.rpartition("/")[2])
        if name == "/vero_reason_code":
            details = [{"veroReasonCodeId": "9010", "description": "Counterfeit item"}]
            return json({"veroReasonCodes": [{"marketplaceId": "EBAY_GB", "reasonCodeDetails": details}]})
        return json({"errors": [{"message": "no such resource"}]}, 404)

    def token(self, request: Request) -> Response:
        pair = base64.b64encode(b"client:secret").decode()
        asked = parse_qs(request.body.decode())
        good = request.headers["Authorization"] == f"Basic {pair}" and asked["scope"] == [SCOPE]
        return json(
            {"access_token": "t-1", "expires_in": 7200} if good else {"error": "invalid_client"}, 200 if good else 401
        )

    def create(self, body: dict[str, list[dict[str, str]]]) -> Response:
        trouble = self.troubles.pop(0) if self.troubles else ""
        if isinstance(trouble, Response):
            return trouble
        assert 1 <= len(body["reportItems"]) <= 150
        assert all(item.keys() == FIELDS and len(item["detailedMessage"]) <= 1_000 for item in body["reportItems"])
        number = f"r-{len(self.reports) + 1}"
        self.reports[number] = [item["itemId"] for item in body["reportItems"]]
        for item in body["reportItems"]:
            self.items[item["itemId"]] = {"itemId": item["itemId"], "status": "SUBMITTED"}
        return (
            Response(broken=True)
            if trouble == "lost"
            else json({"veroReportId": number, "veroReportStatus": "RECEIVED"}, 201)
        )

    def report(self, number: str) -> Response:
        details = [self.items[item] for item in self.reports[number]]
        return json({"veroReportId": number, "veroReportStatus": "PROCESSED", "reportedItemDetails": details})


@contextmanager
def ebay(published: Published, word: str = "secret") -> Iterator[tuple[Ebay, list[float]]]:
    pauses: list[float] = []
    with served(published.answer) as url:
        account = Account(client_id="client", client_secret=word, base_url=url)
        yield Ebay(account, channel("ebay-vero"), Web(pauses.append)), pauses


def batch(*items: str) -> Batch:
    to = channel("ebay-vero")
    about = [matter(listing(listing_id=item)) for item in items]
    made = [notice(replace(m, case=replace(m.case, case_id=f"{n:032x}")), to) for n, m in enumerate(about)]
    (only,) = split(made, to)
    return only


def test_a_batch_is_reported_once_and_every_notice_has_its_receipt() -> None:
    published, sent = Published(), batch("1", "2", "3")

    with ebay(published) as (transport, _):
        receipts = transport.send(sent)

    assert {r.notice_id for r in receipts} == {n.notice_id for n in sent.notices}
    assert {(r.state, r.native_id, r.platform_text) for r in receipts} == {
        (NoticeState.ACKNOWLEDGED, "r-1", "RECEIVED")
    }
    assert sorted(published.reports["r-1"]) == ["1", "2", "3"]
    assert published.asked == ["POST /identity/v1/oauth2/token", "POST /vero_report"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_after_longer_and_longer_pauses(status: int) -> None:
    busy: list[Response | str] = [Response(status=status)] * 3
    published = Published(troubles=busy)

    with ebay(published) as (transport, pauses):
        transport.send(batch("1"))

    assert pauses == [1.0, 2.0, 4.0]
    assert len(published.reports) == 1


def test_the_server_says_how_long_to_wait_within_reason() -> None:
    waits: list[Response | str] = [
        Response(status=429, headers={"Retry-After": "7"}),
        Response(status=429, headers={"Retry-After": "86400"}),
    ]

    with ebay(Published(troubles=waits)) as (transport, pauses):
        transport.send(batch("1"))

    assert pauses == [7.0, 60.0]


def test_a_server_that_stays_busy_is_given_up() -> None:
    with (
        ebay(Published(troubles=[Response(status=503)] * 9)) as (transport, pauses),
        pytest.raises(TransportError, match="HTTP 503, expected an answer within 4 tries"),
    ):
        transport.send(batch("1"))

    assert len(pauses) == 3


def test_a_report_whose_answer_was_lost_is_not_sent_twice() -> None:
    published = Published(troubles=["lost"])

    with ebay(published) as (transport, _):
        receipts = transport.send(batch("1", "2"))

    assert len(published.reports) == 1
    assert {(r.state, r.native_id) for r in receipts} == {(NoticeState.ACKNOWLEDGED, None)}


@pytest.mark.parametrize("trouble", [Response(status=500), Response(broken=True)], ids=["failed", "hung up"])
def test_a_report_that_never_arrived_is_sent_again(trouble: Response) -> None:
    published = Published(troubles=[trouble])

    with ebay(published) as (transport, _):
        receipts = transport.send(batch("1", "2"))

    assert sorted(published.reports["r-1"]) == ["1", "2"]
    assert len(receipts) == 2


def test_a_report_lost_twice_is_left_to_people() -> None:
    published = Published(troubles=[Response(status=500), Response(status=500)])

    with ebay(published) as (transport, _), pytest.raises(TransportError, match="lost twice"):
        transport.send(batch("1"))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("RECEIVED", NoticeState.ACKNOWLEDGED),
        ("SUBMITTED", NoticeState.ACKNOWLEDGED),
        ("CLARIFICATION_REQUIRED", NoticeState.CLARIFICATION),
        ("SUBMISSION_FAILED", NoticeState.FAILED),
        ("REMOVED", NoticeState.CLOSED),
        ("SOMETHING_NEW", NoticeState.SENT),
    ],
)
def test_every_state_of_an_item_has_one_of_ours(said: str, state: NoticeState) -> None:
    published, sent = Published(), batch("1")

    with ebay(published) as (transport, _):
        (receipt,) = transport.send(sent)
        published.items["1"] |= {"status": said, "reasonForFailure": "Send a\x00 photo"}
        (after,) = transport.status(str(receipt.native_id), sent)

    assert (after.state, after.native_id) == (state, "r-1")
    assert after.platform_text == f"{said}: Send a‹U+0000› photo"


def test_a_wrong_secret_is_told_without_showing_it() -> None:
    with ebay(Published(), word="wrong-secret") as (transport, _), pytest.raises(TransportError) as raised:
        transport.send(batch("1"))

    assert "HTTP 401" in str(raised.value)
    assert "wrong-secret" not in str(raised.value) + repr(transport)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Response(status=400, body=b'{"errors": [{"message": "itemId is wrong"}]}'), id="refused"),
        pytest.param(Response(body=b"<html>"), id="no JSON"),
        pytest.param(Response(body=b"[]"), id="no object"),
        pytest.param(Response(body=b"{}"), id="no report"),
        pytest.param(Response(status=302, headers={"Location": "http://169.254.169.254/"}, body=b"{}"), id="redirect"),
        pytest.param(Response(body=b"x" * 5_000_000), id="endless"),
    ],
)
def test_an_answer_that_is_not_the_published_one_is_an_error(answer: Response) -> None:
    with ebay(Published(troubles=[answer])) as (transport, _), pytest.raises(TransportError):
        transport.send(batch("1"))


def test_the_codes_of_reasons_are_told_by_marketplace() -> None:
    with ebay(Published()) as (transport, _):
        assert transport.reason_codes("EBAY_GB") == {"9010": "Counterfeit item"}


@pytest.mark.parametrize("url", ["http://api.ebay.example", "ftp://x", "https://", "nonsense", "http://10.0.0.1"])
def test_nothing_is_sent_over_an_address_that_is_not_safe(url: str) -> None:
    account = Account(client_id="client", client_secret="secret", base_url=url)  # noqa: S106

    with pytest.raises(TransportError):
        Ebay(account, channel("ebay-vero"), Web(lambda _seconds: None)).send(batch("1"))
