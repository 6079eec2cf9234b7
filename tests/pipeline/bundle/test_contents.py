"""The files of a bundle: described, recomputable in a spreadsheet, safe to open, the same every time."""

import csv
import hashlib
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import frictionless
import openpyxl
import orjson
import pytest

from pipeline.bundle.again import MADE_BY
from pipeline.bundle.charts import Point, forest, highest, trend
from pipeline.bundle.contents import FOR_PEOPLE, LAYOUT, Records, contents, draws_of, numbers
from pipeline.bundle.regulators import REASON_COLUMNS
from pipeline.bundle.report import figure, report
from pipeline.bundle.site import Published, index
from pipeline.bundle.workbook import workbook
from pipeline.metrics.definitions import DEFINITIONS
from pipeline.metrics.frames import strata_of
from pipeline.metrics.rows import Row
from tests.pipeline.bundle.spreadsheet import Spreadsheet
from tests.pipeline.metrics.ledger import Ledger
from tests.pipeline.stages.audit_world import NOW, commit, draw, files, keep, market, review_all

REQUIRED = (
    *("decision_visibility", "decision_ground", "content_type", "category", "content_date", "application_date"),
    *("decision_facts", "source_type", "automated_detection", "automated_decision", "platform_uid"),
)
"""What the database asks of every statement, by the headings of its export."""
GOLDEN = Path(__file__).parent / "golden"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """Return the records of an audit and of some notices."""
    from pipeline.store.audits import seen_between  # noqa: PLC0415
    from pipeline.store.database import open_store  # noqa: PLC0415

    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('records')}/s.db")
    goods = market(900, 0.1)
    keep(store, goods)
    with store.write() as connection:
        audit = commit(connection, list(seen_between(connection, NOW.replace(month=10), NOW)), labels=200)
        draw(connection, audit)
        review_all(connection, audit, goods, specificity=0.97)
        found = files(connection, audit)
    store.close()
    ledger = Ledger()
    for size in ("sme", "large"):
        for number, case in enumerate(ledger.market(20, size=size, platform=f"shop {EVIL}")):
            answer = "removed" if number % 3 else "rejected"
            ledger.event(case, "disposed", 60 + number, notice=f"n-{case}", disposition=answer)
            ledger.event(case, "rechecked", 70 + number, result="delisted_page")
    return Records(
        entries=[*ledger.entries, *found.entries],
        frame=found.frame,
        strata=strata_of(found.frame),
        sample=found.sample,
        probes=found.probes,
    )


@pytest.fixture(scope="module")
def bundle(records: Records) -> dict[str, bytes]:
    return dict(contents(records, numbers(records)).files)


def test_the_same_records_give_the_same_bytes(records: Records, bundle: dict[str, bytes]) -> None:
    again = replace(records, entries=list(records.entries))

    assert contents(again, numbers(again)).files == bundle


def test_a_layout_gives_the_bytes_that_it_gave(bundle: dict[str, bytes], golden: Callable[..., None]) -> None:
    """A change here is a change for every verifier: raise LAYOUT with it."""
    ours = {name: hashlib.sha256(bundle[name]).hexdigest() for name in FOR_PEOPLE if name not in MADE_BY}

    golden(GOLDEN / "layout.json", orjson.dumps({"layout": LAYOUT, **ours}, option=orjson.OPT_INDENT_2))


