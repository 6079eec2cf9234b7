"""A test that is skipped fails where every program must be there."""

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

def test_that_lacks_a_program():
    pytest.skip("no such program")

@pytest.mark.skipif(True, reason="no such fonts")
def test_that_lacks_fonts():
    pass

def test_that_lacks_nothing():
    pass
"""


@pytest.mark.parametrize(
    ("wish", "outcomes"),
    [
        pytest.param("", {"passed": 1, "skipped": 2}, id="skipped"),
        pytest.param("fail", {"passed": 1, "failed": 1, "errors": 1}, id="failed"),
    ],
)
def test_skips_fail_where_they_are_not_wanted(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, wish: str, outcomes: dict[str, int]
) -> None:
    monkeypatch.setattr("tests.conftest.SKIPS_FAIL", wish == "fail")
    pytester.makepyfile(TESTS)

    done = pytester.runpytest_inprocess("-p", "tests.conftest", "--import-mode=importlib")

    assert done.parseoutcomes() == outcomes
