"""Agents' programs that play what a test wrote, a scene of shell words for each job."""

from __future__ import annotations

import contextlib
import json
import shlex
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.process.environment import FALLBACK_PATH
from tests.helpers.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.errors import Json

VERSIONS = {"claude": "2.1.328 (Claude Code)", "codex": "codex-cli 0.169.0"}

SESSION = "4f28621a-c0aa-4fc9-b002-b646c1e0866a"
MODEL = "claude-sonnet-5-5"
CODEX_MODEL = "gpt-5.5"

_PLAYER = """\
#!/bin/sh
[ "$1" = --version ] && echo asked >> "$0.asked" && echo "{version}" && exit
scene="${{0%/*}}/$JOBCONSOLE_JOB"
printf '%s\\n' "$@" > "$scene.argv"
cat > "$scene.stdin"
env > "$scene.env"
. "$scene.scene"
"""

Event = dict[str, object]


@contextlib.contextmanager
def played_site(
    root: Path,
    config: Mapping[str, object],
    scenes: Mapping[str, str],
    files: Mapping[str, str] | None = None,
) -> Iterator[Project]:
    """A project whose `claude` and `codex` play each job's scene; TMPDIR is `tmp`."""
    for name, version in VERSIONS.items():
        program = root / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(_PLAYER.format(version=version), "utf-8")
        program.chmod(0o755)
    for job_id, scene in scenes.items():
        put_on(root, job_id, scene)
    (root / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{root / 'bin'}:{FALLBACK_PATH}")
        patch.setenv("TMPDIR", str(root / "tmp"))
        patch.setenv("HOME", str(root / "home"))
        with site(root, config, files) as project:
            yield project


def put_on(root: Path, job_id: str, scene: str) -> None:
    """What the agent of a job plays from now on."""
    (root / "bin" / f"{job_id}.scene").write_text(scene, "utf-8")


def trace(root: Path, job_id: str, what: str) -> list[str]:
    """The lines of the last run's `argv`, `stdin` or `env`."""
    return (root / "bin" / f"{job_id}.{what}").read_text("utf-8").splitlines()


def asked_for_version(root: Path, name: str) -> int:
    """How often a program was asked which version it is."""
    path = root / "bin" / f"{name}.asked"
    return len(path.read_text("utf-8").splitlines()) if path.exists() else 0


def says(*events: Event) -> str:
    """Shell words that write these events to stdout."""
    lines = "\n".join(json.dumps(it) for it in events)
    return f"cat <<'EOF'\n{lines}\nEOF\n"


def to_stream(*events: Event) -> bytes:
    """The same events as the bytes of a stream."""
    return b"".join(json.dumps(it).encode() + b"\n" for it in events)


def told(project: Project, run_id: str, event: str) -> list[Mapping[str, Json]]:
    """The events of a run that have this name."""
    found = [it for it in api.events(project, run_id) if it is not None]
    return [it for it in found if it["event"] == event]


# -- claude ------------------------------------------------------------------------


def begins(session: str = SESSION, model: str = MODEL) -> Event:
    return {
        "type": "system",
        "subtype": "init",
        "session_id": session,
        "model": model,
    }


def turn(number: int, *, read: int = 1000, text: str = "", tool: str = "") -> Event:
    """A message of the model: so many tokens were read, none of them cached."""
    content = [{"type": "text", "text": text}] if text else []
    if tool:
        content.append({"type": "tool_use", "id": f"t{number}", "name": tool})
    message = {
        "id": f"msg_{number}",
        "model": MODEL,
        "content": content,
        "usage": {"input_tokens": read, "output_tokens": 1},
    }
    return {"type": "assistant", "message": message}


def ends(
    text: str = "All done.", *, cost: float = 0.25, read: int = 1000, written: int = 50
) -> Event:
    """The last event of a good run: only here it tells what it cost."""
    used = {"inputTokens": read, "outputTokens": written, "costUSD": cost}
    return {
        "type": "result",
        "subtype": "success",
        "session_id": SESSION,
        "result": text,
        "stop_reason": "end_turn",
        "modelUsage": {MODEL: used},
        "model_usage_since_last_result": {MODEL: used},
        "total_cost_usd": cost,
    }


def claude(text: str = "All done.", *, cost: float = 0.25) -> str:
    """The scene of a short good run."""
    return says(begins(), turn(1, text=text), ends(text, cost=cost))


def shut_until(instant: int) -> str:
    """The scene of a run that the provider turns away until then (epoch seconds)."""
    limit: Event = {"status": "rejected", "resetsAt": instant}
    refused = {**ends("You've hit your 5-hour limit", cost=0.0), "is_error": True}
    refusal: Event = {"type": "rate_limit_event", "rate_limit_info": limit}
    return says(begins(), refusal, refused) + "exit 1\n"


# -- codex -------------------------------------------------------------------------


def codex_diary(*figures: tuple[int, int, int]) -> str:
    """Shell words that keep a session: a response for each (read, cached, written)."""
    lines = [{"type": "turn_context", "payload": {"model": CODEX_MODEL}}]
    for read, cached, written in figures:
        usage = {
            "input_tokens": read,
            "cached_input_tokens": cached,
            "output_tokens": written,
        }
        payload: dict[str, object] = {"usage": usage}
        lines.append({"type": "token_usage_record", "payload": payload})
    at = {"timestamp": "2026-11-20T16:38:24.696Z"}
    text = "".join(json.dumps({**at, **it}) + "\n" for it in lines)
    folder = '"$HOME/.codex/sessions/2026/11/20"'
    file = f"{folder}/rollout-x-{SESSION}.jsonl"
    return f"mkdir -p {folder}\nprintf %s {shlex.quote(text)} >> {file}\n"


def codex_begins() -> Event:
    return {"type": "thread.started", "thread_id": SESSION}


def codex_says(text: str) -> Event:
    item = {"id": "item_0", "type": "agent_message", "text": text}
    return {"type": "item.completed", "item": item}


def codex_ends(read: int, cached: int, written: int) -> Event:
    usage = {
        "input_tokens": read,
        "cached_input_tokens": cached,
        "output_tokens": written,
    }
    return {"type": "turn.completed", "usage": usage}
