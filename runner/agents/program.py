"""Finds an agent's program, and says how to get one that is missing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from runner.model.errors import AgentUnavailableError

if TYPE_CHECKING:
    from runner.agents.base import AgentRequest


def located(name: str, request: AgentRequest, *, package: str) -> str:
    """The program by its whole path, as the child's PATH has it.

    `package` is that of npm which holds it.

    Raises AgentUnavailableError.
    """
    found = shutil.which(name, path=request.environment.get("PATH", ""))
    if found is None:
        message = f"{name} is not on the PATH of the base environment"
        hint = (
            f"Install it: `npm install -g {package}`, then `jobconsole env --refresh`"
            " if its folder is new on your PATH."
        )
        raise AgentUnavailableError(message, hint=hint)
    return found
