"""Why an occurrence made no run, from the reason that was kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.engine.authority import SCHEDULER, role_for
from runner.engine.why.case import Case, Finding, unseen_around
from runner.engine.why.moments import length
from runner.engine.why.run import run_facts
from runner.model.account import Fact, Verdict
from runner.model.errors import PolicyDeniedError
from runner.model.job import CatchUp
from runner.model.occurrence import Reason
from runner.store import account, history, occurrences

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.model.system import Gap
    from runner.store.account import Kept


class Because(NamedTuple):
    """The end of "It did not run: …", with what supports it and what to do."""

    cause: str
    facts: list[Fact]
    hint: str = ""
    gap: Gap | None = None


def explain_declined(case: Case, instant: int, kept: Kept, reason: Reason) -> Finding:
    moments = case.about(instant)
    cause, more, hint, gap = _BECAUSE[reason](case, instant, kept)
    facts = [Fact("reason", str(reason))]
    if kept.stretch.fires > 1:
        facts += _stretch_facts(case, instant, kept)
    facts += [Fact("decided", moments.full(kept.decided_ms // 1000)), *more]
    ahead = reason is Reason.SKIPPED and instant > case.now
    verdict = Verdict.SKIPPED_AHEAD if ahead else Verdict.DECLINED
    tense = "will not run" if ahead else "did not run"
    return Finding(verdict, f"It {tense}: {cause}.", facts, hint, gap=gap)


def _stretch_facts(case: Case, instant: int, kept: Kept) -> list[Fact]:
    facts = [Fact("one of", case.about(instant).stretch(kept))]
    since = case.since.schedule
    inside = instant not in {kept.stretch.first, kept.stretch.last}
    if since is not None and instant <= since and inside:
        changed = case.about(instant).full(since)
        told = f"it has this one since {changed}; which fires that one had is not kept"
        facts.append(Fact("schedule", told))
    return facts


def condition(case: Case, instant: int, reason: Reason) -> Because:
    """What a condition that lasts is about, as it stands now."""
    return _BECAUSE[reason](case, instant, None)


def _overlap(case: Case, instant: int, kept: Kept | None) -> Because:
    hint = "`overlap: queue` lets it wait for the run before it."
    run_id = kept.detail if kept else None
    run = history.one(case.project.index, run_id) if run_id else None
    name = f"run {run_id}" if run_id else "a run"
    began = run is not None and run.started_ms is not None
    state = "was still running" if began or run is None else "had not started"
    facts = [] if run is None else run_facts(case.about(instant), run, "in the way")
    return Because(f"{name} of the same job {state} (overlap: skip)", facts, hint)


def _missed(case: Case, instant: int, kept: Kept | None) -> Because:
    moments = case.about(instant)
    unseen = unseen_around(case, instant, kept.decided_ms if kept else None)
    facts = unseen.facts(moments)
    job = case.definition.job if case.definition else None
    later = kept and account.decided_with(
        case.project.index, case.job_id, kept.stretch.last, kept.decided_ms
    )
    if later:
        at, fate = later
        told = f"run {fate.run_id}" if fate.run_id else str(fate.reason)
        facts.insert(0, Fact("the latest", f"{moments.full(at)}: {told}"))
        why = "only the latest of what was missed counts"
        if job is not None and job.catch_up is CatchUp.LATEST:
            why += f" (catch_up: {job.catch_up})"
    elif job is not None and job.catch_up is CatchUp.NONE:
        why = "what is missed is not made up for (catch_up: none)"
    elif case.removed:
        why = "by then the job was taken out of the configuration"
    elif (
        kept
        and kept.stretch.last < (case.since.schedule or 0) <= kept.decided_ms // 1000
    ):
        why = "by then its schedule had changed"
    else:
        # By what was configured then, of which nothing is kept.
        why = "what was missed was not made up for then"
    cause = f"{unseen.words(moments)}, and {why}"
    return Because(cause, facts, _hint(unseen.gap), unseen.gap)


def _hint(gap: Gap | None) -> str:
    if gap is None or gap.uncalled_ms:
        return "Something must call `jobconsole --tick` every few minutes."
    return "`catch_up` and `misfire_grace` say what is to be made up for, and how late."


def _misfired(case: Case, instant: int, kept: Kept | None) -> Because:
    moments = case.about(instant)
    decided_ms = kept.decided_ms if kept else case.now_ms
    unseen = unseen_around(case, instant, decided_ms)
    late = max(decided_ms // 1000 - instant, 0)
    grace = case.definition.job.misfire_grace if case.definition else None
    same = grace is not None and grace < late
    allowed = f" of {length(grace or 0)}" if same else ", as it was then"
    return Because(
        f"it was seen {length(late)} late, which is more than its misfire_grace{allowed}:"
        f" {unseen.words(moments)}",
        unseen.facts(moments),
        "A longer `misfire_grace` lets it run that late.",
        unseen.gap,
    )


def _denied(case: Case, _instant: int, kept: Kept | None) -> Because:
    said = kept.detail if kept else None
    cause = said or "its role may not start it"
    hint = "See `role`, `roles` and `may_trigger` in the configuration."
    if case.definition is not None:
        try:
            role_for(case.definition, None, SCHEDULER)
        except PolicyDeniedError as error:
            return Because(said or error.message, [], error.hint)
        cause += " (as it is configured now, it may)"
    return Because(cause, [], hint)


def _invalid(case: Case, instant: int, kept: Kept | None) -> Because:
    moments, since = case.about(instant), case.since.invalid
    problem = case.problem
    from_ = f" from {moments.brief(kept.stretch.first)} on" if kept else ""
    if problem is None:
        return Because(f"its definition was invalid{from_}; by now it is valid", [])
    when = "it is invalid" if since is None else f"invalid since {moments.brief(since)}"
    if kept and since and instant < since:
        seen = unseen_around(case, instant).until or case.now
        if seen < since:
            then = f"its definition was invalid{from_}; it was valid in between"
            return Because(then, [])
        when = f"nobody looked before {moments.brief(seen)}, and by then it was {when}"
    # What was wrong then is not kept: what is wrong now is the best there is.
    facts = [Fact("problem", str(problem.code))]
    facts += [] if since is None else [Fact("invalid since", moments.full(since))]
    return Because(
        f"{when}: {problem.where}: {problem.message}",
        facts,
        problem.hint or "`jobconsole validate` shows every problem.",
    )


def _disabled(case: Case, instant: int, kept: Kept | None) -> Because:
    by_person = _by_person(case, instant, kept, Reason.DISABLED)
    if by_person is not None:
        return by_person
    be = "was" if kept else "is"
    hint = "Remove `enabled: false` from its definition."
    return Because(f"it {be} switched off (enabled: false)", [], hint)


def _paused(case: Case, instant: int, kept: Kept | None) -> Because:
    by_person = _by_person(case, instant, kept, Reason.PAUSED)
    return by_person or Because("it was paused", [])


def _held(case: Case, instant: int, kept: Kept | None) -> Because:
    by_run = _by_person(case, instant, kept, Reason.HELD)
    return by_run or Because("its agent's provider served nobody", [])


def _budget(_case: Case, _instant: int, kept: Kept | None) -> Because:
    cause = kept.detail if kept and kept.detail else "what it may use in a day was used"
    return Because(cause, [], "Wait for the next day, or widen the budget's `per_day`.")


def _skipped(case: Case, instant: int, kept: Kept | None) -> Because:
    if kept is None or kept.detail is None:
        return Because("somebody skipped it", [])
    note = occurrences.skip_note(kept.detail)
    when = case.about(instant).brief(kept.decided_ms // 1000)
    cause = f"skipped by {note.actor} at {when}"
    undo = (
        "`jobconsole undo` takes the last decision back." if instant > case.now else ""
    )
    return Because(f"{cause}: {note.reason}" if note.reason else cause, [], undo)


def _by_person(
    case: Case, instant: int, kept: Kept | None, what: Reason
) -> Because | None:
    """Who had put the condition on the job that kept the occurrence from running."""
    row = case.in_force(what, instant * 1000 if kept else case.now_ms)
    if row is None and kept is not None:
        # It may have been put on the job after the instant, and before anybody looked.
        row = case.in_force(what, kept.decided_ms - 1)
    if row is None:
        return None
    moments = case.about(instant)
    until = "" if row.until is None else f" until {moments.brief(row.until)}"
    cause = f"{what} by {row.actor} since {moments.brief(row.since_ms // 1000)}{until}"
    verb = "enable" if what is Reason.DISABLED else "resume"
    return Because(
        f"{cause}: {row.reason}" if row.reason else cause,
        [Fact(f"{what} by", row.actor)],
        f"jobconsole {verb} {case.job_id}",
    )


_BECAUSE: dict[Reason, Callable[[Case, int, Kept | None], Because]] = {
    Reason.OVERLAP: _overlap,
    Reason.PAUSED: _paused,
    Reason.DISABLED: _disabled,
    Reason.MISFIRED: _misfired,
    Reason.DENIED: _denied,
    Reason.INVALID: _invalid,
    Reason.HELD: _held,
    Reason.BUDGET: _budget,
    Reason.SKIPPED: _skipped,
    Reason.MISSED: _missed,
}
