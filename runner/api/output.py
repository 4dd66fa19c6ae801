"""What runs write, and waiting for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from runner.engine.follow import Chunk
    from runner.engine.project import Project
    from runner.model.errors import Json
    from runner.store.transcript import Transcript


def follow(
    project: Project, run_id: str, *, until_ended: bool = True, raw: bool = True
) -> Iterator[Chunk]:
    """What a run writes, as it writes it; yields empty chunks while it waits.

    `raw` False: what agents write for programs comes in words for people.
    """
    from runner.engine import follow

    return follow.output(project, run_id, until_ended=until_ended, raw=raw)


def events(
    project: Project, run_id: str, *, follow: bool = False
) -> Iterator[Mapping[str, Json] | None]:
    """The events of a run in order; None now and then while it waits for more."""
    from runner.engine import follow as following

    return following.events(project, run_id, follow=follow)


def transcript(project: Project, run_id: str) -> Transcript:
    """What a run wrote as lines, to be read by window; both streams in their order."""
    from runner.engine import follow

    return follow.transcript(project, run_id)


def has_ended(project: Project, run_id: str) -> bool:
    from runner.engine import follow

    return follow.has_ended(project, run_id)


def wait_until_ended(
    project: Project, run_ids: Sequence[str], proceed: Callable[[], bool]
) -> bool:
    """Wait until all of these runs have ended; False where `proceed` said no first."""
    from runner.engine import follow

    return follow.until_ended(project, run_ids, proceed)


def run_in_terminal(argv: Sequence[str]) -> None:
    """Lend the terminal to a pager or an editor. Raises LaunchError."""
    from runner.process import spawn

    spawn.run_in_terminal(argv)
