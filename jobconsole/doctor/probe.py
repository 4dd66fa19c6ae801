"""Runs where jobs will run, looks around, and writes down what it saw.

    python -P -m jobconsole.doctor.probe CONFIG INTO

What to look at lies beside INTO. CONFIG says whom it is for, and is itself looked at.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from jobconsole.doctor.facts import Facts, PlaceKind, PlaceWanted, Questions
from jobconsole.doctor.looks.logins import look_at_logins
from jobconsole.doctor.looks.machine import Manual, look_at_machine
from jobconsole.doctor.looks.places import look_at_places
from jobconsole.doctor.looks.process import look_at_process
from jobconsole.doctor.looks.programs import look_at_programs
from runner.process.clock import SystemClock
from runner.process.environment import FALLBACK_PATH, current
from runner.store.folders import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.process.clock import Clock

QUESTIONS = "questions.json"
FACTS = "facts.json"

T = TypeVar("T")


def gather(
    questions: Questions,
    environment: Mapping[str, str],
    scratch: Path,
    *,
    clock: Clock,
    platform: str = sys.platform,
) -> Facts:
    """What is seen by a process that was started with this environment.

    A look that fails is told among the facts.
    """
    failed: dict[str, str] = {}
    outside = environment.get("PATH", "")
    manual = Manual({"PATH": FALLBACK_PATH, "LC_ALL": "C"})

    def tried(name: str, look: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
        try:
            return look()
        except (OSError, ValueError, RuntimeError) as error:
            failed[name] = f"{type(error).__name__}: {error}"
            return ()

    return Facts(
        process=look_at_process(environment, platform),
        machine=look_at_machine(clock, platform, manual),
        places=tried("files", lambda: look_at_places(questions)),
        logins=tried("logins", lambda: look_at_logins(questions, platform)),
        programs=tried(
            "programs", lambda: look_at_programs(questions, outside, scratch, clock)
        ),
        failed=failed,
    )


def main(config: str, into: Path) -> None:
    """Write what is seen here, and why questions could not be read."""
    if not into.parent.is_dir():
        sys.exit(f"{into.parent} is not to be seen here, or nobody waits any more")
    if into.exists():
        sys.exit(f"{into} is written: nobody has taken it away, or this definition")
    problem = ""
    questions = Questions(places=(PlaceWanted(PlaceKind.CONFIG, config),))
    try:
        content = into.with_name(QUESTIONS).read_bytes()
        questions = msgspec.json.decode(content, type=Questions)
    except (OSError, msgspec.DecodeError) as error:
        problem = f"{type(error).__name__}: {error}"
    facts = gather(questions, current(), into.parent, clock=SystemClock())
    if problem:
        failed = {"questions": problem, **facts.failed}
        facts = msgspec.structs.replace(facts, failed=failed)
    write_durably(into, msgspec.json.encode(facts))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
