"""Completion for shells: the script, and what completes jobs and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from jobconsole.cli.diagnostics import ExitCode
from jobconsole.cli.session import Session
from jobconsole.wiring import COMPLETION_VARIABLE
from runner.model.errors import JobconsoleError

if TYPE_CHECKING:
    from runner.model.views import JobView, RunView

SHELLS = ("bash", "zsh", "fish")
RUNS_OFFERED = 50


HELP = """Print the completion script of a shell.

\b
bash:  jobconsole completion bash >> ~/.bashrc
zsh:   jobconsole completion zsh >> ~/.zshrc
fish:  jobconsole completion fish > ~/.config/fish/completions/jobconsole.fish
"""


@click.command(help=HELP)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_obj
def completion(session: Session, shell: str) -> int:
    from jobconsole.cli.main import PROGRAM, program

    kind = get_completion_class(shell)
    if kind is not None:
        script = kind(program, {}, PROGRAM, COMPLETION_VARIABLE).source()
        session.output.line(script.strip())
    return ExitCode.FINE


def complete_jobs(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    jobs, _ = _known(ctx, runs=0)
    return [
        CompletionItem(view.id, help=view.schedule)
        for view in jobs
        if view.id.startswith(incomplete)
    ]


def complete_jobs_and_runs(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    _, runs = _known(ctx, runs=RUNS_OFFERED)
    matching = [
        CompletionItem(view.run_id, help=f"{view.job_id} {view.status}")
        for view in runs
        if view.run_id.startswith(incomplete)
    ]
    return complete_jobs(ctx, parameter, incomplete) + matching


def _known(ctx: click.Context, runs: int) -> tuple[list[JobView], list[RunView]]:
    """Jobs and runs of the project; none where there is no project to ask."""
    from runner import api
    from runner.model.views import HistoryQuery

    session = ctx.find_object(Session)
    if session is None:
        return [], []
    try:
        with session.opened() as project:
            found = api.history(project, HistoryQuery(limit=runs)).runs if runs else []
            return api.list_jobs(project), found
    except JobconsoleError:
        return [], []
