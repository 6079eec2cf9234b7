"""Explanations, batches, and the data that users edit: channels, sentences, the team."""

import hashlib
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.notices.batches import split
from pipeline.notices.channels import load_channels, read_channel
from pipeline.notices.explain import Grounds, explain, fit, load_sentences
from pipeline.notices.notice import Right, RightType
from pipeline.notices.team import load_team
from pipeline.plain import plain, reveal, shorten
from pipeline.records import AssetKind
from tests.pipeline.notices.samples import SIGNALS, channel, notice

CHANNEL = """
name = "Ours"
method = "portal"
template = "portal"
languages = ["en"]
checked = "by us"
serves = ["ourmarket"]

[[reasons]]
code = "7"
name = "Counterfeit"
reason = "counterfeit"
labels = ["counterfeit"]
rights = ["word_mark"]

[[columns]]
heading = "URL"
fact = "target.url"
"""
SENTENCES = load_sentences()
texts = st.text(max_size=300)


def right(mark: str | None, number: str | None) -> Right:
    return Right(
        asset_id="a", type=RightType.TRADE_MARK, kind=AssetKind.WORD_MARK, mark=mark, number=number, office="GB"
    )


@given(
    holder=texts,
    mark=st.none() | texts,
    number=st.none() | texts,
    quotes=st.lists(texts, max_size=9),
    limit=st.integers(1, 5_000),
    languages=st.sampled_from([("en",), ("zh-Hans", "en")]),
)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_an_explanation_is_never_longer_than_its_limit_in_code_points(
    *, holder: str, mark: str | None, number: str | None, quotes: list[str], limit: int, languages: tuple[str, ...]
) -> None:
    signals = [
        {"observation": "mark.exact.claim", "evidence": {"kind": "text", "field": "title", "quote": quote}}
        for quote in quotes
    ]
    grounds = Grounds(
        right=right(mark, number), holder=holder, label="counterfeit", signals=signals, captured_on=date(2026, 10, 3)
    )

    text = explain(grounds, languages, limit, SENTENCES)

    assert len(text) <= max(limit, len("\n\n"))
    assert "\n" not in text.replace("\n\n", "")


@given(st.lists(st.text(max_size=40), max_size=12), st.integers(0, 200), st.sampled_from(["", " "]))
@settings(derandomize=True, max_examples=300)
def test_what_fits_is_whole_sentences_in_their_order(sentences: list[str], limit: int, between: str) -> None:
    text = fit(sentences, limit, between)

    assert len(text) <= limit or not text
    longer = [s for s in sentences if s and len(s) <= limit]
    if text and sentences and len(sentences[0]) <= limit and sentences[0]:
        assert text.startswith(sentences[0])
    assert text or not longer


@given(st.text(max_size=500), st.integers(1, 100))
@settings(derandomize=True, max_examples=300)
def test_plain_text_has_one_line_no_unseen_letter_and_at_most_its_length(text: str, limit: int) -> None:
    made = plain(text, limit)

    assert len(made) <= limit
    assert made == reveal(made)
    assert len(made.splitlines()) <= 1


def test_a_shortened_text_says_that_it_was_cut() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"
    assert shorten("abcd", 0) == ""


def test_a_chinese_platform_is_told_in_both_languages() -> None:
    said = notice(to=channel("taobao-tmall-1688")).infringement

    chinese, english = said.brief.split("\n\n")
    assert chinese.startswith("该商品未经权利人")
    assert english.startswith("The offer uses the sign")
    assert len(said.brief) <= 1_000


@given(
    numbers=st.lists(st.integers(0, 9_999), min_size=1, max_size=60, unique=True),
    per_request=st.integers(1, 7),
    one_right=st.booleans(),
    one_reason=st.booleans(),
    one_seller=st.booleans(),
    shuffle=st.randoms(use_true_random=False),
)
@settings(derandomize=True, max_examples=50, deadline=None)
def test_every_notice_is_in_one_batch_that_its_channel_takes(
    *, numbers: list[int], per_request: int, one_right: bool, one_reason: bool, one_seller: bool, shuffle: Any
) -> None:
    to = channel(per_request=per_request, one_right=one_right, one_reason=one_reason, one_seller=one_seller)
    base = notice()
    notices = [
        replace(
            base,
            notice_id=f"{n:032x}",
            rights_holder_id=f"h{n % 2}",
            right=replace(base.right, asset_id=f"a{n % 3}"),
            infringement=replace(base.infringement, reason_code=f"{n % 2}"),
            target=replace(base.target, seller_id=f"s{n % 4}"),
        )
        for n in numbers
    ]

    batches = split(notices, to)

    assert sorted(n.notice_id for b in batches for n in b.notices) == sorted(n.notice_id for n in notices)
    assert len({b.batch_id for b in batches}) == len(batches)
    for batch in batches:
        assert 1 <= len(batch.notices) <= per_request
        assert len({n.rights_holder_id for n in batch.notices}) == 1
        assert not one_right or len({n.right.asset_id for n in batch.notices}) == 1
        assert not one_reason or len({n.infringement.reason_code for n in batch.notices}) == 1
        assert not one_seller or len({n.target.seller_id for n in batch.notices}) == 1
    shuffle.shuffle(notices)
    assert split(notices, to) == batches


