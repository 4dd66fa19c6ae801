"""A client that follows a run: the run is a worker's, and goes on without it."""

from __future__ import annotations

import contextlib
import json
import signal
from typing import TYPE_CHECKING

from jobconsole import marks, words
from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.relay import Relay
from jobconsole.cli.table import shown
from runner import api
from runner.model.run import RunStatus
from runner.process.environment import RUN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from jobconsole.cli.session import Session
    from runner.model.views import RunView

PATIENCE_MS = 1_000
"""How long a run may be queued before somebody who waits for it is told."""


def start(
    session: Session, project: api.Project, submit: Callable[[], str], *, detach: bool
) -> int:
    """Start what `submit` queues (it gives the run id), and stay with it or leave."""
    if not detach:
        return Follower(session, project).run(submit)
    session.output.line(submit())
    return ExitCode.FINE


class Wishes:
    """What the operator's signals asked for; looked at between chunks of output."""

    def __init__(self) -> None:
        self.interrupts = 0
        self.hung_up = False

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Collect signals instead of dying of them; ignored ones stay so (nohup)."""
        before = {
            number: signal.signal(number, self._note)
            for number in (signal.SIGINT, signal.SIGHUP)
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self.hung_up = True
        else:
            self.interrupts += 1


class Follower:
    """Streams a run's output to its end and turns the outcome into an exit code."""

    def __init__(self, session: Session, project: api.Project) -> None:
        self._session = session
        self._project = project
        self._run_id = ""
        self._wishes = Wishes()
        self._answered = 0
        self._queued_until = project.clock.awake_ms() + PATIENCE_MS
        self._told_queued = False

    def run(self, submit: Callable[[], str]) -> int:
        """Stay with the run that `submit` queues.

        Signals are heard from before it exists, so that none leaves it unattended.
        """
        relay = Relay(self._session, enduring=True)
        with self._wishes.listening():
            self._run_id = submit()
            for stream, data in api.follow(self._project, self._run_id, raw=False):
                if self._wishes.hung_up:
                    return ExitCode.FINE
                if data:
                    relay.pass_on(stream, data)
                else:
                    self._tell_if_queued()
                self._answer()
        relay.finish()
        view = api.resolve_run(self._project, self._run_id)
        self._tell_outcome(view)
        return self._exit_code(view)

    def _answer(self) -> None:
        """Do what a Ctrl-C asks for: the first stops the run, the next kills it."""
        if self._answered == self._wishes.interrupts:
            return
        self._answered = self._wishes.interrupts
        kill = self._answered > 1
        actor = self._session.surroundings.user()
        api.cancel(self._project, self._run_id, actor=actor, kill=kill)
        # The terminal has echoed ^C without a newline.
        lead = "\n" if self._session.diagnostics.terminal.interactive else ""
        said = "killing it" if kill else "asked it to stop; Ctrl-C again kills it"
        self._session.diagnostics.say(lead + said)

    def _tell_if_queued(self) -> None:
        if self._told_queued or self._project.clock.awake_ms() < self._queued_until:
            return
        self._told_queued = True
        view = api.resolve_run(self._project, self._run_id)
        if view.status is not RunStatus.QUEUED:
            return
        diagnostics = self._session.diagnostics
        diagnostics.say(f"{view.run_id} waits for a free place; Ctrl-C takes it back")
        if RUN_VARIABLE in self._session.surroundings.environment:
            diagnostics.say(
                "hint: the run that waits for it here holds a place itself;"
                " with --detach it would not wait"
            )

    def _tell_outcome(self, view: RunView) -> None:
        diagnostics = self._session.diagnostics
        mark = shown(marks.RUNS[view.status], diagnostics.terminal)
        diagnostics.status(mark, f"{view.job_id} {words.ending(view)} ({view.run_id})")
        if view.error_message and view.status is not RunStatus.CANCELLED:
            diagnostics.say(f"{view.error_code}: {view.error_message}")
            if hint := self._hint():
                diagnostics.say(f"hint: {hint}")

    def _hint(self) -> str:
        """What the receipt advises."""
        receipt = api.run_detail(self._project, self._run_id).receipt
        error = json.loads(receipt)["error"] if receipt else None
        return str(error["hint"]) if error else ""

    def _exit_code(self, view: RunView) -> int:
        if view.status is RunStatus.SUCCEEDED:
            return ExitCode.FINE
        return ExitCode.INTERRUPTED if self._wishes.interrupts else ExitCode.FAILED
