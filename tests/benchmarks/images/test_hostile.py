"""Hostile files are made as described, and become a description or a refusal."""

import pytest

from benchmarks.images.hostile import DESCRIBED, REFUSED, Describer
from benchmarks.images.hostile_files import FORMATS, fuzzed_files, odd_files


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_are_the_same_for_the_same_seed_and_no_two_alike(kind: str) -> None:
    once, again = (list(fuzzed_files(kind, 12, seed=1)) for _ in range(2))

    assert once == again
    assert len({data for _, data in once}) == 12


@pytest.mark.parametrize("kind", FORMATS)
def test_a_damaged_file_is_described_or_refused(kind: str) -> None:
    describer = Describer(limit=30)

    outcomes = {describer.outcome(data)[0] for _, data in fuzzed_files(kind, 12, seed=2)}

    assert outcomes <= {DESCRIBED, REFUSED}


def test_every_odd_file_is_described_or_refused_in_little_memory() -> None:
    describer = Describer(limit=30)

    outcomes = {name: describer.outcome(data) for name, data in odd_files()}

    assert {name: got for name, (got, _) in outcomes.items() if got not in (DESCRIBED, REFUSED)} == {}
    assert max(megabytes for _, megabytes in outcomes.values()) < 600
    assert outcomes["PNG RGBA"][0] == outcomes["TIFF I;16"][0] == outcomes["JPEG CMYK"][0] == DESCRIBED
    assert outcomes["no bytes"][0] == outcomes["PNG claims 65535 a side"][0] == REFUSED