def test_the_data_package_is_valid(bundle: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in bundle.items():
        (tmp_path / name).write_bytes(data)

    found = frictionless.validate(str(tmp_path / "datapackage.json"))

    assert found.valid, found.flatten(["name", "type", "message"])


def test_a_changed_table_is_refused_by_its_data_package(bundle: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in bundle.items():
        (tmp_path / name).write_bytes(data.replace(b"0.", b"9.", 1) if name == "metrics.csv" else data)

    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_the_spreadsheet_computes_the_published_limits_itself(bundle: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(bundle["metrics.xlsx"]))
    sheet = Spreadsheet(book)
    agreed = 0

    for name, column in (("audits", "M"), ("shares", "M")):
        for line in range(2, book[name].max_row + 1):
            if book[name][f"{column}{line}"].value is not None:
                row = [book[name][f"{c}{line}"].value for c in "ABCD"]
                assert sheet.value(name, f"{column}{line}"), row
                agreed += 1
    assert agreed > 40


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_the_published_limits_too(bundle: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "metrics.xlsx").write_bytes(bundle["metrics.xlsx"])
    options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/home", "--convert-to", options]
    subprocess.run([*command, "metrics.xlsx"], cwd=tmp_path, check=True, capture_output=True)

    for sheet in ("audits", "shares"):
        rows = table((tmp_path / f"metrics-{sheet}.csv").read_bytes())
        assert {row["agrees"] for row in rows if row["estimate"]} == {"TRUE"}


def test_jeffreys_limits_of_the_spreadsheet_are_those_of_the_table(bundle: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(bundle["metrics.xlsx"]))
    sheet = Spreadsheet(book)
    rows = {tuple(r[n] for n in ("metric", "period", "dimension", "group")): r for r in table(bundle["metrics.csv"])}

    line = next(n for n in range(2, 99) if book["audits"][f"C{n}"].value == "all")
    row = rows[tuple(str(book["audits"][f"{c}{line}"].value) for c in "ABCD")]

    assert sheet.value("audits", f"H{line}") == pytest.approx(float(row["jeffreys_low"]), abs=1.1e-6)
    assert sheet.value("audits", f"I{line}") == pytest.approx(float(row["jeffreys_high"]), abs=1.1e-6)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_no_cell_of_a_table_or_workbook_runs_as_a_formula_of_a_stranger(records: Records) -> None:
    ledger = Ledger()
    ledger.market(12, platform='=HYPERLINK("https://evil.example","click")')
    hostile = replace(records, entries=[*ledger.entries], strata=(), sample=(), frame=())
    found = contents(hostile, numbers(hostile))

    book = openpyxl.load_workbook(io.BytesIO(found.files["metrics.xlsx"]))
    cells = [cell.value for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert not [value for value in cells if isinstance(value, str) and value.startswith("=HYPERLINK")]
    for name in ("metrics.csv", "statements_of_reasons.csv", "trusted_flagger_report.csv"):
        assert not [v for row in table(found.files[name]) for v in row.values() if v.startswith("=")]


def test_no_page_runs_anything_or_asks_anybody(bundle: dict[str, bytes]) -> None:
    for name in ("report.html", "methodology.html"):
        page = bundle[name].decode()
        assert "<script" not in page
        assert not re.search(r"\son\w+=", page)
        assert not re.search(r"(src|href)=[\"']?(https?:|//|javascript:)", page)
        assert "default-src 'none'" in page


def test_every_definition_stands_on_the_methodology_page(bundle: dict[str, bytes]) -> None:
    page = bundle["methodology.html"].decode()

    assert [name for name in DEFINITIONS if f'id="{name}"' not in page] == []


def test_statements_of_reasons_have_the_headings_of_the_database_and_one_row_for_each_removal(
    bundle: dict[str, bytes],
) -> None:
    rows = table(bundle["statements_of_reasons.csv"])

    assert tuple(rows[0]) == REASON_COLUMNS
    assert len(REASON_COLUMNS) == 38
    assert len(rows) == 26
    assert {row["category_specification"] for row in rows} == {'["KEYWORD_TRADEMARK_INFRINGEMENT"]'}
    assert {row["decision_visibility"] for row in rows} == {'["DECISION_VISIBILITY_CONTENT_REMOVED"]'}
    assert {row["illegal_content_legal_ground"] for row in rows} == {"Trade mark"}
    assert all(rows[0][name] for name in REQUIRED)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", row["platform_uid"]) for row in rows)


def test_what_is_laid_beside_a_platforms_report_is_what_was_published(bundle: dict[str, bytes]) -> None:
    rows = table(bundle["transparency_report.csv"])
    whole = {r["indicator"]: r for r in rows if (r["dimension"], r["period"]) == ("all", "2026-Q3")}
    marks = next(r for r in rows if (r["dimension"], r["group"], r["unit"]) == ("right", "trade_mark", "count"))
    published = {(r["metric"], r["dimension"]): r for r in table(bundle["metrics.csv"]) if r["period"] == "2026-Q3"}

    assert whole["Notices submitted in accordance with Article 16"]["value"] == "40"
    assert whole["Actions taken on notices: content removed"]["value"] == "26"
    median = whole["Median time needed for taking the action"]
    assert (median["value"], median["unit"]) == (published["t_action_median", "all"]["estimate"], "hours")
    assert marks["category"] == "KEYWORD_TRADEMARK_INFRINGEMENT"
    assert {r["section"] for r in rows} == {"1.3", "1.5", "1.6"}


def test_the_trusted_flaggers_year_adds_up(bundle: dict[str, bytes]) -> None:
    rows = [row for row in table(bundle["trusted_flagger_report.csv"]) if row["dimension"] == "all"]

    assert {row["action"]: int(row["notices"]) for row in rows} == {"removed": 26, "rejected": 14}


def test_the_submission_says_what_is_known_and_what_is_not(bundle: dict[str, bytes]) -> None:
    text = bundle["ustr_submission.md"].decode()

    assert "Actions by the operator: share of notices accepted (2026-Q3): 65 %" in text
    assert "Domain names, past and present: to be completed by the submitter" in text


def test_a_page_of_nothing_says_so() -> None:
    page = report([], [], [], as_of="", synthetic=False).decode()

    assert "Nothing may be published yet" in page


@pytest.mark.parametrize(
    ("seed", "told"),
    [
        pytest.param({}, "the root of the log alone: the exporter could have tried several", id="nothing"),
        pytest.param({"drand": {"round": 7}}, "the root of the log and drand round 7", id="drand"),
        pytest.param(
            {"drand": {"round": 7}, "nonces": [{"body": "acg"}, {"body": "inta"}], "unrevealed": ["cbbc"]},
            "the root of the log, drand round 7 and the nonces of acg, inta; cbbc did not reveal theirs",
            id="all",
        ),
    ],
)
def test_the_report_says_what_a_seed_was_made_of(seed: dict[str, Any], told: str) -> None:
    ledger = Ledger()
    ledger.add("frame", audit="a", over="top_results", period="2026-Q3", listings=900)
    ledger.add("seed", audit="a", **seed)
    ledger.add("sample", audit="a", items=60)

    (draw,) = draws_of(ledger.entries)

    assert (draw.sources, draw.over, draw.items) == (told, "top results", 60)


def test_charts_speak_their_numbers_and_escape_their_labels() -> None:
    points = [Point(label=EVIL, value=12.5, low=3.0, high=40.0), Point(label="b", value=0.0)]

    for chart in (forest(points, "By group"), trend(points, "Over time")):
        assert "&lt;script&gt;" in chart
        assert "<script" not in chart
        assert "12.5%, 3% to 40%" in chart
        assert chart.count("<circle") == 2


@pytest.mark.parametrize("values", [[0.0], [0.0, 0.0], [1e-7], [100.0, 3.0], [-5.0, 5.0]])
def test_charts_can_be_drawn_of_any_numbers(values: list[float]) -> None:
    points = [Point(label="p", value=value, low=value, high=value) for value in values]

    for chart in (forest(points, "t"), trend([replace(p, value=abs(p.value)) for p in points], "t")):
        assert not re.search(r"nan|inf", str(chart))


def test_a_gap_is_shown_with_both_numbers_and_what_they_are_out_of(records: Records, bundle: dict[str, bytes]) -> None:
    rows = {row.key: row for row in numbers(records)}
    gap = next(key for key in rows if key[0] == "accept_rate" and key[2] == "gap")
    sides = [rows["accept_rate", gap[1], "size", size] for size in ("sme", "large")]
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bundle["report.html"].decode()))

    told = " ".join(f"{figure(side.estimate, 'share')} {side.denominator}" for side in sides)

    assert f"Share of notices accepted {told} {figure(rows[gap].estimate, 'points')}" in page


def test_charts_that_stand_side_by_side_have_one_scale() -> None:
    low, high = [Point(label="a", value=3, low=1, high=5)], [Point(label="a", value=60, low=40, high=90)]

    assert ">100%<" in trend(low, "small", reach=highest(high))
    assert ">100%<" not in trend(low, "small")


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_workbook_of_made_up_data_says_so(*, synthetic: bool) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([], {}, NOW, synthetic=synthetic)))

    assert str(book["about"]["A1"].value).startswith("Synthetic data") is synthetic


def test_a_site_shows_the_newest_word_on_each_period_and_keeps_the_older_bundles() -> None:
    def published(folder: str, estimate: str) -> Published:
        rows = [Row(metric="prevalence", period="2026-Q3", estimate=estimate, low="0.010000", high="0.090000")]
        plain: dict[str, Any] = {"as_of": "2026-11-01T00:00:00Z", "entries": 7, "key": "ab", "synthetic": False}
        return Published(folder=folder, rows=rows, files=frozenset({"metrics.csv"}), **plain)

    page = index([published("bundles/one", "0.020000"), published("bundles/two", "0.030000")]).decode()

    assert "3 %" in page
    assert 'href="bundles/one/metrics.csv"' in page
    assert 'href="bundles/two/metrics.csv"' in page
    assert "<script" not in page
