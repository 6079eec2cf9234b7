"""Progress on a terminal and elsewhere."""

import io

from pipeline.progress import TerminalProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> str:
    with TerminalProgress(stream) as progress:
        for done in (0, 1, 2):
            progress.report("describe", done, 2)
        progress.report("merge", 5, None)
    return stream.getvalue()


def test_elsewhere_than_on_a_terminal_each_stage_is_one_line() -> None:
    assert shown(io.StringIO()) == "counterfoil: describe\ncounterfoil: merge\n"


def test_on_a_terminal_each_stage_is_a_bar_that_counts() -> None:
    drawn = shown(Terminal())

    assert "describe" in drawn
    assert "2/2" in drawn
    assert "5/?" in drawn
