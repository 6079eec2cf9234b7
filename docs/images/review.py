"""Take the pictures of the review app that the documents show.

    python docs/images/review.py out/demo/store/counterfoil.db

The store is copied first: nobody is added to it, nothing in it is decided. Needs Debian's Chromium.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from pipeline.commands.review import make_site
from pipeline.enforcement import CaseState, Event, EventKind
from pipeline.people import EVERY_HOLDER, Grant, Person, Role
from pipeline.records import Json
from pipeline.review.app import create_app
from pipeline.review.signin import new_hash
from pipeline.settings import Settings
from pipeline.store.cases import Filters, Sort, queue
from pipeline.store.database import Connection
from pipeline.store.events import Draft, append_events
from pipeline.store.people import add_person

HERE = Path(__file__).parent
WIDTHS = (1440, 390)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
TEAM = """
[declarations]
good_faith = true
accuracy = true
authority_under_perjury = true
liability = true
signer = "Lin Ward"
role = "IP counsel"
"""
APPROVED = 8
"""Cases that are approved in the copy, for the page of notices."""
PASSWORD = "only for the pictures"  # noqa: S105  of people who are in the copy alone
TALLEST = 2_400
"""Pixels of a picture; a longer page is cut there."""


def main(store: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "counterfoil.db"
        with closing(sqlite3.connect(store)) as given, closing(sqlite3.connect(copy)) as taken:
            given.backup(taken)
        (Path(folder) / "team.toml").write_text(TEAM, "utf-8")
        settings = Settings(store=f"sqlite:///{copy}", lake=str(store.parent / "lake"), notices=folder)
        with served(settings) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900}, has_touch=width < 600)
                take(page, address, width)
            browser.close()


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    site = make_site(settings)
    hashed = new_hash(site.hasher, PASSWORD)
    roles = (Grant(rights_holder_id=EVERY_HOLDER, role=Role.ADMIN),)
    lin = Person(person_id="1" * 32, name="lin.ward", shown_as="Lin Ward", grants=roles)
    chinese = replace(lin, person_id="2" * 32, name="wei.lin", shown_as="魏琳", language="zh_Hans")
    with site.store.write() as connection:
        for person in (lin, chinese):
            add_person(connection, person, datetime.now(UTC), password_hash=hashed)
        approve(connection, lin, chinese)
    server = uvicorn.Server(uvicorn.Config(create_app(site), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not (server.started and server.servers):
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def approve(connection: Connection, one: Person, other: Person) -> None:
    """Let two people agree on the first cases of the queue."""
    found = queue(connection, Filters(states=(CaseState.OPEN,)), None, sort=Sort.SCORE, limit=APPROVED).cases
    for row in found:
        said: dict[str, Json] = {"label": row.case.suggested.value, "asset_ids": list(row.case.asset_ids)}
        words: tuple[tuple[EventKind, Person, dict[str, Json]], ...] = (
            (EventKind.DECIDED, one, said),
            (EventKind.APPROVED, other, {}),
        )
        for kind, person, facts in words:
            event = Event(
                event_id=uuid.uuid4().hex,
                sequence=0,
                case_id=row.case.case_id,
                kind=kind,
                at=datetime.now(UTC),
                by=person.person_id,
                reason="",
                facts=facts,
            )
            append_events(connection, [Draft(event=event)], None, four_eyes=())


def take(page: Page, address: str, width: int) -> None:
    sign_in(page, address, "lin.ward")
    save(page, f"review-queue-{width}", whole=False)
    links = page.locator("a.title").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    rich = links[0]
    for link in links[:12]:
        page.goto(address + link)
        if page.locator(".pair").count() and page.locator(".disguises").count() and page.locator(".chart").count():
            rich = link
            break
    save(page, f"review-case-{width}", whole=True)
    page.goto(f"{address}/cases?state=any")
    page.locator('[data-row] input[name="case"]').first.check()
    page.locator("[data-all]").check()
    page.get_by_role("button", name="Preview…").click()
    page.wait_for_load_state("networkidle")
    save(page, f"review-bulk-{width}", whole=False)
    page.goto(f"{address}/notices")
    save(page, f"review-notices-{width}", whole=True)
    page.goto(f"{address}/follow-up")
    save(page, f"review-follow-up-{width}", whole=False)
    page.goto(f"{address}/people")
    save(page, f"review-people-{width}", whole=False)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address, "wei.lin")
    page.goto(address + rich)
    save(page, f"review-case-zh-{width}", whole=False)


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/sign-in")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_url("**/cases")


def save(page: Page, name: str, *, whole: bool) -> None:
    page.wait_for_load_state("networkidle")
    height = page.evaluate("document.documentElement.scrollHeight") if whole else 900
    before = page.viewport_size or {"width": 0, "height": 0}
    page.set_viewport_size({"width": before["width"], "height": min(height, TALLEST)})
    page.wait_for_load_state("networkidle")
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(256, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)
    page.set_viewport_size({"width": before["width"], "height": 900})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
