import dataclasses
import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.combinations import OBSERVATIONS as COMBINATIONS
from pipeline.errors import SettingsError
from pipeline.exclusions import OBSERVATIONS as EXCLUSIONS
from pipeline.records import AuthorisedSeller, Band, Candidate, Condition, Label, Seller, Signal
from pipeline.scoring import band_of, default_weights, score_listing, weigh
from pipeline.spread import DRAWS, fitted_steps
from tests.pipeline.builders import holder, listing, register, signal

CLAIM = signal("mark.exact.claim")
TABLE = default_weights()


def scored(*signals: Signal, **changes: object) -> Candidate:
    (candidate,) = score_listing(listing(**changes), signals, register())
    return candidate


def test_the_points_of_a_candidate_add_up_to_its_log_odds() -> None:
    candidate = scored(
        CLAIM,
        signal("vocabulary.replica", None),
        signal("price.low.p01", None, rights_holder_id="quill"),
        signal("photo.copy.near", "quill-photo"),
        condition=Condition.USED,
    )

    log_odds = TABLE.prior + sum(w.weight for w in (*candidate.signals, *candidate.exclusions))

    assert candidate.score == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=1e-6)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.sets(st.sampled_from(sorted(TABLE.observations)), min_size=1, max_size=6))
def test_a_score_lies_in_its_interval_and_the_interval_between_0_and_1(observations: set[str]) -> None:
    for candidate in score_listing(listing(), tuple(map(signal, sorted(observations))), register()):
        assert 0 <= candidate.score_low <= candidate.score <= candidate.score_high <= 1


def test_what_no_label_speaks_of_is_less_sure_than_what_many_speak_of() -> None:
    known, unknown = scored(signal("photo.copy.near", "quill-photo")), scored(signal("logo.copy.near", "quill-logo"))

    assert "photo.copy.near" in fitted_steps()
    assert "logo.copy.near" not in fitted_steps()
    assert known.score_high - known.score_low < unknown.score_high - unknown.score_low


def test_every_drawn_table_stands_beside_the_one_that_scores() -> None:
    assert {len(steps) for steps in fitted_steps().values()} == {DRAWS}
    assert set(fitted_steps()) <= set(TABLE.observations)


def test_a_listing_without_a_signal_about_an_asset_is_no_candidate() -> None:
    cheap = signal("price.low.p001", None, rights_holder_id="quill")

    assert score_listing(listing(), (cheap, signal("vocabulary.replica", None)), register()) == ()


def test_each_rights_holder_gets_its_own_candidate() -> None:
    other = dataclasses.replace(holder(), id="other", name="Other Ltd", authorised_sellers=())
    foreign = dataclasses.replace(signal("logo.copy.near", "quill-logo"), rights_holder_id="other")

    candidates = score_listing(listing(seller=Seller(id="trusted")), (CLAIM, foreign), register(holder(), other))

    assert [c.rights_holder_id for c in candidates] == ["other", "quill"]
    assert candidates[0].exclusions == ()
    assert candidates[1].label is Label.AUTHORISED


@pytest.mark.parametrize(
    ("entry", "excluded"),
    [
        pytest.param({}, "exclusion.authorised", id="open on both ends"),
        pytest.param({"from_date": date(2026, 10, 3)}, "exclusion.authorised", id="begins that day"),
        pytest.param({"until_date": date(2026, 10, 3)}, "exclusion.authorised", id="ends that day"),
        pytest.param({"until_date": date(2026, 10, 2)}, "exclusion.lapsed_authorisation", id="ended the day before"),
        pytest.param({"from_date": date(2026, 10, 4)}, "exclusion.lapsed_authorisation", id="begins the day after"),
        pytest.param({"platform": "TaoBao"}, "exclusion.authorised", id="the platform in other letters"),
        pytest.param({"platform": "tmall"}, None, id="another platform"),
        pytest.param({"seller_id": "s2"}, None, id="another account"),
    ],
)
def test_an_authorisation_counts_on_its_platform_between_its_days(entry: dict[str, object], excluded: str) -> None:
    plain: dict[str, object] = {"platform": "taobao", "seller_id": "s1"}
    trusted = holder(authorised_sellers=(AuthorisedSeller(**(plain | entry)),))  # type: ignore[arg-type]

    (candidate,) = score_listing(listing(), (CLAIM,), register(trusted))

    assert [w.signal.observation for w in candidate.exclusions] == ([excluded] if excluded else [])


