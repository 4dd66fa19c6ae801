"""The agents there are. A new one is a module and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.agents.claude import ClaudeAgent
from runner.agents.codex import CodexAgent
from runner.agents.custom import CustomAgent
from runner.agents.gemini import GeminiAgent
from runner.agents.opencode import OpencodeAgent
from runner.model.errors import AgentUnavailableError

if TYPE_CHECKING:
    from runner.agents.base import Adapter
    from runner.model.job import AgentSpec

ADAPTERS: dict[str, type[Adapter]] = {
    "claude": ClaudeAgent,
    "codex": CodexAgent,
    "custom": CustomAgent,
    "gemini": GeminiAgent,
    "opencode": OpencodeAgent,
}

AGENT_NAMES = frozenset(ADAPTERS)
"""What `agent:` may say."""

WITHOUT_COST = frozenset(
    name for name, kind in ADAPTERS.items() if not kind().tells_cost
)
"""Those of whose work only the project's prices can tell the cost."""


def adapter(agent: AgentSpec) -> Adapter:
    """Raises AgentUnavailableError for an agent that nobody here can drive."""
    chosen = ADAPTERS.get(agent.name)
    if chosen is None:
        message = f"this version of jobconsole cannot drive {agent.name}"
        known = ", ".join(ADAPTERS)
        raise AgentUnavailableError(message, hint=f"Use one of: {known}.")
    return chosen()
