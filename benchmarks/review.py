"""How fast the review app answers 20 reviewers at once, over loopback, and that nothing goes wrong.

python -m benchmarks.review [--reviewers 20] [--decisions 180] [--think 0] [--out review.json]

180 decisions each is an hour's work at one every 20 seconds. Each reviewer works a queue of their own as the browser
does: the page of a case, its photos, the next case fetched ahead, the decision. Without time to think the app is loaded
far beyond an hour's pace and its answers wait for each other: `server_ms` is then the time within the app under that
load; with --think 5 it is nearer to what a reviewer meets. Before that one reviewer works alone: `alone_cpu_ms` is what
the app's process computes for a request, whatever else the machine does. The app runs in a process of its own.
"""

import argparse
import json
import multiprocessing
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import httpx
import uvicorn

from pipeline.people import EVERY_HOLDER, Role
from pipeline.review.app import create_app
from tests.pipeline.builders import listing
from tests.pipeline.review.desk import PASSWORD, Desk, picture, seller

PHOTOS = 20
ALONE = 30
"""Decisions of the reviewer who works alone."""
KINDS = (
    ("photo", re.compile(r"/photos/|/registered/")),
    ("case", re.compile(r"^/cases/[0-9a-f]{32}$")),
    ("decision", re.compile(r"/decide$")),
    ("queue", re.compile(r"^/cases$")),
)


def kind_of(path: str) -> str:
    return next((name for name, pattern in KINDS if pattern.search(path)), "other")


def fill(desk: Desk, reviewers: int, decisions: int) -> None:
    photos = [picture(10 * n) for n in range(PHOTOS)]
    for number in range(reviewers + 1):
        desk.person(f"r{number}", (EVERY_HOLDER, Role.REVIEWER))
        for n in range(decisions + 1):
            shown = listing(
                listing_id=f"{number}-{n}", title=f"QUILLMERE bag {number} {n}", seller=seller(100 + number)
            )
            desk.case(shown, photos=[photos[n % PHOTOS], photos[(n + 7) % PHOTOS]])


def serve(folder: Path, pipe: Connection) -> None:
    """Serve the app until told to stop, then send back what each kind of request took: alone, and among others."""
    alone: dict[str, list[float]] = {}
    taken: dict[str, list[float]] = {}
    crowded = threading.Event()
    app = create_app(replace(Desk.at(folder).site, new_id=lambda: uuid4().hex))

    async def timed(scope: Any, receive: Any, send: Any) -> None:
        begun, computed = time.perf_counter(), time.process_time()
        await app(scope, receive, send)
        if scope["type"] == "http" and crowded.is_set():
            taken.setdefault(kind_of(scope["path"]), []).append((time.perf_counter() - begun) * 1_000)
        elif scope["type"] == "http":
            alone.setdefault(kind_of(scope["path"]), []).append((time.process_time() - computed) * 1_000)

    server = uvicorn.Server(uvicorn.Config(timed, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not (server.started and server.servers):
        time.sleep(0.02)
    pipe.send(server.servers[0].sockets[0].getsockname()[1])
    pipe.recv()
    crowded.set()
    pipe.send("ready")
    pipe.recv()
    server.should_exit = True
    thread.join(10)
    pipe.send((alone, taken))


def review(address: str, number: int, decisions: int, think: float) -> Counter[int]:
    """Work through a queue as one reviewer's browser does; return how often each status came back."""
    statuses: Counter[int] = Counter()
    time.sleep(think * (number % 20) / 20)  # people do not begin at the same moment
    with httpx.Client(base_url=address, timeout=60) as client:

        def ask(call: Callable[..., httpx.Response], path: str, **options: Any) -> httpx.Response:
            response = call(path, **options)
            statuses[response.status_code] += 1
            return response

        page = ask(client.get, "/sign-in").text
        form = {"form_token": token_in(page), "name": f"r{number}", "password": PASSWORD}
        ask(client.post, "/sign-in", data=form)
        page = ask(client.get, f"/cases?seller=s{100 + number}").text
        found = re.search(r'class="title" href="(/cases/[^"]+)"', page)
        address_of_case = found.group(1) if found else ""
        for _ in range(decisions):
            page = ask(client.get, address_of_case).text
            for photo in dict.fromkeys(re.findall(r'src="(/cases/[^"]+)"', page)):
                ask(client.get, photo)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            if following:
                ask(client.get, following.group(1).replace("&amp;", "&"), headers={"X-Ahead": "1"})
            time.sleep(think)
            case_id = address_of_case.split("/cases/")[1][:32]
            seen = re.search(r'name="seen" value="(\d+)"', page)
            form = {"form_token": token_in(page), "label": "counterfeit", "seen": seen.group(1) if seen else "0"}
            decided = ask(client.post, f"/cases/{case_id}/decide", data=form | {"query": f"seller=s{100 + number}"})
            address_of_case = decided.headers.get("location", address_of_case)
    return statuses


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    return found.group(1) if found else ""


def figures(taken: list[float]) -> dict[str, float]:
    p95 = quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
    return {"requests": len(taken), "p50": round(median(taken), 1), "p95": round(p95, 1), "most": round(max(taken), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--decisions", type=int, default=180)
    parser.add_argument("--think", type=float, default=0.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(Desk.at(folder), options.reviewers, options.decisions)
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        process = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, theirs), daemon=True)
        process.start()
        address = f"http://127.0.0.1:{ours.recv()}"
        statuses = review(address, options.reviewers, min(options.decisions, ALONE), 0.0)
        ours.send("crowd")
        ours.recv()
        begun = time.perf_counter()
        with ThreadPoolExecutor(options.reviewers) as pool:
            work = [pool.submit(review, address, n, options.decisions, options.think) for n in range(options.reviewers)]
            statuses = sum((each.result() for each in work), statuses)
        seconds = time.perf_counter() - begun
        ours.send("stop")
        alone, taken = ours.recv()
        process.join(20)
    result = {
        "reviewers": options.reviewers,
        "decisions_each": options.decisions,
        "think_s": options.think,
        "seconds": round(seconds, 1),
        "statuses": {str(status): number for status, number in sorted(statuses.items())},
        "alone_cpu_ms": {kind: figures(times) for kind, times in sorted(alone.items())},
        "server_ms": {kind: figures(times) for kind, times in sorted(taken.items())},
    }
    text = json.dumps(result, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
