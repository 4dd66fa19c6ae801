"""The agents there are. A new one is a module and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.agents.custom import CustomAgent
from runner.model.errors import AgentUnavailableError

if TYPE_CHECKING:
    from runner.agents.base import Adapter
    from runner.model.job import Job

ADAPTERS: dict[str, type[Adapter]] = {"custom": CustomAgent}

AGENT_NAMES = frozenset({"claude", "codex", "gemini", "opencode", *ADAPTERS})
"""What `agent:` may say; those without an adapter cannot be run yet."""


def adapter(job: Job) -> Adapter:
    """Raises AgentUnavailableError for an agent that nobody here can drive."""
    name = job.agent.name if job.agent else "nobody"
    chosen = ADAPTERS.get(name)
    if chosen is None:
        message = f"this version of jobconsole cannot drive {name} yet"
        raise AgentUnavailableError(
            message, hint="Use `agent: custom` with the program as its `command:`."
        )
    return chosen()
