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


def translated(place: Place, values: Iterable[tuple[Key[object], object]]) -> Fields:
    """Fields of a job, as if they stood at `place`; None is for what is not given."""
    given = {key.name: value for key, value in values if value is not None}
    return Fields(place, given, dict.fromkeys(given, place))


def output_to(gateway: str | None) -> Notify | None:
    return Notify((Outcome.OUTPUT.value,), (gateway,)) if gateway else None


def unknown_output(
    gateway: str | None, place: Place, settings: Settings
) -> tuple[Finding, ...]:
    """A warning: the job runs all the same."""
    if gateway is None or gateway in settings.gateways:
        return ()
    return (Finding(place, f"no gateway {gateway!r}: nobody will be told"),)
