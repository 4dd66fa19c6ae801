"""What an operator can do to jobs and runs, the same on every view that shows some.

Dialogs are imported when they are opened: the first rows need none of them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from jobconsole import decided, words
from jobconsole.command_line import line_for
from jobconsole.screens.frame import ConsoleScreen
from runner import api
from runner.model.orders import Decision, Order
from runner.model.run import ACTIVE, Trigger
from runner.model.views import HistoryQuery, JobState, RunView
from widgets.pieces import Piece

if TYPE_CHECKING:
    from runner.model.views import JobView
    from widgets.pieces import Pieces

BUSY = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.RETRY_WAIT})

ACTS = frozenset(
    {"run", "run_again", "stop", "kill", "pause", "skip", "undo", "bulk", "replay"}
)
"""What a read-only console does not offer."""


class ActingScreen(ConsoleScreen):
    """A view on which a job, and perhaps one of its runs, is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run", "run", id="job.run"),
        Binding(
            "R", "run_again", "Run at once, as last time", show=False, id="job.again"
        ),
        Binding("x", "stop", "stop", id="job.stop"),
        Binding("X", "kill", "Kill", show=False, id="job.kill"),
        Binding("p", "pause", "pause", id="job.pause"),
        Binding("s", "skip", "Skip the next occurrence", show=False, id="job.skip"),
        Binding("u", "undo", "Undo your last decision", show=False, id="job.undo"),
        Binding("w", "why", "why", id="job.why"),
        Binding("y", "copy", "Copy run id or path", show=False, id="job.copy"),
        Binding(
            "c", "equivalent", "Copy the command line", show=False, id="job.command"
        ),
    ]

    def chosen_job(self) -> JobView | None:
        """The job that keys are about."""
        raise NotImplementedError

    def chosen_run(self) -> RunView | None:
        """The run that keys are about; None: the job's latest."""
        return None

    def chosen_run_id(self) -> str | None:
        """The same by its id, which some views know alone."""
        run = self.chosen_run()
        return run.run_id if run else None

    def chosen_instant(self) -> int | None:
        """The occurrence that `why` is asked about; None: the latest."""
        run = self.chosen_run()
        return run.scheduled_for if run else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ACTS and self.console.stage.read_only:
            return False
        return super().check_action(action, parameters)

    def action_run(self) -> None:
        from jobconsole.screens.run_dialog import RunDialog

        job = self.chosen_job()
        if job is not None:
            last = self.console.last_orders.get(job.id)
            dialog = RunDialog(job.id, self.console.stage.user, last)
            self.app.push_screen(dialog, self._submit_chosen)

    @work(group="deed")
    async def action_run_again(self) -> None:
        job = self.chosen_job()
        if job is not None:
            usual = Order(job.id, self.console.stage.user, trigger=Trigger.CONSOLE)
            await self._submit(self.console.last_orders.get(job.id, usual))

    def action_stop(self) -> None:
        self._ask_to_end(kill=False)

    def action_kill(self) -> None:
        self._ask_to_end(kill=True)

    @work(group="deed")
    async def action_pause(self) -> None:
        job = self.chosen_job()
        if job is not None:
            await self.pause(job)

    @work(group="deed")
    async def action_skip(self) -> None:
        job = self.chosen_job()
        if job is not None:
            await self.skip(job)

    @work(group="deed")
    async def action_undo(self) -> None:
        """What was decided here is undone at once; what was decided elsewhere is asked."""
        from jobconsole.screens.confirm import Confirm

        last = await self.ask(api.last_decision, self.console.stage.user)
        here = self.console.decided
        if last is None or (here and here[-1] == last.entry.job):
            await self._undo(last and last.line)
        else:
            question = f"Undo {decided.to_be_undone(last.entry)}?"
            if await self.app.push_screen_wait(Confirm(question)):
                await self._undo(last.line)

    async def _undo(self, line: int | None) -> None:
        user = self.console.stage.user
        told = await self.bring_about(
            lambda it: decided.undone(api.undo(it, user, line), user)
        )
        if told is not None:
            del self.console.decided[-1:]
            self.console.say(told)

    @work(group="dialog")
    async def action_why(self) -> None:
        from jobconsole.screens.why import WhyScreen

        job = self.chosen_job()
        if job is not None:
            await self.app.push_screen(WhyScreen(job.id, self.chosen_instant()))

    @work(group="deed")
    async def action_copy(self) -> None:
        """The run's id, or else its job's; pressed again: the path of its folder."""
        run, job = await self._run_or_latest(), self.chosen_job()
        if run is not None:
            detail = await self.ask(api.run_detail, run.run_id)
            folder = str(detail.folder.path) if detail else run.run_id
            copied = folder if self.app.clipboard == run.run_id else run.run_id
        elif job is not None:
            copied = job.id
        else:
            return
        self.app.copy_to_clipboard(copied)
        self.console.say(f"copied {copied}")

    def action_equivalent(self) -> None:
        """What one would type in a shell to start this job as it would be now."""
        job = self.chosen_job()
        if job is not None:
            line = line_for(job.id, self.console.last_orders.get(job.id))
            self.app.copy_to_clipboard(line)
            self.console.say(f"copied: {line}")

    async def pause(self, job: JobView) -> None:
        """Pause a job, or let one that is paused go on."""
        decision = Decision(self.console.stage.user)
        if not job.enabled:
            self.console.say(f"{job.id} is disabled: `:enable {job.id}`, or its file")
            return
        # The state of a job that is paused may be that of a run that goes on.
        if job.standing is not None:
            done = await self.bring_about(api.resume, job.id, decision)
            told = done and decided.resumed(done)
        else:
            done = await self.bring_about(api.pause, job.id, decision)
            told = done and decided.paused(done)
        if done and told and not done.changed:
            self.console.say(told)
        elif told:
            self._decided(job, told)

    async def skip(self, job: JobView) -> None:
        """Let the next occurrence pass, and say which that is."""
        decision = Decision(self.console.stage.user)

        def skip(project: api.Project) -> str:
            instant = api.skip(project, job.id, decision)
            return decided.skipped(api.job_detail(project, job.id).view, instant)

        told = await self.bring_about(skip)
        if told is not None:
            self._decided(job, told)

    def _decided(self, job: JobView, told: str) -> None:
        self.console.decided.append(job.id)
        self.console.say(f"{told} (u undoes it)")

    async def stop(self, run: RunView, *, kill: bool) -> None:
        user = self.console.stage.user
        done = await self.bring_about(api.cancel, run.run_id, actor=user, kill=kill)
        if done is not None:
            said = "is being killed" if kill else "is asked to stop"
            ended = "had ended already"
            self.console.say(
                f"{run.job_id} {said if done.was_active else ended}: {run.run_id}"
            )

    def _submit_chosen(self, order: Order | None) -> None:
        if order is not None:
            self._start(order)

    @work(group="deed")
    async def _start(self, order: Order) -> None:
        await self._submit(order)

    async def _submit(self, order: Order) -> None:
        run_id = await self.bring_about(api.submit, order)
        if run_id is not None:
            self.console.last_orders[order.job_id] = order
            self.console.say(f"started {order.job_id}: {run_id}")

    def _ask_to_end(self, *, kill: bool) -> None:
        """Ask before the chosen run is ended, or the one that the job has under way."""
        from jobconsole.screens.confirm import Confirm

        run, job = self.chosen_run(), self.chosen_job()
        job_id = run.job_id if run else job.id if job else None
        if job_id is None:
            return
        run_id = self.chosen_run_id()
        ended = run is not None and run.status.ended
        if ended or (run_id is None and job is not None and job.state not in BUSY):
            self.console.say(f"nothing to stop: {job_id} is not running")
            return
        # Looked for once: the run that is shown is the one that ends.
        found = asyncio.create_task(self._active_run(job_id, run_id))

        async def known() -> list[Pieces]:
            # Shielded: the dialog may be gone before it is found.
            return await self._about(await asyncio.shield(found))

        def answered(yes: bool | None) -> None:
            if yes:
                self._end(job_id, found, kill=kill)

        question = f"{'Kill' if kill else 'Stop'} {job_id}?"
        self.app.push_screen(Confirm(question, known), answered)

    @work(group="deed")
    async def _end(
        self, job_id: str, found: asyncio.Task[RunView | None], *, kill: bool
    ) -> None:
        run = await found
        if run is None or run.status.ended:
            self.console.say(f"{job_id} had ended already")
        else:
            await self.stop(run, kill=kill)

    async def _active_run(self, job_id: str, run_id: str | None) -> RunView | None:
        """The run that was chosen, else what is under way of the job."""
        if run_id is not None:
            return await self.ask(api.resolve_run, run_id)
        active = HistoryQuery(job_id=job_id, statuses=ACTIVE, limit=1)
        page = await self.ask(api.history, active)
        return page.runs[0] if page and page.runs else None

    async def _about(self, run: RunView | None) -> list[Pieces]:
        """What one should know before ending a run."""
        from jobconsole.shown.overview import activity_lines

        if run is None:
            return [(Piece("it has ended meanwhile"),)]
        started = run.started_ms or run.queued_ms
        elapsed = words.duration(self.console.now * 1000 - started)
        lines: list[Pieces] = [
            (Piece(f"run {run.run_id}, {words.OUTCOMES[run.status]} for {elapsed}"),)
        ]
        seen = await self.ask(api.activity, self.console.observer, run.run_id)
        if seen is None:
            return lines
        stage = self.console.stage
        now_ms = stage.clock.wall_ms()
        return lines + activity_lines(seen, now_ms, ascii_only=stage.ascii)

    async def _run_or_latest(self) -> RunView | None:
        run_id, job = self.chosen_run_id(), self.chosen_job()
        if run_id is not None:
            return await self.ask(api.resolve_run, run_id)
        if job is None:
            return None
        page = await self.ask(api.history, HistoryQuery(job_id=job.id, limit=1))
        return page.runs[0] if page and page.runs else None
