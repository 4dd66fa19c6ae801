"""One run as a page for people: its receipt, or what is known until there is one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from jobconsole import marks, words
from jobconsole.cli.table import shown
from jobconsole.costs import dollars
from jobconsole.marks import Style
from runner.model.receipt import Receipt

if TYPE_CHECKING:
    from jobconsole.cli.session import Session
    from runner.engine.browse import RunDetail
    from runner.model.activity import Activity, AgentState
    from runner.model.views import RunView

Fields = list[tuple[str, str]]

_decoder = msgspec.json.Decoder(Receipt)


def show_run(
    session: Session, detail: RunDetail, now: int, doing: Activity | None
) -> None:
    view = detail.view
    output = session.output
    mark = shown(marks.RUNS[view.status], output.terminal)
    name = output.painted(view.job_id, Style.STRONG)
    output.line(f"{mark} {name} {headline(view, now)}")
    fields = _known(view)
    if detail.receipt is not None:
        fields += _receipt_fields(detail.receipt)
    if doing is not None:
        fields += _now(doing.agent)
    output.fields([*fields, ("folder", str(detail.folder.path))])


def _now(agent: AgentState) -> Fields:
    """What an agent that works has told so far."""
    used = [
        dollars(agent.cost_usd, estimated=agent.cost_estimated),
        "" if agent.tokens is None else f"{agent.tokens:,} tokens",
    ]
    return [
        ("now", ", ".join(part for part in _at(agent) if part)),
        ("so far", ", ".join(part for part in used if part)),
        ("budget", agent.budget or ""),
        ("session", agent.session or ""),
        ("model", agent.model or ""),
    ]


def _at(agent: AgentState) -> tuple[str, str]:
    turn = "" if agent.turn is None else f"turn {agent.turn}"
    return turn, "" if agent.tool is None else f"uses {agent.tool}"


def headline(view: RunView, now: int) -> str:
    """`succeeded after 1.2s, 4d ago`, or `running for 3m`."""
    if view.ended_ms is None:
        since = view.started_ms or view.queued_ms
        waited = words.coarse(max(now - since // 1000, 0))
        return f"{words.OUTCOMES[view.status]} for {waited}"
    return f"{words.ending(view)}, {words.relative(view.ended_ms / 1000, now)}"


def _known(view: RunView) -> Fields:
    why = str(view.trigger).replace("_", "-")
    if view.scheduled_for is not None:
        why += f", for {words.moment(view.scheduled_for)}"
    fields = [
        ("run", view.run_id),
        ("why", why),
        ("repeats", view.replay_of or ""),
        ("as", f"{view.role}, started by {view.actor}"),
        ("queued", _moment(view.queued_ms)),
        ("started", _moment(view.started_ms)),
        ("ended", _moment(view.ended_ms)),
        ("exit", words.ended_with(view.exit_code, view.signal)),
    ]
    if view.error_code:
        fields.append(("error", f"{view.error_code}: {view.error_message}"))
    return fields


def _receipt_fields(body: bytes) -> Fields:
    try:
        return _told(_decoder.decode(body))
    except msgspec.MsgspecError as error:
        return [("receipt", f"cannot be read: {error}")]


def _told(receipt: Receipt) -> Fields:
    """What only the receipt knows."""
    fields = [("hint", receipt.error.hint)] if receipt.error else []
    fields += [
        ("target", receipt.target),
        ("params", ", ".join(f"{name}={it}" for name, it in receipt.params.items())),
        ("said", receipt.message),
        ("nothing new", "yes" if receipt.nothing_to_report else ""),
        ("result", _payload(receipt)),
        ("agent", _agent(receipt)),
        ("used", _usage(receipt)),
    ]
    if receipt.agent is not None:
        for name, health in receipt.agent.mcp.items():
            told = f"{name}: {health.state}"
            text = f"{told}, {health.detail}" if health.detail else told
            fields.append(("mcp server", text))
    if len(receipt.attempts) > 1:
        for attempt in receipt.attempts:
            how = words.ended_with(attempt.exit_code, attempt.signal)
            what = f"{attempt.number}: {words.OUTCOMES[attempt.status]}"
            fields.append(("attempt", f"{what}, {how}" if how else what))
    for left in receipt.leftovers:
        found = f"found by {left.found_by}, {left.outcome}"
        fields.append(("leftover", f"{left.pid} {left.command} ({found})"))
    files = [f"{file.path} {words.size(file.bytes)}" for file in receipt.artifacts]
    fields.append(("files", ", ".join(files)))
    return fields


def _moment(milliseconds: int | None) -> str:
    return "" if milliseconds is None else words.moment(milliseconds // 1000)


def _payload(receipt: Receipt) -> str:
    """The job's own result, unless it only repeats what it said."""
    if receipt.payload is None:
        return ""
    return json.dumps(receipt.payload, ensure_ascii=False)


def _agent(receipt: Receipt) -> str:
    """`claude, model sonnet, session 4f28621a`."""
    agent = receipt.agent
    if agent is None:
        return ""
    parts = [
        agent.name,
        "" if agent.model is None else f"model {agent.model}",
        "" if agent.session is None else f"session {agent.session}",
        "" if agent.resumed is None else f"went on with {agent.resumed}",
    ]
    return ", ".join(part for part in parts if part)


def _usage(receipt: Receipt) -> str:
    usage = receipt.usage
    parts = [
        dollars(receipt.cost_usd, estimated=receipt.cost_estimated),
        "" if usage is None or usage.turns is None else f"{usage.turns} turns",
        "" if usage is None or usage.tools is None else f"{usage.tools} tool calls",
    ]
    if usage is not None and usage.input_tokens is not None:
        parts.append(f"{usage.input_tokens} tokens read")
    if usage is not None and usage.output_tokens is not None:
        parts.append(f"{usage.output_tokens} tokens written")
    return ", ".join(part for part in parts if part)
