from __future__ import annotations

from jobconsole.shown.spec import spec_lines
from runner.model.errors import Code
from runner.model.job import Problem, Where
from runner.model.spec import Origin, Source, Spec, SpecValue
from tests.helpers.views import page_of

WIDTH = 100
WHERE = Where("teleclaude.yml", 3, 5)


def test_tells_where_each_value_comes_from() -> None:
    values = (
        SpecValue("timeout", "30m", (Origin(Source.BUILT_IN),)),
        SpecValue("env", "A: 1\nB: 2", (Origin(Source.JOB, "teleclaude.yml:7:3"),)),
    )
    text = page_of(
        spec_lines(
            Spec(job_id="a", defined_in="teleclaude.yml:3:5", values=values), WIDTH
        )
    )
    lines = text.splitlines()
    assert "defined in teleclaude.yml:3:5" in lines[0]
    assert lines[1].split() == ["timeout", "30m", "built", "in"]
    assert lines[2].split() == ["env", "A:", "1"]
    indent = " " * lines[2].index("A:")
    assert lines[3:] == [f"{indent}B: 2", f"{indent}teleclaude.yml:7:3"]


def test_problems_and_notes_come_first() -> None:
    problem = Problem(Code.JOB_INVALID_SPEC, "unknown key", WHERE, "Remove it.")
    warning = Problem(Code.JOB_INVALID_SPEC, "an odd value", WHERE)
    spec = Spec(
        job_id="a",
        defined_in="teleclaude.yml:3:5",
        problems=(problem,),
        warnings=(warning,),
        note="the file has changed since",
    )
    text = page_of(spec_lines(spec, WIDTH))
    places = [
        text.index(it)
        for it in (
            "changed since",
            "unknown key",
            "Remove it.",
            "an odd value",
            "defined in",
        )
    ]
    assert places == sorted(places)


def test_a_value_of_nothing_is_shown() -> None:
    spec = Spec(job_id="a", defined_in="x", values=(SpecValue("args", "", ()),))
    assert "args" in page_of(spec_lines(spec, WIDTH))


def test_a_narrow_page_has_origins_below() -> None:
    value = SpecValue("timeout", "30m", (Origin(Source.JOB, "teleclaude.yml:7:3"),))
    spec = Spec(job_id="a", defined_in="x", values=(value,))
    lines = page_of(spec_lines(spec, 50)).splitlines()
    assert lines[1].split() == ["timeout", "30m"]
    assert lines[2].split() == ["teleclaude.yml:7:3"]
    assert max(map(len, lines)) <= 50
