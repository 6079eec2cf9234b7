"""A review app to test with: made-up rights holders, people in every role, cases on demand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from argon2 import PasswordHasher
from PIL import Image
from starlette.testclient import TestClient

from pipeline.cases import case_id_of
from pipeline.commands.review import shrink
from pipeline.enforcement import SYSTEM, Case, Event, EventKind
from pipeline.output import candidate_row
from pipeline.people import EVERY_HOLDER, Grant, Person, Role
from pipeline.records import Listing, Seller, Signal
from pipeline.review.app import create_app
from pipeline.review.site import Site
from pipeline.scoring import score_listing
from pipeline.settings import Settings
from pipeline.stages.capture import card_of, facts_of, identity_of
from pipeline.store.captures import Capture, ShownPhoto, record_captures, record_register
from pipeline.store.cases import read_case
from pipeline.store.database import open_store
from pipeline.store.lake import digest_of
from pipeline.store.originals import Originals
from pipeline.store.people import add_person
from tests.pipeline.builders import holder, listing, register, signal
from tests.stores import append_event, sqlite_url

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PASSWORD = "correct horse battery"  # noqa: S105  of made-up people
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REGISTER = replace(
    register(holder(), holder(id="brook", name="Brookvale SA", assets=holder().assets[:1])), digest="b" * 64
)


def picture(shade: int = 90) -> bytes:
    """Draw a small photo."""
    image = Image.new("RGB", (64, 48), (shade, 120, 160))
    image.paste((240, 200, shade), (10, 10, 40, 30))
    buffer = BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


PICTURE = picture()


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


@dataclass(slots=True)
class Desk:
    """A review app, its clock, and browsers of people who are signed in."""

    site: Site
    clock: Clock
    numbers: Any = field(default_factory=count)

    @classmethod
    def at(cls, folder: Path, url: str | None = None, settings: Settings | None = None, **changes: Any) -> Desk:
        clock, numbers = Clock(), count(1)
        site = Site(
            store=open_store(url or sqlite_url(folder / "store.db")),
            settings=settings or Settings(),
            originals=Originals(folder / "originals"),
            shrink=shrink,
            now=clock,
            new_id=lambda: f"{next(numbers):032x}",
            new_token=lambda: f"token-{next(numbers)}-{'x' * 30}",
            hasher=CHEAP,
            **changes,
        )
        with site.store.write() as connection:
            record_register(connection, REGISTER, NOW)
        return cls(site=site, clock=clock)

    def person(self, name: str, *grants: tuple[str, Role], **changes: Any) -> Person:
        """Enter a person."""
        held = tuple(Grant(rights_holder_id=holder_id, role=role) for holder_id, role in grants)
        person = Person(person_id=id_of(name), name=name, shown_as=name.title(), grants=held, **changes)
        with self.site.store.write() as connection:
            add_person(connection, person, NOW, password_hash=CHEAP.hash(PASSWORD))
        return person

    def browser(self, name: str | None = None) -> Browser:
        """Return a browser, of a person who signs in with it where a name is given."""
        client = TestClient(create_app(self.site), base_url="http://testserver", follow_redirects=False)
        browser = Browser(client)
        if name is not None:
            browser.sign_in(name)
        return browser

    def signed_in(self, name: str, *grants: tuple[str, Role], **changes: Any) -> Browser:
        """Enter a person and return their browser."""
        self.person(name, *grants, **changes)
        return self.browser(name)

    def reviewer(self, name: str = "rae") -> Browser:
        return self.signed_in(name, (EVERY_HOLDER, Role.REVIEWER))

    def case(
        self,
        shown: Listing | None = None,
        signals: Sequence[Signal] | None = None,
        photos: Sequence[bytes] = (),
        **facts: Any,
    ) -> str:
        """Open a case as a scan would and return its id."""
        number = next(self.numbers)
        shown = shown or listing(listing_id=f"L{number}", title=f"QUILLMERE canvas bag {number}")
        signals = (signal("mark.exact.claim"),) if signals is None else signals
        (candidate,) = score_listing(shown, tuple(signals), REGISTER)
        row = orjson.loads(orjson.dumps(candidate_row(candidate)))
        kept = tuple(ShownPhoto(name=f"{i}.jpg", digest=self.site.originals.keep(p)) for i, p in enumerate(photos))
        capture = Capture(
            case_id=case_id_of(shown.key, candidate.rights_holder_id),
            content=digest_of(number, shown.title),
            captured_at=shown.captured_at,
            run_id="0" * 64,
            row=row,
            listing=shown,
            photos=kept,
        )
        opened = self.event(capture.case_id, EventKind.OPENED, {**facts_of(capture), **identity_of(capture)})
        with self.site.store.write() as connection:
            append_event(connection, opened, None, four_eyes=(), card=card_of(capture))
            record_captures(connection, [capture])
        return capture.case_id

    def event(self, case_id: str, kind: EventKind, facts: dict[str, Any] | None = None, by: str = SYSTEM) -> Event:
        event_id = self.site.new_id()
        return Event(
            event_id=event_id,
            sequence=0,
            case_id=case_id,
            kind=kind,
            at=self.clock(),
            by=by,
            reason="",
            facts=facts or {},
        )

    def happen(self, case_id: str, kind: EventKind, facts: dict[str, Any] | None = None, by: str = SYSTEM) -> Case:
        """Let something happen to a case."""
        with self.site.store.write() as connection:
            return append_event(connection, self.event(case_id, kind, facts, by), None, four_eyes=())

    def read(self, case_id: str) -> Case:
        with self.site.store.read() as connection:
            found = read_case(connection, case_id, None)
        assert found is not None
        return found.case


@dataclass(slots=True)
class Browser:
    """A browser that fills in the token of the last page it saw."""

    client: TestClient
    token: str = ""

    def get(self, path: str, **options: Any) -> Any:
        response = self.client.get(path, **options)
        found = re.search(r'name="form_token" value="([^"]+)"', response.text)
        self.token = found.group(1) if found else self.token
        return response

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.client.post(path, data={"form_token": self.token, **(data or {})}, **options)

    def sign_in(self, name: str, password: str = PASSWORD, **options: Any) -> Any:
        self.get("/sign-in")
        response = self.post("/sign-in", {"name": name, "password": password}, **options)
        self.get("/account")
        return response


def id_of(name: str) -> str:
    return digest_of(name)[:32]


def seller(number: int) -> Seller:
    return Seller(id=f"s{number}", name=f"Shop {number}")
