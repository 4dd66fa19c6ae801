"""What a job's overview says, as names and values. Pure: now is an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from jobconsole import marks, words
from jobconsole.costs import dollars
from jobconsole.marks import Style
from jobconsole.shown.rows import BAD_MARKS, shape
from runner.model.budget import Budget
from runner.model.receipt import Receipt, Usage
from runner.model.run import RunStatus, usual_ms
from widgets.meter import meter
from widgets.pieces import Piece, Pieces
from widgets.process_tree import ProcessRow, process_tree
from widgets.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.engine.browse import Fires, JobDetail
    from runner.model.activity import Activity, AgentState
    from runner.model.log import LogLine
    from runner.model.spending import JobCosts
    from runner.model.views import JobView, RunView

Field = tuple[str, str | Pieces]

METER_WIDTH = 10
ANSWER_LINES = 15


class OverviewFacts(NamedTuple):
    """What is known of a job, and of one of its runs.

    `detail` and `fires` are None for a job that is not configured any more. `lines` are
    the last ones that the run wrote. `activity` None: it does not run. `receipt` is
    of a run that has ended, `costs` are of a job for an agent.
    """

    job: JobView
    run: RunView | None
    detail: JobDetail | None
    fires: Fires | None
    hint: str
    lines: Sequence[LogLine]
    activity: Activity | None = None
    receipt: Receipt | None = None
    costs: JobCosts | None = None


def overview_fields(
    facts: OverviewFacts, now_ms: int, *, ascii_only: bool
) -> list[Field]:
    """The most urgent first."""
    fields = _problem(facts.job)
    if facts.activity is not None:
        fields += _running(facts.activity, now_ms, ascii_only=ascii_only)
        agent = facts.activity.agent
        fields.append(("agent", _agent(agent, _budget(facts))))
        if agent.budget is not None:
            fields.append(("budget", (Piece(agent.budget, Style.ODD),)))
    if facts.fires is not None:
        fields += _standing(facts.job, facts.fires.zone)
    fields += _last(facts, now_ms, ascii_only=ascii_only)
    fields.append(("agent", _agent_was(facts.receipt)))
    fields += _schedule(facts, now_ms)
    fields += _record(facts.job, ascii_only=ascii_only)
    fields.append(("costs", _costs(facts.costs)))
    fields += _said(facts)
    return fields


def activity_lines(
    activity: Activity, now_ms: int, *, ascii_only: bool
) -> list[Pieces]:
    """What one should know of a run before ending it."""
    fields = _running(activity, now_ms, ascii_only=ascii_only)
    return [
        (
            Piece(f"{name:<11}", Style.FAINT),
            *((Piece(value),) if isinstance(value, str) else value),
        )
        for name, value in fields
        if value
    ]


def _problem(job: JobView) -> list[Field]:
    problem = job.problem
    if problem is None:
        return []
    return [
        ("invalid", (Piece(problem.message, Style.BAD),)),
        ("where", problem.where),
        ("hint", problem.hint),
    ]


def _running(it: Activity, now_ms: int, *, ascii_only: bool) -> list[Field]:
    fields: list[Field] = []
    if it.elapsed_ms is not None:
        word = words.OUTCOMES[it.status]
        fields.append((word, _elapsed(it, it.elapsed_ms, ascii_only=ascii_only)))
    fields.append(("output", _output(it, now_ms)))
    if it.worker is not None:
        alive = "alive" if it.worker.alive else "stale: its process is gone"
        since = words.relative(it.worker.since_ms / 1000, now_ms / 1000)
        style = Style.PLAIN if it.worker.alive else Style.BAD
        text = f"pid {it.worker.pid}, {alive}, since {since}"
        fields.append(("lock", (Piece(text, style),)))
    tree = process_tree(
        [
            ProcessRow(
                process.depth,
                process.pid,
                process.command,
                _percent(process.cpu_percent),
                "" if process.rss is None else words.size(process.rss),
            )
            for process in it.processes
        ],
        unicode=not ascii_only,
    )
    load = "" if it.cpu_percent is None else f"cpu {_percent(it.cpu_percent)}, "
    total = f"{len(it.processes)}, {load}{words.size(it.rss)}"
    fields += [("processes", total)] if tree else []
    return fields + [("", line) for line in tree]


def _elapsed(it: Activity, elapsed_ms: int, *, ascii_only: bool) -> Pieces:
    """`3m12s of 30m, attempt 2  ▰▱▱▱ 10%`."""
    text = words.duration(elapsed_ms)
    limit = f" of {words.coarse(it.timeout_ms // 1000)}" if it.timeout_ms else ""
    attempt = f", attempt {it.attempt}" if it.attempt and it.attempt > 1 else ""
    used = (elapsed_ms, it.timeout_ms or 0)
    bar = meter(*used, METER_WIDTH, unicode=not ascii_only)
    return (Piece(f"{text}{limit}{attempt}  ", Style.BUSY), *bar)


def _output(it: Activity, now_ms: int) -> str:
    if it.last_output_ms is None:
        return "none yet"
    ago = words.relative(it.last_output_ms / 1000, now_ms / 1000)
    return f"{words.size(it.output_bytes)}, the last {ago}"


def _budget(facts: OverviewFacts) -> Budget:
    definition = facts.detail.definition if facts.detail else None
    agent = definition.job.agent if definition else None
    return agent.budget if agent else Budget()


def _agent(agent: AgentState, budget: Budget) -> str:
    """`turn 7/40  uses Bash  $0.08 of $0.50`."""
    turns = f"/{budget.turns}" if budget.turns else ""
    usd = f" of {dollars(budget.usd)}" if budget.usd else ""
    cost = dollars(agent.cost_usd, estimated=agent.cost_estimated)
    parts = [
        "" if agent.turn is None else f"turn {agent.turn}{turns}",
        "" if agent.tool is None else f"uses {agent.tool}",
        "" if agent.tokens is None else f"{agent.tokens:,} tokens",
        f"{cost}{usd}" if cost else "",
        agent.model or "",
        "" if agent.session is None else f"session {agent.session}",
    ]
    return "  ".join(part for part in parts if part)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}%"


def _standing(job: JobView, zone: str) -> list[Field]:
    fields: list[Field] = []
    if job.standing is not None:
        fields.append(("held", (Piece(words.standing(job), Style.ODD),)))
    elif not job.enabled:
        fields.append(("held", (Piece("disabled in the configuration", Style.ODD),)))
    skipped = [words.moment(it, ZoneInfo(zone)) for it in job.skipped]
    fields.append(("skips", ", ".join(skipped)))
    return fields


def _last(facts: OverviewFacts, now_ms: int, *, ascii_only: bool) -> list[Field]:
    run = facts.run
    if run is None:
        return [("last run", "never" if facts.job.problem else "never: r runs it now")]
    mark = marks.RUNS[run.status]
    at = run.ended_ms or run.started_ms or run.queued_ms
    text = words.ending(run) if run.status.ended else words.OUTCOMES[run.status]
    when = f", {words.relative(at / 1000, now_ms / 1000)}"
    fields: list[Field] = [
        (
            "last run",
            (shape(mark, ascii_only=ascii_only), Piece(f" {text}{when}", mark.style)),
        ),
    ]
    if run.error_code:
        error = f"{run.error_code}: {run.error_message or ''}"
        fields.append(("error", (Piece(error, Style.BAD),)))
    by = "" if run.actor == run.trigger else f" of {run.actor}"
    why = str(run.trigger).replace("_", "-") + by
    fields += [
        ("hint", facts.hint),
        ("run", run.run_id),
        ("started", f"{why} as {run.role}"),
        ("cost", dollars(run.cost_usd, estimated=run.cost_estimated)),
    ]
    return fields


def _schedule(facts: OverviewFacts, now_ms: int) -> list[Field]:
    if facts.job.problem is not None:
        return []
    if facts.detail is None or facts.fires is None:
        return [("when", (Piece("not configured any more", Style.ODD),))]
    zone, now = ZoneInfo(facts.fires.zone), now_ms / 1000
    coming = [
        f"{words.near(it, now, zone)}, {words.relative(it, now)}"
        for it in facts.fires.instants
        if it not in facts.job.skipped
    ]
    sentence = facts.detail.sentence or facts.job.schedule
    fields: list[Field] = [("when", f"{sentence} ({facts.fires.zone})")]
    if facts.job.next_at is not None:
        fields += [("next" if n == 0 else "", it) for n, it in enumerate(coming)]
    return fields


def _record(job: JobView, *, ascii_only: bool) -> list[Field]:
    """How the last runs went, and how long one usually takes."""
    bars = sparkline(job.outcomes, job.durations, unicode=not ascii_only)
    bad = sum(mark in BAD_MARKS for mark in job.outcomes)
    told = f"  {bad} of {len(job.outcomes)} ended badly" if bad else ""
    usual = usual_ms(job.outcomes, job.durations)
    takes = "" if usual is None else f"takes {words.duration(usual)}"
    return [
        ("last 20", (*bars, Piece(told, Style.BAD)) if bars else ""),
        ("usually", takes),
    ]


def _agent_was(receipt: Receipt | None) -> str:
    """`claude  claude-haiku-5-5  3 turns  3,150 tokens`, of a run that has ended."""
    if receipt is None or receipt.agent is None:
        return ""
    usage = receipt.usage or Usage()
    parts = [
        receipt.agent.name,
        receipt.agent.model or "",
        "" if usage.turns is None else f"{usage.turns} turns",
        "" if usage.tokens is None else f"{usage.tokens:,} tokens",
        *(f"{name}: {it.state}" for name, it in receipt.agent.mcp.items()),
    ]
    return "  ".join(part for part in parts if part)


def _costs(costs: JobCosts | None) -> str:
    if costs is None or not costs.month_usd:
        return ""
    today = f"{dollars(costs.today_usd)} today, " if costs.today_usd else ""
    return f"{today}{dollars(costs.month_usd)} this month"


def _said(facts: OverviewFacts) -> list[Field]:
    """The last lines of a run that has ended; a failure is to be read at once."""
    lines = [line.text.rstrip("\r\n") for line in facts.lines]
    if facts.receipt is not None and facts.receipt.agent and facts.receipt.message:
        lines = facts.receipt.message.splitlines()[:ANSWER_LINES]
    if not lines:
        return []
    failed = facts.run is not None and facts.run.status is not RunStatus.SUCCEEDED
    name = "printed" if failed else "said"
    return [(name if n == 0 else "", line or " ") for n, line in enumerate(lines)]
