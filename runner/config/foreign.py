"""What job files and cron packs have in common: both end as a draft like any job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config.findings import Finding
from runner.config.part_keys import Outcome
from runner.config.section import Fields
from runner.model.job import Notify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.config.declaration import Key
    from runner.config.draft import Settings
    from runner.config.yaml_tree import Place


Given = tuple["Key[object]", object, "Place"]
"""A key of a job, its value, None where there is none, and where that stands."""


def translated(place: Place, given: Iterable[Given]) -> Fields:
    """Fields of a job, which stands at `place`, from those of another format."""
    present = [(key.name, value, at) for key, value, at in given if value is not None]
    return Fields(
        place,
        {name: value for name, value, _ in present},
        {name: at for name, _, at in present},
    )


def output_to(gateway: str | None) -> Notify | None:
    return Notify((Outcome.OUTPUT.value,), (gateway,)) if gateway else None


def unknown_output(
    gateway: str | None, place: Place, settings: Settings
) -> tuple[Finding, ...]:
    """A warning: the job runs all the same."""
    if gateway is None or gateway in settings.gateways:
        return ()
    return (Finding(place, f"no gateway {gateway!r}: nobody will be told"),)
