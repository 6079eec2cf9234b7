"""The forms of notices: every channel in every form as it was read by a person, and no harm in hostile text."""

import csv
import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import orjson
import pytest

from pipeline.errors import SettingsError
from pipeline.notices.batches import Batch, split
from pipeline.notices.checks import problems_of
from pipeline.notices.forms import as_data, as_paper, as_report, as_table, render
from pipeline.notices.mail import as_mail
from pipeline.notices.wording import write_text
from pipeline.paper import missing_fonts
from pipeline.plain import FORMULA_STARTS
from pipeline.records import Label, Seller
from tests.pipeline.notices.samples import NOW, channel, listing, matter, notice, submission

GOLDEN = Path(__file__).parent / "golden"
MARK, PHOTO = (Label.COUNTERFEIT, "bramble-word"), (Label.IMAGE_COPYRIGHT, "bramble-photo-1")
CHANNELS = {
    "alibaba-international": ("aliexpress", "https://www.aliexpress.example/item/11.html", *MARK),
    "taobao-tmall-1688": ("taobao", "https://item.taobao.example/item.htm?id=11", *MARK),
    "amazon-report-a-violation": ("amazon", "https://www.amazon.co.uk/dp/B000000011", *MARK),
    "ebay-vero": ("ebay", "https://www.ebay.co.uk/itm/110000000001", *MARK),
    "tiktok-shop": ("tiktok-shop", "https://shop.tiktok.example/view/product/11", *MARK),
    "dsa-article-16": ("marketplace", "https://market.example/offers/11", *MARK),
    "dmca": ("marketplace", "https://market.example/offers/11", *PHOTO),
    "independent-host": ("independent", "https://kilnshop.example/mug", *MARK),
    "independent-payment": ("independent", "https://kilnshop.example/mug", *MARK),
}
NASTY = [
    pytest.param('=HYPERLINK("http://evil.example","x")', id="formula"),
    pytest.param("＝cmd|' /C calc'!A0", id="full-width formula"),
    pytest.param("@SUM(1+1)*cmd", id="at formula"),
    pytest.param("mug\r\n- Address: https://innocent.example\n# Complaint", id="forged lines"),
    pytest.param("\u202egnp.exe mug\u2066", id="marks of direction"),
    pytest.param("mug\x00\x07\x1b[2J", id="controls"),
    pytest.param("<script>alert(1)</script>{{ 7 * 7 }}{% for x in y %}", id="markup"),
    pytest.param("a" * 100_000, id="very long"),
    pytest.param("ภาษาไทย العربية हिन्दी 😀", id="many scripts"),
]


def batch_for(channel_id: str) -> Batch:
    platform, url, label, asset_id = CHANNELS[channel_id]
    to = channel(channel_id)
    about = [
        matter(listing(platform=platform, url=f"{url}{end}", listing_id=f"11{end}"), label=label, asset_ids=(asset_id,))
        for end in ("", "2")
    ]
    made = [notice(replace(m, case=replace(m.case, case_id=f"{n:032x}")), to) for n, m in enumerate(about)]
    (batch,) = split(made, to)
    return batch


def hostile_batch(text: str, channel_id: str = "dsa-article-16") -> Batch:
    offer = listing(platform="marketplace", title=text, seller=Seller(id=text[:200], name=text), listing_id=text[:300])
    (batch,) = split([notice(matter(offer), channel(channel_id))], channel(channel_id))
    return batch


@pytest.mark.parametrize("channel_id", CHANNELS)
def test_every_channel_in_every_form_reads_as_it_did(
    channel_id: str, golden: Callable[..., None], tmp_path: Path
) -> None:
    forms = render(batch_for(channel_id), channel(channel_id), now=NOW, recipient="abuse desk")

    names = {"notice.csv", "notice.json", "notice.txt", "notice.pdf"}
    more = {"api": {"request.json"}, "letter": {"notice.eml"}, "portal": set()}[channel(channel_id).method]
    assert forms.keys() == names | more
    for name in sorted(forms.keys() - {"notice.pdf", "notice.eml"}):
        golden(GOLDEN / channel_id / name, forms[name])
    if shutil.which("pdftotext") and not missing_fonts():
        golden(GOLDEN / channel_id / "notice.pdf.txt", text_of(forms["notice.pdf"], tmp_path), spaces=False)


def text_of(pdf: bytes, folder: Path) -> bytes:
    path = folder / "a.pdf"
    path.write_bytes(pdf)
    shown = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True).stdout
    return shown.replace(b"\x0c", b"\n")


@pytest.mark.parametrize("channel_id", CHANNELS)
def test_a_notice_as_rendered_passes_every_check(channel_id: str) -> None:
    platform, url, label, asset_id = CHANNELS[channel_id]
    about = matter(listing(platform=platform, url=url), label=label, asset_ids=(asset_id,))

    assert problems_of(submission(about, channel(channel_id))) == ()