def test_limits_are_those_that_platforms_publish() -> None:
    limits = {c.id: c.per_request for c in load_channels()}

    assert limits["alibaba-international"] == limits["taobao-tmall-1688"] == 300
    assert limits["amazon-report-a-violation"] == 50
    assert limits["ebay-vero"] == 150


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("aliexpress", "alibaba-international"),
        ("Tmall", "taobao-tmall-1688"),
        ("independent", "independent-host"),
        ("a market nobody has heard of", "dsa-article-16"),
    ],
)
def test_every_platform_has_a_channel(platform: str, expected: str) -> None:
    assert load_channels().serving(platform).id == expected


def test_a_channel_of_the_user_is_added_or_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "our-market.toml").write_text(CHANNEL)
    (tmp_path / "dmca.toml").write_text(CHANNEL.replace('"ourmarket"', '"othermarket"'))

    channels = load_channels(tmp_path)

    assert channels.serving("ourmarket").id == "our-market"
    assert channels.named("dmca").name == "Ours"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        pytest.param("a.toml", CHANNEL + "\nspeling = 1\n", "columns.0.speling", id="misspelt"),
        pytest.param(
            "a.toml", CHANNEL.replace('"portal"\nt', '"portal"\nper_request = 0\nt', 1), "out of range", id="0"
        ),
        pytest.param("a.toml", CHANNEL.replace('"word_mark"', '"patent"'), r"reasons.0.rights.0", id="no such right"),
        pytest.param("a.toml", "name = ", "not TOML", id="not TOML"),
        pytest.param("../a.toml", CHANNEL, "not a name for a channel", id="a path"),
        pytest.param("a.toml", "", "Field required|Missing", id="empty"),
    ],
)
def test_a_channel_that_cannot_be_used_is_named(name: str, text: str, line: str) -> None:
    with pytest.raises(SettingsError, match=line):
        read_channel(name, text)


def test_two_channels_for_one_platform_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(CHANNEL.replace("ourmarket", "ebay"))

    with pytest.raises(SettingsError, match="two serve the same platform, got 'ebay' in ebay-vero and mine"):
        load_channels(tmp_path)


def test_sentences_of_the_user_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "sentences.toml").write_text('[de]\nbetween = " "\nopening_trade_mark = "Es geht um $mark."\n')

    sentences = load_sentences(tmp_path)

    assert sentences["de"]["opening_trade_mark"] == "Es geht um $mark."
    assert "en" in sentences


def test_a_sentence_that_names_what_is_not_known_is_an_error() -> None:
    own = {"en": SENTENCES["en"] | {"opening_trade_mark": "$nonsense"}}
    grounds = Grounds(right=right("X", "1"), holder="h", label="counterfeit", signals=SIGNALS)

    with pytest.raises(SettingsError, match=r"cannot be filled in, got '\$nonsense'"):
        explain(grounds, ["en"], 100, own)


def test_both_languages_say_the_same_things() -> None:
    english, chinese = SENTENCES["en"], SENTENCES["zh-Hans"]

    assert english.keys() == chinese.keys()
    for name in ("types", "works", "fields", "evidence"):
        assert english[name].keys() == chinese[name].keys()


def test_the_team_is_read_with_the_digests_of_its_documents(tmp_path: Path) -> None:
    (tmp_path / "authority.pdf").write_bytes(b"we authorise")
    (tmp_path / "team.toml").write_text(
        '[agent]\nname = "W"\n[declarations]\nsigner = "Jo"\ngood_faith = true\n'
        '[[authorisations]]\nrights_holder_id = "h"\ndocument = "authority.pdf"\nexpires_on = 2027-01-01\n'
    )

    team = load_team(tmp_path)

    found = team.authorisation_of("h")
    assert found is not None
    assert found.sha256 == hashlib.sha256(b"we authorise").hexdigest()
    assert found.expires_on == date(2027, 1, 1)
    assert team.authorisation_of("other") is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('[agent]\nname = "W"\nemial = "x"\n', "agent.emial", id="misspelt"),
        pytest.param('[[authorisations]]\nrights_holder_id = "h"\ndocument = "../x"\n', "'..'", id="a path out"),
        pytest.param('[[authorisations]]\nrights_holder_id = "h"\ndocument = "none.pdf"\n', "none.pdf", id="absent"),
        pytest.param("[agent", "cannot be read", id="not TOML"),
    ],
)
def test_a_team_that_cannot_be_read_is_named(text: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text(text)

    with pytest.raises(SettingsError, match=line):
        load_team(tmp_path)


def test_every_shipped_file_is_toml() -> None:
    shipped = (Path(__file__).parents[3] / "pipeline/notices/shipped").rglob("*.toml")

    held = {path.name: tomllib.loads(path.read_text("utf-8")) for path in shipped}

    assert {"dmca.toml", "sentences.toml"} <= set(held)
    assert all(held.values())
