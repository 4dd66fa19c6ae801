from __future__ import annotations

from jobconsole.shown.comparison import NAME_WIDTH, comparison_lines
from runner.model.comparison import Comparison, Fact, Section
from tests.helpers.views import page_of, run_view, text_of

OLD, NEW = run_view(run_id="old"), run_view(run_id="new")
SAME = Fact(Section.WHAT, "command", "true", "true")
OTHER = Fact(Section.OUTCOME, "exit_code", 0, None)


def shown(*facts: Fact, everything: bool = False, gaps: tuple[str, ...] = ()) -> str:
    compared = Comparison(OLD, NEW, facts, gaps)
    return page_of(comparison_lines(compared, 20, everything=everything))


def test_shows_what_differs_under_its_section() -> None:
    lines = shown(SAME, OTHER).splitlines()
    assert lines[0].split() == ["old", "new"]
    assert all(view.job_id in lines[1] for view in (OLD, NEW))
    assert lines[3] == "OUTCOME"
    assert lines[4].split()[-3:] == ["exit_code", "0", "-"]
    assert "command" not in shown(SAME, OTHER)


def test_shows_the_rest_where_it_is_wanted() -> None:
    text = shown(SAME, OTHER, everything=True)
    assert text.index("WHAT") < text.index("command") < text.index("OUTCOME")


def test_says_that_nothing_differs() -> None:
    assert "They do not differ" in shown(SAME)
    assert "They do not differ" in shown()


def test_says_what_could_not_be_read() -> None:
    assert "! the manifest of old is gone" in shown(
        gaps=("the manifest of old is gone",)
    )


def test_both_sides_keep_their_columns() -> None:
    long = Fact(Section.WHERE, "n" * 40, "l" * 90, "r" * 90)
    compared = Comparison(OLD, NEW, (long,))
    head, _, _, _, line = comparison_lines(compared, 20, everything=False)
    assert text_of(line).index("r") == text_of(head).index("new")
    assert len(text_of(line)) == NAME_WIDTH + 1 + 20 + 2 + 20
