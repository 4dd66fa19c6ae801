"""Every foreseen failure as a typed error with a stable code.

Kept free of third-party imports: a tick with nothing to do loads this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

JsonScalar = str | int | float | bool | None
Json = JsonScalar | Sequence["Json"] | Mapping[str, "Json"]


class Code(StrEnum):
    """Stable names that scripts and dashboards may depend on."""

    JOB_NOT_FOUND = "job_not_found"
    JOB_INVALID_SPEC = "job_invalid_spec"
    JOB_TRIGGER_INVALID = "job_trigger_invalid"
    JOB_TARGET_UNRESOLVED = "job_target_unresolved"
    JOB_BINDINGS_INVALID = "job_bindings_invalid"
    JOB_EXECUTION_FAILED = "job_execution_failed"
    JOB_TIMEOUT = "job_timeout"
    JOB_CANCELLED = "job_cancelled"
    JOB_LOST = "job_lost"
    JOB_OVERLAP = "job_overlap"
    JOB_MISFIRED = "job_misfired"
    JOB_POLICY_DENIED = "job_policy_denied"
    JOB_LIMIT_EXCEEDED = "job_limit_exceeded"
    JOB_NO_EVIDENCE = "job_no_evidence"
    AGENT_UNAVAILABLE = "agent_unavailable"
    AGENT_BUDGET_EXCEEDED = "agent_budget_exceeded"
    AGENT_NO_ANSWER = "agent_no_answer"
    CONFIG_NOT_FOUND = "config_not_found"
    CONFIG_INVALID = "config_invalid"
    STATE_UNAVAILABLE = "state_unavailable"
    LOCK_HELD = "lock_held"
    BOARD_INVALID = "board_invalid"
    TASK_NOT_FOUND = "task_not_found"
    LEASE_LOST = "lease_lost"
    DRIVER_UNAVAILABLE = "driver_unavailable"
    DRIVER_UNFIT = "driver_unfit"
    DRIVER_REFUSED = "driver_refused"
    IMPORT_INVALID = "import_invalid"


class JobconsoleError(Exception):
    """A failure that was foreseen: raise it with what happened and what to do.

    `data` holds machine-readable details for the envelope.
    """

    code: Code = Code.JOB_EXECUTION_FAILED

    def __init__(
        self, message: str, *, hint: str = "", data: Mapping[str, Json] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data: Mapping[str, Json] = data or {}

    def envelope(self) -> dict[str, Json]:
        """The error as `{code, message, hint, data}`."""
        return {
            "code": str(self.code),
            "message": self.message,
            "hint": self.hint,
            "data": self.data,
        }


class JobNotFoundError(JobconsoleError):
    """No job or run has this name: list them and check the spelling."""

    code = Code.JOB_NOT_FOUND


class JobInvalidError(JobconsoleError):
    """The job's definition has a problem: `jobconsole validate` shows it.

    The code is that of the problem, so that callers see the closest one.
    """

    def __init__(self, code: Code, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class TriggerInvalidError(JobconsoleError):
    """A schedule cannot be understood; `field` names the part that is wrong."""

    code = Code.JOB_TRIGGER_INVALID

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint, data={"field": field} if field else {})
        self.field = field


class TargetUnresolvedError(JobconsoleError):
    """What the job should run is not there or may not be run."""

    code = Code.JOB_TARGET_UNRESOLVED


class BindingsInvalidError(JobconsoleError):
    """What was given for a prompt's blanks does not fit them."""

    code = Code.JOB_BINDINGS_INVALID


class BudgetExceededError(JobconsoleError):
    """What may be spent in a day was spent: wait for the next, or widen the budget."""

    code = Code.AGENT_BUDGET_EXCEEDED


class OverlapError(JobconsoleError):
    """The job is already running and its policy is to skip: wait or cancel it."""

    code = Code.JOB_OVERLAP


class PolicyDeniedError(JobconsoleError):
    """This actor or role may not do that: ask for a role that may."""

    code = Code.JOB_POLICY_DENIED


class TooLateError(JobconsoleError):
    """The time for it has passed: what it was about has happened."""

    code = Code.JOB_MISFIRED


class AgentUnavailableError(JobconsoleError):
    """The agent's program cannot be started here: install it or name another."""

    code = Code.AGENT_UNAVAILABLE


class LaunchError(JobconsoleError):
    """The system would not start the program: `message` says which and why."""


class ConfigNotFoundError(JobconsoleError):
    """No teleclaude.yml was found: make one with `jobconsole init`."""

    code = Code.CONFIG_NOT_FOUND


class ConfigInvalidError(JobconsoleError):
    """The configuration as a whole cannot be read."""

    code = Code.CONFIG_INVALID


class StateUnavailableError(JobconsoleError):
    """The state directory or its index cannot be used."""

    code = Code.STATE_UNAVAILABLE


class StateTooNewError(StateUnavailableError):
    """The index was written by a newer jobconsole: upgrade this one."""


class LockHeldError(JobconsoleError):
    """Somebody else holds the lock: `data` says who and since when."""

    code = Code.LOCK_HELD


class DriverUnavailableError(JobconsoleError):
    """Nothing here can call the tick in the way asked for: `message` says why."""

    code = Code.DRIVER_UNAVAILABLE


class DriverUnfitError(JobconsoleError):
    """What was asked for cannot be said to this driver: ask another, or otherwise."""

    code = Code.DRIVER_UNFIT


class DriverRefusedError(JobconsoleError):
    """The driver did not take, or keep, what it was given."""

    code = Code.DRIVER_REFUSED


class ImportInvalidError(JobconsoleError):
    """What is to be imported cannot be read, or not be written where it belongs."""

    code = Code.IMPORT_INVALID