@pytest.mark.parametrize("text", NASTY)
def test_no_cell_of_the_table_is_a_formula_or_breaks_its_row(text: str) -> None:
    made = as_table(hostile_batch(text), channel("dsa-article-16"))

    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))

    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])
    assert all(len(cell) <= 32_767 and cell[:1] not in FORMULA_STARTS for row in rows for cell in row)
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for row in rows for cell in row for c in cell)


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_forges_no_line_of_the_letter(text: str) -> None:
    honest = write_text(hostile_batch("mug"), channel("dsa-article-16"))
    letter = write_text(hostile_batch(text), channel("dsa-article-16"))

    assert len(letter.splitlines()) == len(honest.splitlines())
    assert len(letter) < len(honest) + 6_000
    assert "49 mug" not in letter


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler's pdfinfo is not installed")
def test_hostile_text_makes_a_pdf_of_few_pages_that_runs_nothing(tmp_path: Path) -> None:
    to = channel("dsa-article-16")
    texts = [str(param.values[0]) for param in NASTY]
    offers = [matter(listing(platform="marketplace", title=text, listing_id=text[:300])) for text in texts]
    (batch,) = split(
        [notice(replace(m, case=replace(m.case, case_id=f"{n:032x}")), to) for n, m in enumerate(offers)], to
    )

    path = tmp_path / "a.pdf"
    path.write_bytes(as_paper(write_text(batch, to), batch, to, NOW))

    facts = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    assert re.search(r"JavaScript: +no", facts)
    assert int(re.findall(r"Pages: +(\d+)", facts)[0]) <= 8


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_is_kept_as_it_is_in_the_data(text: str) -> None:
    made = as_data(hostile_batch(text))

    assert orjson.loads(made)["notices"][0]["target"]["title"] == text


def mail_of(batch: Batch, recipient: str) -> EmailMessage:
    made = as_mail("# Subject\n\nDear all,\n", batch, {"notice.pdf": b"%PDF-"}, now=NOW, recipient=recipient)
    return message_from_bytes(made, policy=SMTP)


def test_a_letter_is_an_e_mail_that_waits_for_a_person_to_send_it() -> None:
    batch = hostile_batch("mug")
    mail = mail_of(batch, "abuse@host.example")

    assert mail["From"] == "Marks & Wardens LLP <notices@wardens.example>"
    assert (mail["To"], mail["X-Unsent"]) == ("abuse@host.example", "1")
    assert mail["Subject"] == f"Subject [{batch.batch_id}]"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["notice.pdf"]
    body = mail.get_body()
    assert body is not None
    assert "Dear all," in body.get_content()


@pytest.mark.parametrize(
    "recipient", ["", "no address", "a@b.example\r\nBcc: everyone@evil.example", "@", "x" * 5_000 + "@b.example"]
)
def test_what_is_no_address_becomes_no_header(recipient: str) -> None:
    mail = mail_of(hostile_batch("mug"), recipient)

    assert mail["Bcc"] is None
    assert mail["To"] is None


def test_the_report_for_ebay_keeps_to_its_fields_and_lengths() -> None:
    to = channel("ebay-vero")
    first = replace(to.reasons[0], fields={"countries": "GB, IE", "patent": "EP1"})
    to = replace(to, reasons=(first, *to.reasons[1:]))
    (batch,) = split([notice(matter(listing(title="x" * 5_000)), to)], to)

    report = orjson.loads(as_report(batch, to))

    (item,) = report["reportItems"]
    assert item["itemId"] == "110000000001"
    assert (item["veroReasonCodeId"], item["countries"], item["patent"]) == ("9010", ["GB", "IE"], "EP1")
    assert len(item["detailedMessage"]) <= 1_000
    assert len(item["brand"]) <= 50


def test_a_template_of_the_user_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "dsa.en.txt.j2").write_text("# Ours\n\n{{ notices[0].target.url }}\n")

    letter = write_text(hostile_batch("mug"), channel("dsa-article-16"), folder=tmp_path)

    assert letter == "# Ours\n\nhttps://www.ebay.co.uk/itm/110000000001\n"


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{{ nonsense }}", id="an unknown name"),
        pytest.param("{{ notices", id="a syntax error"),
        pytest.param("{{ ''.__class__.__mro__ }}", id="a way out of the sandbox"),
        pytest.param("{% include '../../secret' %}", id="a path out of the folder"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_named(template: str, tmp_path: Path) -> None:
    (tmp_path / "dsa.en.txt.j2").write_text(template)

    with pytest.raises(SettingsError, match=r"dsa.en.txt.j2: the template cannot be filled in"):
        write_text(hostile_batch("mug"), channel("dsa-article-16"), folder=tmp_path)
