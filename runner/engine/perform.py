"""What a run does, from its plan to the judgement on what came of it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.engine import record
from runner.engine.evidence import Witness, missing_evidence, witness
from runner.engine.judge import Facts, Stop, StopReason, judge, judge_stop
from runner.engine.prepare import plan_of
from runner.engine.redact import redact_all
from runner.engine.supervise import AttemptEnd, Scene, attempt, sweep
from runner.model.errors import StateUnavailableError
from runner.model.job import Expect
from runner.model.run import RunStatus
from runner.process.failpoint import failpoint
from runner.store import runs
from runner.store.folders import open_regular, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.engine.agent.attend import Attendant, Work
    from runner.engine.plan import Execution, Plan
    from runner.engine.project import Project
    from runner.model.errors import Json
    from runner.model.receipt import ErrorEnvelope
    from runner.process.descendants import Reaper
    from runner.process.table import ProcessTable

_RESULT_BYTES = 1024 * 1024


class Hands(NamedTuple):
    """What a worker keeps from run to run."""

    project: Project
    base: dict[str, str]
    table: ProcessTable
    reaper: Reaper
    on_look: Callable[[], None]


class Outcome(NamedTuple):
    """What came of the attempt, before it is written down."""

    status: RunStatus
    error: ErrorEnvelope | None
    end: AttemptEnd | None = None
    plan: Plan | None = None
    payload: object = None
    work: Work | None = None


def perform(hands: Hands, case: Execution) -> Outcome:
    """Make the one attempt. Raises JobconsoleError for what keeps it from starting."""
    job, project = case.definition.job, hands.project
    with _state_errors():
        chosen = plan_of(project, case, hands.base)
        _leave_word(project, case, chosen)
    seen = witness(job.expect, Path(case.definition.root))
    wish = _wish(project, case)
    if wish is not None:
        return Outcome(*judge_stop(wish), plan=chosen)
    with _attending(project, case, chosen) as attendant:
        scene = _scene(hands, case, attendant)
        end = attempt(chosen, job.leftovers, scene)
        code, number = end.exit
        case.events.append(end.ended_ms, "attempt_ended", exit_code=code, signal=number)
        work = attendant.conclude(end.exit.code, end.stopped) if attendant else None
    facts = Facts(
        exit=end.exit,
        stopped=work.stopped if work else end.stopped,
        payload=_payload(case, chosen, end.ended_ms),
        answer_error=work.answer.error if work else None,
        escaped=len(end.leftovers),
        leftovers=job.leftovers,
    )
    status, error = judge(facts)
    if status is RunStatus.SUCCEEDED and job.expect != Expect():
        answer = work.answer.text if work else record.tail(case.folder.stdout)
        looked = _look_for_evidence(hands, case, seen, chosen, answer)
        facts = facts._replace(missing=looked.missing, stopped=looked.stopped)
        status, error = judge(facts)
        end = end._replace(leftovers=(*end.leftovers, *sweep(scene)))
    return Outcome(status, error, end, chosen, facts.payload, work)


@contextlib.contextmanager
def _state_errors() -> Iterator[None]:
    """Before anything has started, a full disk is a failure like any other."""
    try:
        yield
    except OSError as error:
        message = f"{error.strerror or error} ({error.filename or 'the run folder'})"
        raise StateUnavailableError(
            message, hint="Nothing was started: mend it, and run the job again."
        ) from error


def _leave_word(project: Project, case: Execution, chosen: Plan) -> None:
    """What exactly runs, and what it is told: before it starts."""
    revision = record.git_revision(Path(case.definition.root))
    folder = case.folder
    write_file(folder.manifest, record.manifest(case.claim, chosen, revision))
    if chosen.prompt is not None:
        write_file(folder.prompt, chosen.prompt.encode("utf-8", "replace"))
    if chosen.agent is not None:
        now_ms = project.clock.wall_ms()
        for name, health in chosen.agent.record.mcp.items():
            told: dict[str, Json] = msgspec.to_builtins(health)
            case.events.append(now_ms, "mcp_asked", server=name, **told)
    failpoint("worker.prepared")


def _attending(
    project: Project, case: Execution, chosen: Plan
) -> contextlib.AbstractContextManager[Attendant | None]:
    """Who stands by an agent; other programs need nobody."""
    if chosen.agent is None:
        return contextlib.nullcontext()
    from runner.engine.agent.work import attending

    return attending(project, case, chosen, chosen.agent)


def _wish(project: Project, case: Execution) -> Stop | None:
    """What somebody asked of the run: to stop (1) or to be killed (2)."""
    level, actor = runs.cancel_level(project.index, case.claim.run_id)
    if not level:
        return None
    return Stop(StopReason.CANCEL, f"cancelled by {actor or ''}", now=level > 1)


def _scene(hands: Hands, case: Execution, attendant: Attendant | None) -> Scene:
    def stops() -> Stop | None:
        wanted = attendant.look() if attendant else None
        return _wish(hands.project, case) or wanted

    return Scene(
        run_id=case.claim.run_id,
        folder=case.folder,
        clock=hands.project.clock,
        table=hands.table,
        reaper=hands.reaper,
        events=case.events,
        stops=stops,
        on_look=hands.on_look,
    )


class _Evidence(NamedTuple):
    """What is missing, and the wish that ended the search for it."""

    missing: str
    stopped: Stop | None


def _look_for_evidence(
    hands: Hands, case: Execution, seen: Witness, chosen: Plan, answer: str
) -> _Evidence:
    """Somebody may want the run to stop meanwhile."""

    def proceed() -> bool:
        hands.on_look()
        return _wish(hands.project, case) is None

    missing = missing_evidence(seen, chosen, answer, proceed)
    return _Evidence(missing, _wish(hands.project, case))


def _payload(case: Execution, chosen: Plan, now_ms: int) -> object:
    """The job's own result, if it wrote one that can be read."""
    try:
        with open_regular(case.folder.result) as file:
            body = file.read(_RESULT_BYTES + 1)
    except OSError:
        return None
    if len(body) > _RESULT_BYTES:
        case.events.append(now_ms, "result_unreadable", why="it is larger than 1 MiB")
        return None
    try:
        return redact_all(msgspec.json.decode(body), chosen.secrets())
    except (ValueError, RecursionError) as error:
        case.events.append(now_ms, "result_unreadable", why=str(error))
        return None
