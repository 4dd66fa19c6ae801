"""What a run leaves for people: manifest, summary, and the receipt's parts."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from typing import TYPE_CHECKING

import msgspec

from runner import __version__
from runner.engine.redact import redact
from runner.model.instants import utc_text, utc_text_ms
from runner.model.receipt import (
    AgentRecord,
    Artifact,
    HostRecord,
    Receipt,
    Usage,
)
from runner.model.run import Trigger
from runner.model.text import sanitise
from runner.process.environment import masked
from runner.store.folders import RunFolder, open_regular, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.engine.plan import Plan
    from runner.store.runs import Claim

_HASHED_BYTES = 16 * 1024 * 1024
_SMALL_BYTES = 64 * 1024
_TAIL_BYTES = 8 * 1024
_TAIL_LINES = 20
_UNLISTED = frozenset({"run_receipt.json", "run.lock"})


def host(boot: str) -> HostRecord:
    version = platform.python_version()
    return HostRecord(os.uname().nodename, sys.platform, version, __version__, boot)


def manifest(claim: Claim, plan: Plan, revision: str | None) -> bytes:
    """What exactly ran: names of the environment, never their values."""
    agent, secrets = plan.agent, plan.secrets()
    prompt = plan.prompt and hashlib.sha256(plan.prompt.encode()).hexdigest()
    what = {
        "schema": 1,
        "run_id": claim.run_id,
        "job_id": claim.job_id,
        "sequence": claim.seq,
        "kind": claim.kind,
        "trigger": claim.trigger,
        "actor": claim.actor,
        "queued_at": utc_text_ms(claim.queued_ms),
        "scheduled_for": instant_or_none(claim.scheduled_for),
        "started_at": utc_text_ms(claim.started_ms),
        "replay_of": claim.replay_of,
        "args": claim.args,
        "params": masked(claim.params),
        "resume": claim.resume,
        "timeout": claim.timeout,
        "argv": [redact(word, secrets) for word in plan.argv],
        "cwd": str(plan.cwd),
        "environment": sorted(plan.environment),
        "role": claim.role,
        "timeout_ms": plan.timeout_ms,
        "prompt_sha256": prompt,
        "config_sha256": claim.definition,
        "git_revision": revision,
        "agent": agent and agent.record.name,
        "model": agent and agent.record.model,
        "tmpdir": plan.scratch and str(plan.scratch),
        "versions": _versions(plan),
    }
    return msgspec.json.format(msgspec.json.encode(what), indent=2) + b"\n"


def _versions(plan: Plan) -> dict[str, str]:
    versions = {"jobconsole": __version__, "python": platform.python_version()}
    if plan.agent is not None and plan.agent.version is not None:
        versions[plan.agent.record.name] = plan.agent.version
    return versions


def git_revision(root: Path) -> str | None:
    """The commit that the project's folder is at, read from .git without git."""
    git = root / ".git"
    try:
        head = (git / "HEAD").read_text("ascii").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        loose = git / name
        if loose.exists():
            return loose.read_text("ascii").strip()
        packed = (git / "packed-refs").read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((line[:40] for line in packed if line.endswith(f" {name}")), None)


def artifacts(folder: RunFolder) -> tuple[Artifact, ...]:
    """Every file of the run folder but the receipt itself and the lock."""
    with os.scandir(folder.path) as entries:
        files = sorted(
            (entry.name, entry.stat(follow_symlinks=False).st_size)
            for entry in entries
            if entry.is_file(follow_symlinks=False) and entry.name not in _UNLISTED
        )
    return tuple(
        Artifact(name, size, _sha256(folder.path / name, size)) for name, size in files
    )


def _sha256(path: Path, size: int) -> str | None:
    if size > _HASHED_BYTES:
        return None
    try:
        with open_regular(path) as file:
            if size < _SMALL_BYTES:
                return hashlib.sha256(file.read()).hexdigest()
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # a job may have made it unreadable
        return None


