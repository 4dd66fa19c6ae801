"""Every command other than `--tick`: each is imported when it is called."""

from __future__ import annotations

import difflib
import importlib
from typing import NamedTuple

import click

from jobconsole.cli.diagnostics import ExitCode, guarded
from jobconsole.cli.options import ascii_option, config_option
from jobconsole.cli.session import Session
from jobconsole.wiring import COMPLETION_VARIABLE
from runner import __version__

PROGRAM = "jobconsole"


class Entry(NamedTuple):
    """Where a command is, what it is for, and whether it changes anything."""

    module: str
    attribute: str
    purpose: str
    acts: bool = False


COMMANDS: dict[str, Entry] = {
    "list": Entry("jobs", "list_jobs", "the jobs: schedule, next run, last outcome"),
    "show": Entry("jobs", "show", "one job as it was resolved"),
    "explain": Entry(
        "explain", "explain", "what a job resolves to, and where each value came from"
    ),
    "next": Entry("agenda", "next_fires", "what is due, and when"),
    "agenda": Entry("agenda", "agenda", "the next 24 hours, or any others"),
    "simulate": Entry("simulate", "simulate", "what would happen in some time to come"),
    "why": Entry("why", "why", "why a job ran, or did not"),
    "validate": Entry(
        "configuration", "validate", "every problem in the configuration"
    ),
    "run": Entry("run", "run", "run a job now and stream its output", acts=True),
    "replay": Entry(
        "replay", "replay", "run again what ran before, as it was then", acts=True
    ),
    "pause": Entry("control", "pause", "start nothing of a job by schedule", acts=True),
    "resume": Entry("control", "resume", "take pause back", acts=True),
    "disable": Entry("control", "disable", "disable a job beside its file", acts=True),
    "enable": Entry("control", "enable", "take disable back", acts=True),
    "skip": Entry("control", "skip", "let a job's next occurrence pass", acts=True),
    "undo": Entry("control", "undo", "take back your last decision", acts=True),
    "cancel": Entry("run", "cancel", "stop a run", acts=True),
    "tail": Entry("output_of", "tail", "a run's events in order"),
    "logs": Entry("output_of", "logs", "a run's raw output"),
    "history": Entry("history", "history", "runs, the latest first"),
    "runs": Entry("history", "runs", "one run's receipt (show), or runs (list)"),
    "compare": Entry("compare", "compare", "what differs between two runs"),
    "costs": Entry("costs", "costs", "what agents cost today and this month"),
    "install": Entry(
        "install", "install", "have launchd, systemd or cron call the tick", acts=True
    ),
    "uninstall": Entry(
        "install", "uninstall", "have nothing call it any more", acts=True
    ),
    "status": Entry("status", "status", "whether the tick is called, and in time"),
    "up": Entry("up", "up", "keep running, and start everything on time", acts=True),
    "doctor": Entry(
        "doctor", "doctor", "what jobs will find where they really run", acts=True
    ),
    "import": Entry(
        "imports", "import_jobs", "jobs from a crontab, systemd or launchd", acts=True
    ),
    "init": Entry("configuration", "init", "write a first teleclaude.yml", acts=True),
    "env": Entry("state", "env", "the environment that jobs start from", acts=True),
    "schema": Entry("configuration", "schema", "the configuration's JSON Schema"),
    "reindex": Entry(
        "state", "reindex", "build the index again from the run folders", acts=True
    ),
    "completion": Entry("completion", "completion", "a completion script for a shell"),
}


class Commands(click.Group):
    """Knows its commands by name; a command is imported to be called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"jobconsole.cli.{entry.module}")
        command: click.Command = getattr(module, entry.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing:
            near = difflib.get_close_matches(name, COMMANDS, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            message = f"there is no command {name}{meant}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self, _ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, it.purpose) for name, it in COMMANDS.items()])


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[OPTIONS]",
)
@config_option
@click.option(
    "--tick",
    is_flag=True,
    expose_value=False,
    help="One pass: start what is due, and leave (see --tick --help).",
)
@click.option(
    "--list", is_flag=True, expose_value=False, help="The same as the command list."
)
@ascii_option
@click.option("--read-only", is_flag=True, help="Open the console to look only.")
@click.version_option(__version__, message=f"{PROGRAM} {__version__}")
@click.pass_context
def program(ctx: click.Context, read_only: bool) -> int:
    """Runs the scheduled work of one machine, and keeps the record.

    Without a command it opens the console.
    """
    if ctx.invoked_subcommand is None:
        ctx.ensure_object(Session).wants_console(read_only=read_only)
    return ExitCode.FINE


def call(session: Session, arguments: list[str]) -> int:
    """The exit code of a command line without `--tick`.

    Where it asks for the console, the session says so afterwards.
    """
    return guarded(session, arguments, lambda: _invoke(session, arguments))


def _invoke(session: Session, arguments: list[str]) -> int:
    asked = session.surroundings.environment.get(COMPLETION_VARIABLE)
    if asked:
        from click.shell_completion import shell_complete

        return shell_complete(
            program, {"obj": session}, PROGRAM, COMPLETION_VARIABLE, asked
        )
    try:
        with program.make_context(PROGRAM, _spelled_out(arguments), obj=session) as ctx:
            return int(program.invoke(ctx))
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else PROGRAM
        message = error.format_message()
        session.diagnostics.complain(message, f"See `{path} --help`.")
        return ExitCode.USAGE


def _spelled_out(arguments: list[str]) -> list[str]:
    """`--list` among the options before any command is the command `list`."""
    words = list(arguments)
    position = 0
    while position < len(words) and words[position].startswith("-"):
        if words[position] == "--list":
            words[position] = "list"
            break
        position += 2 if words[position] == "--config" else 1
    return words
