"""A register that lacks what a score needs is told so, with the cost."""

from typing import Any

import pytest

from pipeline.register.gaps import gaps
from tests.pipeline.builders import holder, register

FULL = holder()


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"authorised_sellers": ()}, ["authorised sellers"], id="no dealers"),
        pytest.param({"products": ()}, ["list prices"], id="no products"),
        pytest.param({"assets": FULL.assets[:1]}, ["pictures"], id="only a word"),
        pytest.param(
            {"authorised_sellers": (), "products": (), "assets": ()},
            ["authorised sellers", "list prices", "pictures"],
            id="only a name",
        ),
    ],
)
def test_what_a_holder_lacks_is_named(changes: dict[str, Any], lacking: list[str]) -> None:
    told = list(gaps(register(holder(**changes))))

    assert [line.split(": ")[1].removeprefix("no ") for line in told] == lacking
    assert all(line.startswith("quill: no ") and line.count(": ") == 2 for line in told)
