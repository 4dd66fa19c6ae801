"""Stands by an agent's attempt: keeps its account, and says when it must end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.agents.base import Told
from runner.agents.stream import unexplained
from runner.engine.agent.listen import Listener
from runner.engine.agent.log import AgentLog, in_words
from runner.engine.budget import (
    Bound,
    Subject,
    bill,
    bounds,
    crossed,
    purse_of,
    used_so_far,
)
from runner.engine.judge import Stop, StopReason
from runner.engine.record import tail
from runner.engine.redact import redact, redact_all
from runner.model.errors import Code
from runner.model.instants import utc_text
from runner.model.receipt import ErrorEnvelope
from runner.store import spending
from runner.store.db import transaction
from runner.store.spending import Bill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runner.agents.base import AgentEvent, Answer, Standing, StreamReader
    from runner.engine.project import Project
    from runner.model.budget import Price, Used
    from runner.model.errors import Json
    from runner.store.events import EventLog


_NOT_KNOWN = "its cost is not known: a budget of US dollars cannot be kept"

_QUOTED = 500

_RENEW_MS = 1_000
"""How often it is seen what others have used of the budgets of the day."""

_LONGEST_HOLD = 31 * 86_400
"""Seconds. A provider that tells of a later time is not believed."""


class Charge(NamedTuple):
    """Whom to attend. `silence` (seconds) None: it may be silent for ever.

    `secrets` must not appear in what it tells; `model` is what was asked for. `log` is
    where to keep for people what it tells; None: its stdout is for them.
    """

    subject: Subject
    reader: StreamReader
    stdout: Path
    environment: Mapping[str, str]
    prices: Mapping[str, Price]
    silence: int | None
    secrets: Sequence[str]
    model: str | None = None
    tells_cost: bool = True
    log: Path | None = None
    stderr: Path | None = None


class Work(NamedTuple):
    """What an agent did: its last word, what it used, what is known of it.

    `stopped` is why it was stopped, by the figures of the end.
    """

    answer: Answer
    bill: Bill
    standing: Standing
    stopped: Stop | None


class Attendant:
    """One attempt of an agent, from just before its start."""

    def __init__(self, project: Project, charge: Charge, events: EventLog) -> None:
        self._project = project
        self._charge = charge
        self._events = events
        self._bill = Bill()
        self._log = AgentLog(charge.log, events) if charge.log else None
        self._warned: set[str] = set()
        self._stop_is_told = False
        self._started_ms = self._heard_ms = project.clock.awake_ms()
        self._bounds, self._bounds_ms = self._bounds_now(), self._started_ms
        self._listener = Listener(
            charge.reader, charge.stdout, charge.environment, self._tell
        )

    @property
    def standing(self) -> Standing:
        return self._listener.standing

    def look(self) -> Stop | None:
        """Listen, and say whether the agent has to be stopped."""
        now_ms = self._project.clock.awake_ms()
        if self._listener.look():
            self._heard_ms = now_ms
        self._keep_account()
        if now_ms - self._bounds_ms >= _RENEW_MS:
            self._bounds, self._bounds_ms = self._bounds_now(), now_ms
        stop = self._stop_of_budget() or self._stop_of_silence(now_ms)
        if stop is not None:
            self._log_stop(stop)
        return stop

    def _stop_of_silence(self, now_ms: int) -> Stop | None:
        silence = self._charge.silence
        if silence is None or now_ms - self._heard_ms < silence * 1000:
            return None
        return Stop(StopReason.SILENCE, f"stopped as it told nothing for {silence} s")

    def _log_stop(self, stop: Stop) -> None:
        """Once, before what the program itself makes of it."""
        if self._log is not None and not self._stop_is_told:
            self._log.write(self._project.clock.wall_ms(), f"! {stop.why}")
        self._stop_is_told = True

    def conclude(self, exit_code: int | None, stopped: Stop | None = None) -> Work:
        """Hear it out, once it has ended.

        What only the end told may be more than it was allowed to use, or than it had
        used when it was stopped.
        """
        if stopped is not None:
            self._log_stop(stopped)
        answer = self._answer(exit_code)
        if stopped is not None and stopped.reason is StopReason.BUDGET:
            stopped = self._stop_of_budget() or stopped
        return Work(answer, self._bill, self.standing, stopped)

    def close(self) -> None:
        if self._log is not None:
            self._log.close()

    def _answer(self, exit_code: int | None) -> Answer:
        self._listener.drain()
        now = self._project.clock.wall_ms() // 1000
        answer = self._charge.reader.answer(exit_code, now)
        self._keep_account()
        self._bounds = self._bounds_now()
        answer = self._explained(answer, exit_code)
        resets_at = answer.resets_at or now
        if answer.error is not None and now < resets_at <= now + _LONGEST_HOLD:
            data: dict[str, object] = {"resets_at": utc_text(resets_at)}
            job_id = self._charge.subject.job.id
            hint = f"It is held until {utc_text(resets_at)}; `jobconsole resume {job_id}` ends that."
            error = msgspec.structs.replace(answer.error, data=data, hint=hint)
            return answer._replace(error=error)
        broken, used = self._broken()
        own_limit = answer.error and answer.error.code == Code.AGENT_BUDGET_EXCEEDED
        how = "it used more than its budget"
        if own_limit and broken is None:
            # It kept the bound itself, and so did not pass it.
            how = "it came to the end of its budget"
            broken = next((it for it in self._bounds if it.share(used) >= 1), None)
        if broken is not None and (answer.error is None or own_limit):
            text = f"{how}: {broken.told(used)}"
            facts: dict[str, object] = dict(broken.data(used))
            error = ErrorEnvelope(Code.AGENT_BUDGET_EXCEEDED, text, data=facts)
            return answer._replace(error=error)
        return answer

    def _explained(self, answer: Answer, exit_code: int | None) -> Answer:
        """A program that says on stderr only why it ends is quoted."""
        error, quoted = answer.error, self._charge.stderr
        if error is None or quoted is None or error.message != unexplained(exit_code):
            return answer
        last = redact(tail(quoted), self._charge.secrets).rpartition("\n")[2].strip()
        if not last:
            return answer
        message = f"{error.message}: {last[:_QUOTED]}"
        return answer._replace(error=msgspec.structs.replace(error, message=message))

    def _stop_of_budget(self) -> Stop | None:
        broken, used = self._broken()
        if broken is None:
            return None
        text = f"stopped by its budget: {broken.told(used)}"
        return Stop(StopReason.BUDGET, text, data=broken.data(used))

    def _broken(self) -> tuple[Bound | None, Used]:
        """The bound that does not hold any more; warns of those that may not soon."""
        elapsed_ms = self._project.clock.awake_ms() - self._started_ms
        used = used_so_far(self._bill, elapsed_ms / 1000)
        broken, near = crossed(self._bounds, used)
        for bound in near:
            name = f"{bound.measure} of {bound.whose}"
            if name not in self._warned:
                self._warned.add(name)
                self._append("agent_budget", {"budget": bound.told(used)})
        if self._cost_is_missing() and "" not in self._warned:
            self._warned.add("")
            self._append("agent_budget", {"budget": _NOT_KNOWN})
        return broken, used

    def _cost_is_missing(self) -> bool:
        """Whether a bound on money cannot be kept."""
        known = self._bill.tokens is None or self._bill.cost_usd is not None
        to_come = known or self._charge.tells_cost
        return not to_come and any(it.measure == "usd" for it in self._bounds)

    def _keep_account(self) -> None:
        """Pass new figures on to the index: others share the budgets of the day."""
        found = bill(self.standing, self._charge.prices, self._charge.model)
        if found == self._bill:
            return
        if found.cost_estimated and found.cost_usd != self._bill.cost_usd:
            self._append(Told.USAGE, {"cost_usd": found.cost_usd, "estimated": True})
        self._bill = found
        run_id = self._charge.subject.run_id
        with transaction(self._project.index):
            spending.note(self._project.index, run_id, found)
        self._bounds = self._bounds_now()

    def _bounds_now(self) -> tuple[Bound, ...]:
        """What is left depends on what others use meanwhile."""
        return bounds(purse_of(self._project), self._charge.subject)

    def _tell(self, event: AgentEvent) -> None:
        self._append(event.told, event.details)

    def _append(self, name: str, details: Mapping[str, Json]) -> None:
        secrets = self._charge.secrets
        shown = {key: redact_all(value, secrets) for key, value in details.items()}
        now_ms = self._project.clock.wall_ms()
        self._events.append(now_ms, name, **shown)
        ours = self._stop_is_told and shown.get("ok") is False
        if self._log is not None and not ours:
            self._log.write(now_ms, in_words(name, shown))
