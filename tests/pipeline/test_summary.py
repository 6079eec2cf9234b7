import io
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from pipeline.summary import SHOWN, show_candidates


def row(**changes: Any) -> dict[str, Any]:
    plain = {
        "candidate_id": "4ccd9a3a37a90fd39a07",
        "score": 0.91,
        "band": "high",
        "label": "counterfeit",
        "rights_holder_id": "quill",
        "platform": "taobao",
        "listing_id": "1001",
        "title": "Quillmere bag",
        "signals": [{"weight": 1.5, "reason": "It names the mark."}, {"weight": 0.1, "reason": "Faint."}],
        "exclusions": [{"weight": -3.0, "reason": "It is used."}, {"weight": -2.0, "reason": "It is old."}],
    }
    return plain | changes


def shown(folder: Path, *rows: dict[str, Any]) -> str:
    path = folder / "candidates.jsonl"
    path.write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows))
    screen = io.StringIO()
    show_candidates(path, Console(file=screen, width=160, force_terminal=False))
    return screen.getvalue()


def test_the_weightiest_reasons_stand_first_whether_for_or_against(tmp_path: Path) -> None:
    text = shown(tmp_path, row())

    assert text.index("-3.0 It is used.") < text.index("-2.0 It is old.") < text.index("+1.5 It names the mark.")
    assert "Faint" not in text


def test_what_a_listing_says_is_neither_markup_nor_a_terminal_command(tmp_path: Path) -> None:
    text = shown(tmp_path, row(title="[bold]bag[/bold] \x1b[31m red \u202e"))

    assert "[bold]bag[/bold]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_only_the_first_candidates_are_shown(tmp_path: Path) -> None:
    text = shown(tmp_path, *(row(listing_id=f"no-{i:03d}") for i in range(SHOWN + 5)))

    assert f"no-{SHOWN - 1:03d}" in text
    assert f"no-{SHOWN:03d}" not in text


def test_a_candidate_stands_with_the_id_that_other_commands_ask_for(tmp_path: Path) -> None:
    assert "4ccd9a3a37a90fd39a07" in shown(tmp_path, row())


def test_a_scan_without_candidates_shows_no_table(tmp_path: Path) -> None:
    assert shown(tmp_path) == ""
