"""An agent at work: its account, its warnings, and when it has to end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.agents.claude_stream import ClaudeReader
from runner.agents.codex_stream import CodexReader
from runner.agents.custom import TextReader
from runner.engine.agent import listen
from runner.engine.agent.attend import Attendant, Charge
from runner.engine.browse import definition_of
from runner.engine.budget import Subject
from runner.engine.judge import Stop, StopReason
from runner.model.budget import Price
from runner.model.errors import Code
from runner.store import runs
from runner.store.events import EventLog, parse
from runner.store.spending import Bill
from tests.fakes.clock import FakeClock
from tests.helpers.played import (
    MODEL,
    SESSION,
    begins,
    codex_begins,
    codex_ends,
    codex_says,
    ends,
    to_stream,
    turn,
)
from tests.helpers.project import opened, write_project
from tests.helpers.spent import spent
from tests.helpers.still import at
from tests.helpers.streams import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.agents.base import StreamReader
    from runner.engine.project import Project
    from runner.model.errors import Json

NOON = at("2026-11-20 12:00")
PRICES = {"gpt-5.5": Price(input=10.0, cached=1.0, output=100.0)}
SECRET = "hunter2-hunter2"


class Watched:
    """One attempt of job `a`, whose stream the test writes."""

    def __init__(
        self,
        project: Project,
        clock: FakeClock,
        reader: StreamReader | None = None,
        silence: int | None = None,
        tells_cost: bool = True,
    ) -> None:
        _, definition = definition_of(project, "a")
        assert definition is not None
        folder = project.root
        self.project, self.clock = project, clock
        self.run_id = spent(project, "a", Bill(), when=(clock.wall_ms(), None))
        self.stdout = folder / f"{self.run_id}.log"
        self.stdout.touch()
        self.log = folder / f"{self.run_id}.jsonl"
        role = definition.roles["admin"]
        charge = Charge(
            subject=Subject(definition.job, role, self.run_id),
            reader=reader or ClaudeReader(),
            stdout=self.stdout,
            environment={"HOME": str(folder)},
            prices=PRICES,
            model="gpt-5.5" if isinstance(reader, CodexReader) and tells_cost else None,
            silence=silence,
            secrets=[SECRET],
            tells_cost=tells_cost,
        )
        self.attendant = Attendant(project, charge, EventLog(self.log))

    def tells(self, *events: dict[str, object]) -> Stop | None:
        with self.stdout.open("ab") as file:
            file.write(to_stream(*events))
        return self.attendant.look()

    def waits(self, seconds: float) -> Stop | None:
        self.clock.advance(round(seconds * 1000))
        return self.attendant.look()

    def told(self, event: str) -> list[Mapping[str, Json]]:
        return [it for it in parse(self.log.read_bytes()) if it["event"] == event]

    @property
    def known(self) -> Bill:
        """As the index has it."""
        row = runs.find(self.project.index, self.run_id)
        assert row is not None
        return row.bill


class Desk:
    """A project on a clock that the test moves."""

    def __init__(self, project: Project, clock: FakeClock) -> None:
        self.project = project
        self.clock = clock

    def watch(
        self,
        allowed: Mapping[str, object] | None = None,
        reader: StreamReader | None = None,
        silence: int | None = None,
        top: Mapping[str, object] | None = None,
        tells_cost: bool = True,
    ) -> Watched:
        job = {"agent": "claude", "prompt": "Hello", "budget": allowed or {}}
        config = {"timezone": "UTC", "jobs": {"a": job}, **(top or {})}
        write_project(self.project.root, json.dumps(config))
        api.refresh(self.project)
        return Watched(self.project, self.clock, reader, silence, tells_cost)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = FakeClock(NOON * 1000)
    with opened(write_project(tmp_path, "jobs: {}"), clock) as project:
        yield Desk(project, clock)


# -- figures -----------------------------------------------------------------------


def test_figures_reach_the_index_as_they_come(desk: Desk) -> None:
    it = desk.watch()
    assert it.known == Bill()
    assert it.tells(begins()) is None
    assert it.tells(turn(1, read=1000, tool="Bash")) is None
    assert it.known == Bill(None, False, 1001, 1, 1)
    assert it.tells(turn(2, read=2000)) is None
    assert it.known == Bill(None, False, 3002, 2, 1)
    assert it.tells(ends(cost=0.25, read=3000, written=100)) is None
    assert it.known == Bill(0.25, False, 3100, 2, 1)
    assert it.attendant.standing.session == SESSION
    assert it.attendant.standing.model == MODEL
    assert it.attendant.conclude(0).answer.error is None


def test_a_cost_by_the_prices_is_told_as_an_estimate(desk: Desk) -> None:
    it = desk.watch(reader=CodexReader())
    it.tells(codex_begins(), codex_says("Done."))
    assert it.told("agent_usage") == []
    it.tells(codex_ends(1000, 400, 100))
    cost = (600 * 10 + 400 * 1 + 100 * 100) / 1_000_000
    assert it.known.cost_usd == pytest.approx(cost)
    assert it.known._replace(cost_usd=None) == Bill(None, True, 1100, 1, 0)
    (usage,) = [event for event in it.told("agent_usage") if "cost_usd" in event]
    assert usage["cost_usd"] == pytest.approx(cost)
    assert usage["estimated"] is True
    it.waits(1)
    it.attendant.conclude(0)
    assert len(it.told("agent_usage")) == 2


def test_what_comes_after_the_last_look_counts_too(desk: Desk) -> None:
    it = desk.watch()
    with it.stdout.open("ab") as file:
        # The last line has no end of its own.
        file.write(to_stream(begins(), turn(1), ends("All done."))[:-1])
    answer = it.attendant.conclude(0).answer
    assert (answer.text, answer.error) == ("All done.", None)
    assert it.known.cost_usd == 0.25


def test_it_is_heard_out_however_much_it_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listen, "_PIECE", 64)
    it = desk.watch()
    with it.stdout.open("ab") as file:
        file.write(to_stream(begins(), *(turn(n) for n in range(100)), ends()))
    work = it.attendant.conclude(0)
    assert work.answer.error is None
    assert work.bill.turns == 100


# -- budgets -----------------------------------------------------------------------


def test_warned_once_and_stopped_at_the_next_figure(desk: Desk) -> None:
    it = desk.watch({"turns": 5})
    assert it.tells(begins(), *(turn(n) for n in range(3))) is None
    assert it.told("agent_budget") == []
    assert it.tells(turn(3)) is None
    (warning,) = it.told("agent_budget")
    assert warning["budget"] == "4 of 5 turns for a run"
    assert it.tells(turn(4)) is None
    assert len(it.told("agent_budget")) == 1

    stop = it.tells(turn(5))

    assert stop is not None
    assert stop.reason is StopReason.BUDGET
    assert stop.why == "stopped by its budget: 6 of 5 turns for a run"
    assert not stop.now
    assert stop.data == {
        "budget_of": "a run",
        "measure": "turns",
        "limit": 5,
        "used": 6,
        "overshoot": 1,
    }


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ({"tokens": 2000}, "2002 of 2000 tokens"),
        ({"tools": 1}, "2 of 1 calls of tools"),
        ({"turns": 1}, "2 of 1 turns"),
    ],
)
def test_every_figure_that_is_known_live(
    desk: Desk, budget: dict[str, int], words: str
) -> None:
    it = desk.watch(budget)
    assert it.tells(begins(), turn(1, tool="Bash")) is None
    stop = it.tells(turn(2, tool="Bash"))
    assert stop is not None
    assert stop.why == f"stopped by its budget: {words} for a run"


def test_a_live_estimate_stops_too(desk: Desk, tmp_path: Path) -> None:
    """Codex tells its tokens in its diary, and never what they cost."""
    it = desk.watch({"usd": 0.02}, reader=CodexReader())
    thread = "01a1f9d2-d125-7e20-a78c-08737319559d"
    assert it.tells({"type": "thread.started", "thread_id": thread}) is None
    diary = tmp_path / f".codex/sessions/2026/11/20/rollout-x-{thread}.jsonl"
    diary.parent.mkdir(parents=True)
    first, second = recorded("codex-code.diary").splitlines(keepends=True)[14:20:5]
    diary.write_bytes(first)
    assert it.waits(0) is None
    assert it.known.cost_estimated
    assert it.known.cost_usd == pytest.approx(0.0123)
    with diary.open("ab") as file:
        file.write(second)
    stop = it.waits(0)
    assert stop is not None
    assert stop.data["overshoot"] == pytest.approx(0.0046)


def test_time_is_hard_for_every_program(desk: Desk) -> None:
    it = desk.watch({"time": "10s"}, reader=TextReader())
    assert it.waits(7.9) is None
    assert it.told("agent_budget") == []
    assert it.waits(0.1) is None
    assert len(it.told("agent_budget")) == 1
    assert it.waits(1.9) is None
    stop = it.waits(0.1)
    assert stop is not None
    assert stop.why == "stopped by its budget: 10 of 10 s for a run"


def test_sleep_of_the_machine_is_no_time(desk: Desk) -> None:
    it = desk.watch({"time": "10s"}, silence=5)
    desk.clock.suspend(3_600_000)
    assert it.attendant.look() is None


def test_a_cost_known_only_at_the_end(desk: Desk) -> None:
    """It did what it was asked, and still it was too much."""
    it = desk.watch({"usd": 0.2})
    assert it.tells(begins(), turn(1), ends("All done.", cost=0.25)) is not None
    answer = it.attendant.conclude(0).answer
    assert answer.text == "All done."
    assert answer.error is not None
    assert answer.error.code is Code.AGENT_BUDGET_EXCEEDED
    assert answer.error.message == (
        "it used more than its budget: 0.25 of 0.20 USD for a run"
    )
    assert answer.error.data["overshoot"] == pytest.approx(0.05)


def test_what_went_wrong_first_is_what_is_told(desk: Desk) -> None:
    it = desk.watch({"usd": 0.2})
    it.tells(begins(), turn(1), {**ends("It broke", cost=0.25), "is_error": True})
    error = it.attendant.conclude(1).answer.error
    assert error is not None
    assert error.code is Code.JOB_EXECUTION_FAILED


def test_two_runs_share_what_there_is_for_a_day(desk: Desk) -> None:
    budget = {"per_day": {"turns": 5}}
    one = desk.watch(budget)
    two = Watched(desk.project, desk.clock)
    assert one.tells(begins(), turn(1), turn(2)) is None
    assert two.tells(begins(), turn(1), turn(2)) is None
    (warning,) = two.told("agent_budget")
    assert warning["budget"] == "4 of 5 turns for a day of job a"
    assert one.tells(turn(3)) is None

    stop = two.tells(turn(3))

    assert stop is not None
    assert stop.why == "stopped by its budget: 6 of 5 turns for a day of job a"


def test_two_runs_share_the_time_of_a_day(desk: Desk) -> None:
    """Time goes on without a figure."""
    one = desk.watch({"per_day": {"time": "10s"}}, reader=TextReader())
    two = Watched(desk.project, desk.clock, TextReader())
    assert one.waits(4) is None
    assert two.waits(0) is None
    stops = [one.waits(2), two.waits(0)]
    assert any(stops)


@pytest.mark.parametrize(
    ("top", "whose"),
    [
        ({"budget": {"per_day": {"turns": 2}}}, "a day of the project"),
        (
            {"roles": {"admin": {"budget": {"per_day": {"turns": 2}}}}},
            "a day of role admin",
        ),
    ],
)
def test_others_use_it_up(desk: Desk, top: dict[str, object], whose: str) -> None:
    it = desk.watch(top=top)
    now_ms = desk.clock.wall_ms()
    spent(desk.project, "b", Bill(turns=2), when=(now_ms, now_ms))
    stop = it.tells(begins(), turn(1))
    assert stop is not None
    assert stop.why == f"stopped by its budget: 3 of 2 turns for {whose}"


def test_at_midnight_a_new_day_begins(desk: Desk) -> None:
    """What ended yesterday does not count any more; what goes on does."""
    desk.clock.advance(11 * 3_600_000 + 59 * 60_000)
    it = desk.watch({"per_day": {"turns": 3}})
    now_ms = desk.clock.wall_ms()
    spent(desk.project, "a", Bill(turns=2), when=(now_ms, now_ms))
    assert it.tells(begins(), turn(1)) is None
    desk.clock.advance(60_000)
    assert it.tells(turn(2)) is None
    assert it.tells(turn(3)) is None
    assert it.tells(turn(4)) is not None


def test_a_bound_on_money_that_nobody_can_keep_is_told(desk: Desk) -> None:
    """Codex tells no cost, and there is no price for its model."""
    it = desk.watch({"usd": 1.0}, CodexReader(), tells_cost=False)
    it.tells(codex_begins())
    assert it.told("agent_budget") == []
    it.tells(codex_ends(1000, 0, 10))
    it.waits(1)
    (warning,) = it.told("agent_budget")
    assert "cost is not known" in str(warning["budget"])

    tells_later = desk.watch({"usd": 1.0})
    tells_later.tells(begins(), turn(1))
    unbound = desk.watch({"turns": 9}, CodexReader(), tells_cost=False)
    unbound.tells(codex_begins(), codex_ends(1000, 0, 10))
    assert tells_later.told("agent_budget") == unbound.told("agent_budget") == []


def test_a_limit_that_the_program_kept_itself(desk: Desk) -> None:
    """What is told is our own figure, with the overshoot."""
    it = desk.watch({"usd": 0.2})
    own = {**ends("Budget reached", cost=0.25), "is_error": True}
    it.tells(begins(), turn(1), {**own, "subtype": "error_max_budget_usd"})
    error = it.attendant.conclude(1).answer.error
    assert error is not None
    assert error.code is Code.AGENT_BUDGET_EXCEEDED
    assert error.data["overshoot"] == pytest.approx(0.05)


def test_what_it_used_while_it_was_stopped_is_told(desk: Desk) -> None:
    it = desk.watch({"turns": 1, "usd": 0.2})
    stop = it.tells(begins(), turn(1), turn(2))
    assert stop is not None
    with it.stdout.open("ab") as file:
        aborted = {**ends(cost=2.0), "is_error": True}
        file.write(to_stream({**aborted, "terminal_reason": "aborted_streaming"}))
    stopped = it.attendant.conclude(0, stop).stopped
    assert stopped is not None
    assert stopped.why == "stopped by its budget: 2.00 of 0.20 USD for a run"
    assert stopped.data["overshoot"] == pytest.approx(1.8)

    silence = Stop(StopReason.SILENCE, "stopped as it told nothing for 5 s")
    assert it.attendant.conclude(0, silence).stopped == silence


# -- silence -----------------------------------------------------------------------


def test_an_agent_that_tells_nothing(desk: Desk) -> None:
    it = desk.watch(silence=5)
    assert it.tells(begins()) is None
    assert it.waits(4.9) is None
    assert it.tells(turn(1)) is None
    assert it.waits(4.9) is None
    stop = it.waits(0.1)
    assert stop == Stop(StopReason.SILENCE, "stopped as it told nothing for 5 s")


def test_it_may_be_silent_from_the_start(desk: Desk) -> None:
    it = desk.watch(silence=5)
    assert it.waits(5) is not None
    patient = desk.watch(silence=None)
    assert patient.waits(1_000_000) is None


def test_rubbish_is_a_sign_of_life(desk: Desk) -> None:
    it = desk.watch(silence=5)
    it.waits(4)
    with it.stdout.open("ab") as file:
        file.write(b"\xff")
    assert it.waits(4) is None


# -- what is told ------------------------------------------------------------------


def test_secrets_are_hidden_in_what_it_tells(desk: Desk) -> None:
    it = desk.watch()
    it.tells(begins(), turn(1, text=f"the key is {SECRET}", tool=f"t-{SECRET}"))
    text = it.log.read_text("utf-8")
    assert SECRET not in text
    assert it.told("agent_message")[0]["text"] == "the key is [hidden]"


def test_the_provider_serves_nobody(desk: Desk) -> None:
    it = desk.watch()
    reset = NOON + 3600
    limit = {"status": "rejected", "resetsAt": reset}
    refused = {**ends("You've hit your limit"), "is_error": True}
    it.tells(begins(), {"type": "rate_limit_event", "rate_limit_info": limit}, refused)
    answer = it.attendant.conclude(1).answer
    assert answer.resets_at == reset
    assert answer.error is not None
    assert answer.error.code is Code.AGENT_UNAVAILABLE
    assert answer.error.data == {"resets_at": "2026-11-20T13:00:00Z"}


@pytest.mark.parametrize(("days", "believed"), [(31, True), (32, False)])
def test_a_time_far_ahead_is_not_believed(
    desk: Desk, days: int, believed: bool
) -> None:
    it = desk.watch()
    limit = {"status": "rejected", "resetsAt": NOON + days * 86_400}
    refused = {**ends("You've hit your limit"), "is_error": True}
    it.tells(begins(), {"type": "rate_limit_event", "rate_limit_info": limit}, refused)
    error = it.attendant.conclude(1).answer.error
    assert error is not None
    assert error.code is Code.AGENT_UNAVAILABLE
    assert ("resets_at" in error.data) is believed