def tail(path: Path) -> str:
    """The last lines of a log as text, however large it is."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _TAIL_BYTES, 0))
            content = file.read(_TAIL_BYTES)
    except OSError:
        return ""
    text = content.decode("utf-8", "replace").rstrip()
    return "\n".join(text.splitlines()[-_TAIL_LINES:])


def summary(receipt: Receipt, said: str) -> bytes:
    """A person's page about the run, in Markdown; what the job said is quoted."""
    lines = [f"# {receipt.job_id}: {receipt.status}", ""]
    lines += [f"- {fact}" for fact in _facts(receipt)]
    is_answer = bool(receipt.message) and said.startswith(receipt.message.rstrip("…"))
    if receipt.message:
        lines += ["", *_quoted(said if is_answer else receipt.message)]
    if said and not is_answer:
        lines += ["", "## Last lines", "", *_quoted(said)]
    files = ["stdout.log", "stderr.log", "events.jsonl", "manifest.json"]
    if receipt.agent is not None:
        files = ["agent.log", "prompt.md", *files]
    lines += ["", f"More: {', '.join(f'`{name}`' for name in files)}."]
    return ("\n".join(lines) + "\n").encode()


def _facts(receipt: Receipt) -> Iterator[str]:
    by = "" if receipt.actor == receipt.trigger else f" of {receipt.actor}"
    starter = f"{receipt.trigger}{by} as {receipt.role}"
    yield f"run `{receipt.run_id}`, by {starter}"
    yield f"started {receipt.started_at or 'never'}, ended {receipt.ended_at}"
    if receipt.scheduled_for:
        yield f"scheduled for {receipt.scheduled_for}"
    if receipt.duration_ms is not None:
        yield f"took {receipt.duration_ms / 1000:.3f} s"
    if receipt.exit_code is not None:
        yield f"exit code {receipt.exit_code}"
    if receipt.signal is not None:
        yield f"ended by signal {receipt.signal}"
    if receipt.error:
        message = " ".join(sanitise(receipt.error.message).split())
        yield f"{receipt.error.code}: {message}"
    if receipt.agent:
        yield from _about_agent(receipt, receipt.agent)
    if receipt.leftovers:
        yield f"{len(receipt.leftovers)} processes outlived it"


def _in_line(values: dict[str, str]) -> str:
    text = ", ".join(f"{name}={value}" for name, value in values.items())
    return " ".join(sanitise(text).split())


def _about_agent(receipt: Receipt, agent: AgentRecord) -> Iterator[str]:
    model = f", model {agent.model}" if agent.model else ""
    session = f", session `{agent.session}`" if agent.session else ""
    yield f"by {agent.name}{model}{session}"
    if receipt.params:
        yield f"parameters: {_in_line(receipt.params)}"
    usage = receipt.usage or Usage()
    if usage.tokens is not None:
        kinds = f" ({usage.input_tokens or 0} in, {usage.output_tokens} out)"
        yield f"{usage.tokens} tokens{kinds if usage.output_tokens is not None else ''}"
    if usage.turns:
        turns = "1 turn" if usage.turns == 1 else f"{usage.turns} turns"
        tools = "1 call" if usage.tools == 1 else f"{usage.tools or 0} calls"
        yield f"{turns}, {tools} of tools"
    if receipt.cost_usd is not None:
        how = " (estimated)" if receipt.cost_estimated else ""
        yield f"cost {receipt.cost_usd:.4f} USD{how}"
    for name, health in agent.mcp.items():
        detail = (
            f": {' '.join(sanitise(health.detail).split())}" if health.detail else ""
        )
        yield f"MCP server {name}: {health.state}{detail}"


def _quoted(text: str) -> list[str]:
    """Indented as code, so that nothing in it is read as Markdown."""
    return [f"    {line}" for line in sanitise(text).splitlines()]


def write_summary(folder: RunFolder, receipt: Receipt, said: str) -> None:
    write_file(folder.summary, summary(receipt, said))


def references(replay_of: str | None) -> tuple[str, ...]:
    """The other runs that a receipt names."""
    return () if replay_of is None else (replay_of,)


def replayed(receipt: Receipt) -> str | None:
    """The run that this one repeats: a replay names it first."""
    is_replay = receipt.trigger is Trigger.REPLAY and receipt.references
    return receipt.references[0] if is_replay else None


def time_or_none(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else utc_text_ms(milliseconds)


def instant_or_none(seconds: int | None) -> str | None:
    return None if seconds is None else utc_text(seconds)
