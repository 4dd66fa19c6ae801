"""Any program as an agent: an argv template, the prompt on stdin, text on stdout."""

from __future__ import annotations

import codecs
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from runner.agents.base import AgentCommand, AgentRequest, Standing
from runner.agents.stream import Ending, verdict
from runner.model.errors import AgentUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.agents.base import AgentEvent, Answer
    from runner.model.job import ThinkingMode

_KEPT = 64 * 1024


class CustomAgent:
    """An argv template with placeholders.

    They are `{job} {run} {role} {profile} {thinking_mode} {model} {project}
    {prompt_file}`; any other brace stays as it is.
    """

    stop_signal = signal.SIGTERM
    is_plain = True
    tells_cost = False
    can_resume = False

    def usual_model(self, mode: ThinkingMode) -> str | None:  # noqa: ARG002
        return None

    def command(self, request: AgentRequest) -> AgentCommand:
        agent = request.agent
        if not agent.template:
            message = f"{request.job_id} has no program for its custom agent"
            raise AgentUnavailableError(message, hint="Name it with `command:`.")
        words = {
            "job": request.job_id,
            "run": request.run_id,
            "role": request.role.name,
            "profile": str(request.role.profile),
            "thinking_mode": str(agent.thinking_mode),
            "model": agent.model or "",
            "project": request.root,
            "prompt_file": request.prompt_file,
        }
        argv = [_fill(word, words) for word in agent.template]
        inside = str(Path(request.root) / argv[0]) if "/" in argv[0] else argv[0]
        if shutil.which(inside, path=request.environment.get("PATH", "")) is None:
            message = f"the agent's program {argv[0]} is not there"
            raise AgentUnavailableError(
                message, hint="Correct `command:` or install the program."
            )
        return AgentCommand((*argv, *request.flags), {}, model=agent.model)

    def reader(self, resumed_ms: int | None = None) -> TextReader:  # noqa: ARG002
        return TextReader()


class TextReader:
    """The answer is what the program says: the end of it, if it says a lot."""

    standing = Standing()

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""

    def feed(self, chunk: bytes) -> Sequence[AgentEvent]:
        self._text = (self._text + self._decoder.decode(chunk))[-_KEPT:]
        return ()

    def finish(self) -> Sequence[AgentEvent]:
        return ()

    def answer(self, exit_code: int | None, now: int) -> Answer:  # noqa: ARG002
        return verdict(Ending(self._text, clean=True), exit_code)

    def diary(self, environment: Mapping[str, str]) -> str | None:  # noqa: ARG002
        return None

    def feed_diary(self, chunk: bytes) -> Sequence[AgentEvent]:  # noqa: ARG002
        return ()


def _fill(word: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        word = word.replace("{" + name + "}", value)
    return word