@pytest.mark.parametrize(
    "against",
    [
        pytest.param({"seller": Seller(id="trusted")}, id="authorised seller"),
        pytest.param({"condition": Condition.USED}, id="used goods"),
    ],
)
def test_a_claim_with_an_exclusion_stays_below_even_odds(against: dict[str, object]) -> None:
    cheap = signal("price.low.p01", None, rights_holder_id="quill")

    assert scored(CLAIM, cheap, **against).score < 0.5 < scored(CLAIM, cheap).score


@pytest.mark.parametrize(
    ("observations", "label"),
    [
        pytest.param([("mark.disguised.claim", "quill-word")], Label.COUNTERFEIT, id="disguised mark"),
        pytest.param([("mark.exact.quality", "quill-word")], Label.TRADEMARK_MISUSE, id="quality of the mark"),
        pytest.param([("mark.exact.stuffing", "quill-word")], Label.TRADEMARK_MISUSE, id="stuffed marks"),
        pytest.param([("logo.copy.near", "quill-logo")], Label.COUNTERFEIT, id="logo alone"),
        pytest.param([("photo.copy.near", "quill-photo")], Label.IMAGE_COPYRIGHT, id="photo alone"),
        pytest.param(
            [("photo.copy.near", "quill-photo"), ("vocabulary.replica", None)],
            Label.COUNTERFEIT,
            id="a photo of copies",
        ),
        pytest.param([("artwork.copy.near", "quill-art")], Label.IMAGE_COPYRIGHT, id="artwork alone"),
        pytest.param([("design.copy.near", "quill-shape")], Label.DESIGN, id="design alone"),
        pytest.param([("mark.exact.reference", "quill-word")], Label.ACCESSORY_COMPATIBLE, id="for the mark"),
        pytest.param([("mark.exact.comparison", "quill-word")], Label.LOOKALIKE, id="like the mark"),
    ],
)
def test_the_suggested_label_follows_the_strongest_evidence(
    observations: list[tuple[str, str | None]], label: Label
) -> None:
    assert scored(*(signal(o, asset) for o, asset in observations)).label is label


def pictured(observation: str, asset_id: str, *, recoloured: bool) -> Signal:
    return signal(observation, asset_id, evidence={"kind": "image", "image": 0, "recoloured": recoloured})


@pytest.mark.parametrize(
    ("signals", "label"),
    [
        pytest.param(
            [
                pictured("photo.copy.near", "quill-photo", recoloured=True),
                pictured("design.copy.near", "quill-shape", recoloured=True),
            ],
            Label.DESIGN,
            id="goods of the shape in another colour",
        ),
        pytest.param(
            [pictured("design.copy.near", "quill-shape", recoloured=True), signal("vocabulary.evasive", None)],
            Label.DESIGN,
            id="sold in coded words",
        ),
        pytest.param(
            [
                pictured("photo.copy.near", "quill-photo", recoloured=False),
                pictured("design.element.faint", "quill-shape", recoloured=True),
            ],
            Label.IMAGE_COPYRIGHT,
            id="a copy beside a faint variant",
        ),
        pytest.param(
            [pictured("photo.copy.near", "quill-photo", recoloured=True)], Label.IMAGE_COPYRIGHT, id="no design seen"
        ),
        pytest.param(
            [
                pictured("design.copy.near", "quill-shape", recoloured=True),
                pictured("logo.found.clear", "quill-logo", recoloured=False),
            ],
            Label.COUNTERFEIT,
            id="with the sign on the goods",
        ),
    ],
)
def test_a_recoloured_picture_of_a_design_is_the_design_and_no_copy(signals: list[Signal], label: Label) -> None:
    assert scored(*signals).label is label


