"""Asks how a job is to be run: `enter` runs it as proposed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Label, RadioButton, RadioSet, Static

from jobconsole.parts.dialog import Dialog
from jobconsole.parts.look import content, paragraph
from runner import api
from runner.config.units import format_duration, parse_seconds
from runner.model.orders import Order
from runner.model.run import Trigger
from widgets.entry import Entry
from widgets.pieces import Piece, clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from runner.engine.propose import Proposal, RoleChoice


class RoleButton(RadioButton):
    """Tells by its shape whether it is pressed, not by its colour alone."""

    def __init__(self, choice: RoleChoice, *, pressed: bool) -> None:
        text = f"{choice.name} ({choice.profile})"
        if choice.denied:
            text += ": not allowed"
        super().__init__(
            Content(clean(text)),
            value=pressed,
            disabled=bool(choice.denied),
            name=choice.name,
        )

    @property
    def _button(self) -> Content:
        return Content("(●)" if self.value else "( )")


class RunDialog(Dialog[Order | None]):
    """Role, arguments and timeout of one run; None where nothing is to be run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="run.cancel"),
        Binding("up", "app.focus_previous", "Field before", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
    ]

    def __init__(self, job_id: str, user: str, last: Order | None) -> None:
        super().__init__()
        self._job_id = job_id
        self._user = user
        self._last = last
        self._proposal: Proposal | None = None

    def compose(self) -> ComposeResult:
        title = f"Run {self._job_id}"
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(content([Piece(title, "strong")]), classes="title")
            with Horizontal(classes="field", id="roles"):
                yield Label("Role")
            with Horizontal(classes="field"):
                yield Label("Args")
                yield Entry(id="args", placeholder="as a shell has them")
            with Horizontal(classes="field", id="params-field"):
                yield Label("Params")
                yield Entry(id="params", placeholder="topic=logs depth=3")
            with Horizontal(classes="field"):
                yield Label("Timeout")
                yield Entry(id="timeout", placeholder="10m")
            yield Static("", id="problem", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Run", id="run", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        self._ask()

    @work
    async def _ask(self) -> None:
        """Fill in what would be run, as it was run last or as the job has it."""
        proposal = await self.ask(api.propose, self._job_id, self._user)
        if proposal is None:
            self.dismiss(None)
            return
        self._proposal = proposal
        last = self._last
        role = last.role if last and last.role else proposal.role
        args = last.args if last and last.args is not None else proposal.args
        timeout = last.timeout if last and last.timeout else proposal.timeout
        buttons = [self._button(choice, role) for choice in proposal.roles]
        await self.query_one("#roles").mount(RadioSet(*buttons))
        self._say("\n".join(it.denied for it in proposal.roles if it.denied), "faint")
        self.query_one("#args", Entry).value = shlex.join(args)
        self._show_params(proposal)
        self.query_one("#timeout", Entry).value = format_duration(timeout)
        self.settle(self.query_one("#run"))

    def _show_params(self, proposal: Proposal) -> None:
        """The blanks of its prompt, as they were filled last, or as they usually are."""
        self.query_one("#params-field").display = bool(proposal.params)
        last = dict(self._last.params) if self._last else {}
        values = [(name, last.get(name, usual)) for name, usual in proposal.params]
        words = [f"{name}={value or ''}" for name, value in values]
        self.query_one("#params", Entry).value = shlex.join(words)

    def on_input_submitted(self) -> None:
        self._run()

    def on_button_pressed(self, message: Button.Pressed) -> None:
        if message.button.id == "run":
            self._run()
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _button(self, choice: RoleChoice, role: str) -> RoleButton:
        pressed = choice.name == role and not choice.denied
        return RoleButton(choice, pressed=pressed)

    def _run(self) -> None:
        if self._proposal is None:
            return
        try:
            order = self._order(self._proposal)
        except ValueError as error:
            self._say(str(error), "bad")
            return
        self.dismiss(order)

    def _order(self, proposal: Proposal) -> Order:
        """What is asked for. Raises ValueError that says what is wrong."""
        role = next((it.name for it in self.query(RoleButton) if it.value), None)
        if role is None:
            message = "Choose a role that may start it."
            raise ValueError(message)
        args = self._words("Args")
        text = self.query_one("#timeout", Entry).value.strip()
        try:
            timeout = parse_seconds(text)
        except ValueError as error:
            message = f"Timeout: {text or 'nothing'} {error}"
            raise ValueError(message) from error
        return Order(
            job_id=proposal.job_id,
            actor_user=self._user,
            role=role,
            args=None if args == proposal.args else args,
            timeout=None if timeout == proposal.timeout else timeout,
            params=self._params(proposal),
            trigger=Trigger.CONSOLE,
        )

    def _params(self, proposal: Proposal) -> tuple[tuple[str, str], ...]:
        """Those that are not as usual. Raises ValueError, as the next one."""
        if not proposal.params:
            return ()
        given: dict[str, str] = {}
        usual = dict(proposal.params)
        for word in self._words("Params"):
            name, separator, value = word.partition("=")
            if problem := _problem(name, separator, usual, given):
                message = f"Params: {problem}"
                raise ValueError(message)
            given[name] = value
        for blank, filled in usual.items():
            if filled is None and not given.get(blank):
                message = f"Params: {blank} needs a value"
                raise ValueError(message)
        return tuple(it for it in given.items() if it[1] != usual[it[0]])

    def _words(self, label: str) -> tuple[str, ...]:
        """What a field holds, in words as a shell has them."""
        try:
            return tuple(shlex.split(self.query_one(f"#{label.lower()}", Entry).value))
        except ValueError as error:
            message = f"{label}: {error}"
            raise ValueError(message) from error

    def _say(self, text: str, style: str) -> None:
        """What is wrong, or may not be."""
        lines = [(Piece(line, style),) for line in text.splitlines()]
        self.query_one("#problem", Static).update(paragraph(lines))


def _problem(
    name: str, separator: str, usual: Mapping[str, str | None], given: Mapping[str, str]
) -> str:
    """What is wrong with a parameter; empty where nothing is."""
    if not separator:
        return f"{name} is not NAME=VALUE"
    if name not in usual:
        return f"there is no {name}, only {', '.join(usual)}"
    return f"{name} is there twice" if name in given else ""
