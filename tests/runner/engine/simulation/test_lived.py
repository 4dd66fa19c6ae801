"""A simulation tells what the engine then does."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from runner import api
from runner.model.occurrence import Reason, Stretch
from runner.model.run import Trigger, duration_mark
from runner.model.simulation import Scenario, Simulated, What
from runner.store import meta, standing
from runner.store.db import transaction
from runner.store.standing import StandingRow
from tests.helpers.decisions import pause, skip
from tests.helpers.lived import Fate, Lived, fates, within
from tests.helpers.still import Still, at, still

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.helpers.lived import Span

MINUTE, HOUR = 60, 3600
SPRING, AUTUMN = at("2026-03-28 20:00"), at("2026-10-24 20:00")
"""Hours before the clocks of Europe change; those of New York and Lord Howe do
in other weeks."""

SEEDS = 24


class Task(NamedTuple):
    """A random job and what is known and decided of it. Durations are seconds."""

    keys: dict[str, object]
    takes: int | None
    paused: int | None
    held: int | None
    skips: int


ZONES = ("Europe/Berlin", "America/New_York", "Europe/Dublin", "UTC")
EXPRESSIONS = (
    "*/20 * * * *",
    "30 * * * *",
    "30 2 * * *",
    "0 1,2,3 * * *",
    "*/30 2 * * *",
)


def random_when(chance: Random) -> dict[str, object]:
    zone = {"timezone": chance.choice(ZONES)}
    return chance.choice(
        [
            {"when": {"cron": chance.choice(EXPRESSIONS), **zone}},
            {"when": {"cron": chance.choice(EXPRESSIONS), **zone}},
            {"when": {"every": chance.choice([12, 20, 30, 60, 90]) * MINUTE}},
            {"when": {"at": ["01:30", "02:30", "06:00"], **zone}},
            {"schedule": chance.choice(["hourly", "hourly", "daily"])},
        ]
    )


def random_task(chance: Random) -> Task:
    grace = chance.choice([10 * MINUTE, HOUR, 2 * HOUR])
    manner = {
        "overlap": chance.choice(["queue", "skip", "allow", "queue"]),
        "catch_up": chance.choice(["latest", "none", "all"]),
        "pool": chance.choice(["default", "default", "agent"]),
        "enabled": chance.random() < 0.9,
        **chance.choice([{}, {}, {"misfire_grace": grace}]),
        **({"comand": "not a key"} if chance.random() < 0.1 else {}),
    }
    return Task(
        keys={**random_when(chance), **manner},
        takes=chance.choice([HOUR, 3 * HOUR, 10 * MINUTE, None, 1]),
        paused=chance.choice([None, None, chance.randint(1, 8 * HOUR)]),
        held=chance.choice([None, None, chance.randint(1, 8 * HOUR)]),
        skips=chance.choice([0, 0, 1, 2]),
    )


def random_downs(chance: Random, start: int) -> tuple[Span, ...]:
    """Up to two, one after the other."""
    found: list[Span] = []
    for _ in range(chance.choice([0, 1, 2])):
        begin = start + chance.randint(0, 4 * HOUR)
        start = begin + chance.choice(
            [1, 5 * MINUTE, HOUR, chance.randint(1, 5 * HOUR)]
        )
        found.append((begin, start))
        start += 1
    return tuple(found)


def prepare(it: Still, plan: dict[str, Task]) -> None:
    """What is usual of the jobs, and what people and providers decided."""
    index = it.project.index
    with transaction(index):
        meta.set_pools(index, {"default": 3, "agent": 1})
        for job_id, task in plan.items():
            if task.takes is not None:
                mark = duration_mark(task.takes * 1000)
                index.execute(
                    "UPDATE jobs SET outcomes = 's', durations = ? WHERE id = ?",
                    (mark, job_id),
                )
            if task.held is not None:
                until = it.now + task.held
                row = StandingRow(job_id, Reason.HELD, 0, until, "a run", "")
                standing.put(index, row)
    for job_id, task in plan.items():
        if task.paused is not None:
            pause(it, job_id, it.now + task.paused)
        if task.keys["enabled"] and "comand" not in task.keys:
            for _ in range(task.skips if "when" in task.keys else 0):
                skip(it, job_id)


def told(it: Still, events: Iterable[Simulated]) -> Counter[Fate]:
    """The same of a simulation. What waits may start later, and counts then."""
    found: Counter[Fate] = Counter()
    for event in events:
        if event.reason is Reason.SKIPPED or event.what is What.LEFT_OUT:
            continue
        stretch = Stretch(event.first, event.last, event.count)
        started = event.at_ms if event.what is What.RUNS else None
        for instant in within(it, event.job_id, stretch, event.reason):
            fate = Fate(event.job_id, instant, event.reason, event.trigger, started)
            found[fate] += 1
            if event.waited_ms:
                found[fate._replace(started_ms=None)] -= 1
    return +found


def since(before: Counter[Fate], it: Still) -> Counter[Fate]:
    """What was decided, but not what began to wait before and started then."""
    known = {(fate.job_id, fate.instant) for fate in before if fate.instant}
    found = fates(it) - before
    return Counter(
        {
            fate: count
            for fate, count in found.items()
            if (fate.job_id, fate.instant) not in known
        }
    )


KINDS = {
    What.WAITS,
    What.LEFT_OUT,
    (What.RUNS, Trigger.SCHEDULE),
    (What.RUNS, Trigger.CATCH_UP),
    *((What.DECLINED, it) for it in Reason if it not in {Reason.DENIED, Reason.BUDGET}),
}
"""What must have happened at last, so that the test says something."""


def test_it_is_what_the_engine_does(tmp_path: Path) -> None:
    happened: set[object] = set()
    for seed in range(SEEDS):
        events, decided = story(tmp_path / str(seed), seed)
        assert decided, f"nothing came of {seed}"
        happened |= {kind_of(event) for event in events}
    assert happened == KINDS


def kind_of(event: Simulated) -> object:
    aside = event.reason or (event.trigger if event.what is What.RUNS else None)
    return (event.what, aside) if aside else event.what


def story(root: Path, seed: int) -> tuple[list[Simulated], int]:
    """What was told and then happened to random jobs; how much the engine decided."""
    chance = Random(seed)  # noqa: S311  nothing secret
    plan = {f"j{number}": random_task(chance) for number in range(4)}
    begin = chance.choice([SPRING, AUTUMN])
    unseen = begin + chance.randint(0, 4 * HOUR)
    start = unseen + chance.choice([0, 1, chance.randint(1, 3 * HOUR)])
    downs = random_downs(chance, start)
    jobs = {job_id: task.keys for job_id, task in plan.items()}
    with still(root, jobs, begin) as it:
        prepare(it, plan)
        # Runs go on and wait, and something may be overdue as it begins.
        life = Lived(it, downs, unseen=(unseen, start))
        life.until(unseen)
        before = fates(it)
        life.until(start)
        scenario = Scenario(start, start + 9 * HOUR, at_rest=False, downs=downs)
        events = list(api.simulate(it.project, scenario))
        assert [it.at_ms for it in events] == sorted(it.at_ms for it in events)
        life.until(scenario.end)
        decided = since(before, it)
        assert told(it, events) == decided, f"not with {seed}: {plan}"
    return events, decided.total()
