"""Any program as an agent: an argv template, the prompt on stdin, text on stdout."""

from __future__ import annotations

import codecs
import shutil
import signal
from pathlib import Path

from runner.agents.base import AgentCommand, AgentRequest, Answer
from runner.model.errors import AgentUnavailableError, Code
from runner.model.receipt import ErrorEnvelope

_KEPT = 64 * 1024


class CustomAgent:
    """An argv template with placeholders.

    They are `{job} {run} {role} {profile} {thinking_mode} {project} {prompt_file}`;
    any other brace stays as it is.
    """

    stop_signal = signal.SIGTERM

    def command(self, request: AgentRequest) -> AgentCommand:
        agent = request.job.agent
        if agent is None or not agent.template:
            message = f"{request.job.id} has no program for its custom agent"
            raise AgentUnavailableError(message, hint="Name it with `command:`.")
        words = {
            "job": request.job.id,
            "run": request.run_id,
            "role": request.role.name,
            "profile": str(request.role.profile),
            "thinking_mode": str(agent.thinking_mode),
            "project": request.root,
            "prompt_file": request.prompt_file,
        }
        flags = request.role.agent_flags.get(agent.name, ())
        argv = [_fill(word, words) for word in agent.template]
        inside = str(Path(request.root) / argv[0]) if "/" in argv[0] else argv[0]
        if shutil.which(inside, path=request.program_path) is None:
            message = f"the agent's program {argv[0]} is not there"
            raise AgentUnavailableError(
                message, hint="Correct `command:` or install the program."
            )
        return AgentCommand((*argv, *flags, *request.args), {})

    def reader(self) -> TextReader:
        return TextReader()


class TextReader:
    """The answer is what the program says: the end of it, if it says a lot."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""

    def feed(self, chunk: bytes) -> None:
        self._text = (self._text + self._decoder.decode(chunk))[-_KEPT:]

    def answer(self, exit_code: int | None) -> Answer:
        text = self._text.strip()
        if exit_code == 0:
            return Answer(text)
        message = f"the agent ended with exit code {exit_code}"
        return Answer(text, ErrorEnvelope(Code.JOB_EXECUTION_FAILED, message))


def _fill(word: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        word = word.replace("{" + name + "}", value)
    return word
