"""Weights are drawn to decisions and keep their signs; what is better is told, and adopted by somebody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.commands.weights import weights
from pipeline.errors import InputError
from pipeline.learning.draws import draw_points
from pipeline.learning.fit import Labelled, Points, fit, predict, shift_prior
from pipeline.learning.proposal import adopt, propose
from pipeline.learning.quality import SLIPS, compare, quality
from pipeline.people import EVERY_HOLDER, Grant, Person, Role
from pipeline.records import Label
from pipeline.scoring import default_weights, fixed_observations, score_listing
from pipeline.store.captures import Capture, record_captures
from pipeline.store.database import Store, open_store
from pipeline.store.events import Draft, append_events
from pipeline.store.people import add_person
from pipeline.store.weights import (
    adopt_proposal,
    adopted_weights,
    labelled_cases,
    read_proposals,
    record_proposal,
)
from tests.pipeline.builders import listing, register, signal
from tests.pipeline.store.test_cases import CARD, decision, opening

TABLE, FIXED = default_weights(), fixed_observations()
OLD = Points.of(TABLE)
SEEN = sorted(name for name, weight in TABLE.observations.items() if weight.points and name not in FIXED)
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def sample(number: int, seed: int = 1) -> list[Labelled]:
    """Return candidates of which one observation decides, whatever the table says."""
    draw = np.random.default_rng(seed)
    rows = []
    for i in range(number):
        seen = tuple(str(name) for name in draw.choice(SEEN, size=3, replace=False))
        rows.append(Labelled(observations=seen, actionable=SEEN[0] in seen or i % 5 == 0, group=f"seller-{i % 17}"))
    return rows


def test_draws_are_the_same_for_a_seed_and_keep_every_sign() -> None:
    rows = sample(40)
    drawn = [list(draw_points(rows, TABLE, OLD, fixed=FIXED, number=2, seed=seed)) for seed in (7, 7, 8)]

    assert drawn[0] == drawn[1] != drawn[2]
    for points in drawn[0]:
        assert all(points.observations[name] * old >= 0 for name, old in OLD.observations.items())
        assert points.observations["mark.fragment.claim"] != OLD.observations["mark.fragment.claim"]


@settings(max_examples=15, derandomize=True, deadline=None)
@given(seed=st.integers(0, 10_000), number=st.integers(1, 60))
def test_no_fit_turns_a_sign_or_moves_policy(seed: int, number: int) -> None:
    found = fit(sample(number, seed), TABLE, OLD, fixed=FIXED, shift=True)

    for name, points in found.observations.items():
        assert points * OLD.observations[name] >= 0
        if name in FIXED or OLD.observations[name] == 0:
            assert points == OLD.observations[name]


def test_without_labels_a_fit_stays_where_it_was() -> None:
    certain = [Labelled(observations=(), actionable=True, group="a", weight=0.0)]

    assert fit(certain, TABLE, OLD, fixed=FIXED, shift=True) == OLD


def test_what_a_fit_predicts_is_what_scoring_says() -> None:
    signals = (signal("mark.exact.claim"), signal("price.low.p05", None))
    (candidate,) = score_listing(listing(), signals, register())
    seen = tuple(w.signal.observation for w in (*candidate.signals, *candidate.exclusions))

    (score,) = predict([Labelled(observations=seen, actionable=True, group="a")], OLD, TABLE)

    assert score == pytest.approx(candidate.score, abs=1e-6)


def test_few_labels_move_the_prior_alone() -> None:
    rows = [replace(row, actionable=False) for row in sample(60)]

    few, many = compare(rows, TABLE, FIXED), compare(sample(150), TABLE, FIXED)

    assert few.prior_only
    assert few.points.observations == OLD.observations
    assert few.points.prior < OLD.prior
    assert few.new.log_loss < few.old.log_loss
    assert not many.prior_only
    assert many.points.observations != OLD.observations
    assert shift_prior(rows, TABLE, OLD, slips=SLIPS) == few.points


def truth(number: int) -> list[Labelled]:
    """Return candidates that are labelled as the table says, by chance where it is not sure."""
    draw = np.random.default_rng(5)
    rows = [replace(row, group=f"seller-{i % 40}") for i, row in enumerate(sample(number, 5))]
    scores = predict(rows, OLD, TABLE)
    return [replace(row, actionable=bool(draw.random() < score)) for row, score in zip(rows, scores, strict=True)]


def test_slips_about_what_is_certain_teach_little_where_slips_are_reckoned_with() -> None:
    rows = truth(300)
    slipped = [replace(row, actionable=row.actionable != (i % 20 == 0)) for i, row in enumerate(rows)]

    before = quality(rows, predict(rows, OLD, TABLE)).log_loss
    lost = [
        quality(rows, predict(rows, fit(slipped, TABLE, OLD, fixed=FIXED, shift=True, slips=slips), TABLE)).log_loss
        - before
        for slips in (0.0, SLIPS)
    ]
    trusting, wary = (
        quality(slipped, np.full(300, 0.999), slips).log_loss - quality(slipped, np.full(300, 0.9), slips).log_loss
        for slips in (0.0, SLIPS)
    )

    assert lost[1] < 0.5 * lost[0]
    assert wary < trusting


def test_a_label_counts_as_many_as_it_stands_for() -> None:
    rows = sample(40)
    heavy = [replace(row, weight=3.0) if i < 10 else row for i, row in enumerate(rows)]

    repeated = shift_prior([*rows, *rows[:10], *rows[:10]], TABLE, OLD)

    assert shift_prior(heavy, TABLE, OLD).prior == pytest.approx(repeated.prior, abs=1e-4)


def test_quality_is_what_its_names_say() -> None:
    rows = [Labelled(observations=(), actionable=i < 3, group="a") for i in range(4)]

    found = quality(rows, np.array([0.9, 0.9, 0.9, 0.1]))
    flat = quality(rows, np.full(4, 0.75))

    assert found.average_precision == 1.0
    assert found.log_loss == pytest.approx(-np.log(0.9))
    assert found.calibration_error == pytest.approx(0.1)
    assert [(b.least, b.number, b.actionable) for b in found.reliability] == [(0.1, 1, 0.0), (0.9, 3, 1.0)]
    assert flat.calibration_error == pytest.approx(0.0)
    assert quality(rows[:3], np.full(3, 0.5)).average_precision is None


def test_a_proposal_names_what_it_moves_and_survives_a_newer_program() -> None:
    points = replace(OLD, observations=dict(OLD.observations) | {SEEN[0]: OLD.observations[SEEN[0]] + 0.5001})
    proposal = propose(TABLE, points, 120, {}, NOW)
    older = {name: weight for name, weight in TABLE.observations.items() if name != SEEN[0]}

    adopted = adopt(TABLE, proposal)

    assert list(proposal.observations) == [SEEN[0]]
    assert adopted.observations[SEEN[0]].points == pytest.approx(OLD.observations[SEEN[0]] + 0.5)
    assert adopted.observations[SEEN[0]].source == "fitted to 120 decisions"
    assert adopted.version == proposal.version != TABLE.version
    assert adopt(replace(TABLE, observations=older), proposal).observations == older


def decided(store: Store, number: int, label: str, band: str = "high", probability: float | None = None) -> str:
    case_id = f"{number:032x}"
    facts = {"band": band, "seller_id": f"s{number % 7}"} | (
        {} if probability is None else {"probability": probability}
    )
    draft = opening(number, **facts)
    seen = {"signals": [{"observation": "mark.exact.claim"}, {"observation": "long.forgotten"}], "exclusions": []}
    capture = Capture(
        case_id=case_id,
        content=CARD.content,
        captured_at=NOW,
        run_id="r",
        row=seen,
        listing=listing(listing_id=str(number)),
        photos=(),
    )
    with store.write() as connection:
        append_events(connection, [draft], None, four_eyes=())
        record_captures(connection, [capture])
        if label:
            word = Draft(event=decision(5_000 + number, case_id, label))
            append_events(connection, [word], None, four_eyes=())
    return case_id


def test_decided_cases_are_what_is_learnt_from(store: Store) -> None:
    decided(store, 1, "counterfeit")
    decided(store, 2, "second_hand", "medium")
    decided(store, 3, "irrelevant", "low", 0.1)
    decided(store, 4, "irrelevant", "low", 0.001)
    decided(store, 5, "irrelevant", "low")
    decided(store, 6, "suspicious")
    decided(store, 7, "")

    with store.read() as connection:
        rows = labelled_cases(connection, TABLE)

    assert [(row.actionable, row.weight) for row in rows] == [(True, 1.0), (False, 1.0), (False, 10.0), (False, 50.0)]
    assert {row.observations for row in rows} == {("mark.exact.claim",)}
    assert len({row.group for row in rows}) == 4


def test_the_table_that_was_adopted_last_is_in_force(store: Store) -> None:
    first = propose(TABLE, replace(OLD, prior=-2.0), 50, {"new": 1}, NOW)
    second = propose(TABLE, replace(OLD, prior=-3.0), 60, {}, NOW + timedelta(days=1))
    with store.write() as connection:
        assert adopted_weights(connection) == TABLE
        for proposal in (first, second, first):
            record_proposal(connection, proposal)
        assert adopted_weights(connection) == TABLE
        adopt_proposal(connection, second.version, "ana", NOW)
        assert adopted_weights(connection).prior == -3.0
        adopted = adopt_proposal(connection, first.version, "bo", NOW + timedelta(days=2))
        assert adopted_weights(connection).prior == -2.0
        assert [found.version for found in read_proposals(connection)] == [second.version, first.version]
        with pytest.raises(InputError, match="no such proposal, got 'x'"):
            adopt_proposal(connection, "x", "ana", NOW)

    assert adopted == replace(first, adopted_at=NOW + timedelta(days=2), adopted_by="bo")


def test_the_commands_fit_list_and_adopt(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store, runner = open_store(url), CliRunner()
    few = runner.invoke(weights, ["fit", "--store", url])
    for number in range(30):
        decided(store, number + 1, Label.COUNTERFEIT if number % 3 else Label.IRRELEVANT)
    store.close()

    fitted = runner.invoke(weights, ["fit", "--store", url])
    version = fitted.output.split("weights adopt ")[1].split()[0]
    nobody = runner.invoke(weights, ["adopt", version, "--by", "Ana", "--store", url])
    with open_store(url).write() as connection:
        for name, holder in (("ana", EVERY_HOLDER), ("kit", "hb")):
            role = Grant(rights_holder_id=holder, role=Role.ADMIN)
            add_person(
                connection, Person(person_id=name, name=name, shown_as=name, grants=(role,)), NOW, password_hash=None
            )
    other = runner.invoke(weights, ["adopt", version, "--by", "kit", "--store", url])
    adopted = runner.invoke(weights, ["adopt", version, "--by", "Ana", "--store", url])
    listed = runner.invoke(weights, ["list", "--store", url])

    assert few.exit_code == 2
    assert "too few decisions, got 0" in few.output
    assert (fitted.exit_code, adopted.exit_code, listed.exit_code) == (0, 0, 0)
    assert "30 decisions, 20 of them actionable" in fitted.output
    assert "only the prior is fitted" in fitted.output
    assert listed.output.startswith(f"{version} 30 decisions")
    assert "by ana" in listed.output
    assert (nobody.exit_code, other.exit_code) == (2, 2)
    assert "by: not an admin, got 'kit', expected the name of an admin of all rights holders" in other.output
    assert Label.COUNTERFEIT.value not in listed.output