def test_of_a_family_about_one_fact_only_the_strongest_signal_counts() -> None:
    strong, weak = signal("artwork.copy.near", "quill-art"), signal("design.copy.far", "quill-shape")

    weighed = weigh([weak, strong, weak], TABLE)

    assert [w.weight for w in weighed] == [TABLE.weight("artwork.copy.near").points, 0.0, 0.0]
    assert weighed[0].signal == strong


def test_signals_that_add_up_stop_at_their_familys_cap() -> None:
    weighed = weigh([signal("vocabulary.replica", None), signal("vocabulary.evasive", None)] * 3, TABLE)

    assert sum(w.weight for w in weighed) == pytest.approx(TABLE.families["words"].most)
    assert len(weighed) == 6


@settings(derandomize=True, max_examples=200)
@given(
    st.lists(st.sampled_from(sorted(TABLE.observations)), min_size=1, max_size=12), st.randoms(use_true_random=False)
)
def test_scores_do_not_depend_on_the_order_of_signals(observations: list[str], random: object) -> None:
    signals = [CLAIM, *(signal(o, f"quill-{i}", rights_holder_id="quill") for i, o in enumerate(observations))]
    shuffled = signals.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert weigh(signals, TABLE) == weigh(shuffled, TABLE)


@settings(derandomize=True, max_examples=200)
@given(
    st.lists(st.sampled_from(sorted(TABLE.observations)), max_size=6),
    st.sampled_from([None, "CN", "GB", "KP", "US", "x" * 50]),
    st.sampled_from([None, "zh", "en", "ru"]),
    st.sampled_from([None, "CN", "DE"]),
)
def test_a_sellers_country_changes_no_score(
    observations: list[str], country: str | None, language: str | None, ships_from: str | None
) -> None:
    signals = (CLAIM, *(signal(o, rights_holder_id="quill") for o in observations))

    here = scored(*signals, seller=Seller(id="s1", country="GB"), language="en", ships_from="GB")
    there = scored(*signals, seller=Seller(id="s1", country=country), language=language, ships_from=ships_from)

    assert (here.score, here.label, here.candidate_id) == (there.score, there.label, there.candidate_id)


def test_the_id_of_a_candidate_stays_the_same_when_the_listing_changes() -> None:
    before = scored(CLAIM)
    after = scored(CLAIM, title="Another title", captured_at=datetime(2026, 11, 11, tzinfo=UTC))

    assert before.candidate_id == after.candidate_id
    assert before.candidate_id != scored(CLAIM, listing_id="1002").candidate_id


def test_bands_cover_all_scores_in_order() -> None:
    order = [Band.LOW, Band.MEDIUM, Band.HIGH]

    ranks = [order.index(band_of(i / 1000)) for i in range(1001)]

    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}


def test_an_unknown_observation_is_an_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match=r"mark\.invented"):
        scored(signal("mark.invented"))


def test_every_weight_has_a_source_a_family_and_a_finite_number() -> None:
    for name, weight in TABLE.observations.items():
        assert weight.source, name
        assert weight.family in TABLE.families, name
        assert math.isfinite(weight.points), name
        if weight.excludes_as is not None:
            assert weight.points <= 0, name


def test_what_the_pipeline_itself_observes_has_weights() -> None:
    assert {*EXCLUSIONS, *COMBINATIONS} <= set(TABLE.observations)


def test_the_rarer_a_low_price_is_the_more_it_weighs() -> None:
    points = [TABLE.weight(f"price.low.{share}").points for share in ("p05", "p01", "p001")]

    assert points == sorted(set(points))
