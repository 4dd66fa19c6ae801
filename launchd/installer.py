"""The way of every installation, whatever the driver: compare, put in place, verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from launchd.service import PROBE_PREFIX, deviations
from runner.model.errors import DriverRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from launchd.service import Backend, Found, Service


class Installed(NamedTuple):
    """What there is after an installation.

    `is_new`: there was nothing of that label. Else `changed` says in words what was not
    as it should be; empty where everything was. `replaced` is what called the same
    project before and is gone.
    """

    found: Found
    is_new: bool
    changed: list[str]
    replaced: list[Found]

    @property
    def is_as_before(self) -> bool:
        return not (self.is_new or self.changed)


def install(
    chosen: Backend, everyone: Iterable[Backend], service: Service
) -> Installed:
    """Have one driver, and no other, call a project. What is right already stays.

    Raises DriverRefusedError, DriverUnavailableError, DriverUnfitError: then what was
    there before is there still, as far as the driver lets it.
    """
    definition = chosen.plan(service).definition
    before = chosen.find(service.label)
    changed = _to_change(before, service, definition) if before else []
    if changed or before is None:
        chosen.install(service)
    found = chosen.find(service.label)
    # Where it is to be loaded may show only when it is being done.
    if found is None or found.definition != chosen.plan(service).definition:
        raise _refused(chosen, service, "does not have", found)
    if not found.loaded:
        if before is None:
            chosen.remove(service.label)
        raise _refused(chosen, service, "would not call", found)
    replaced = [
        other
        for backend in everyone
        for other in calling(backend, service.config)
        if (other.driver, other.label) != (found.driver, found.label)
        and backend.remove(other.label)
    ]
    return Installed(found, before is None, changed, replaced)


def uninstall(everyone: Iterable[Backend], config: Path, label: str) -> list[Found]:
    """Remove whatever calls the project, under whichever label; what that was."""
    return [
        found
        for backend in everyone
        for found in survey([backend], config, label)
        if backend.remove(found.label)
    ]


def survey(everyone: Iterable[Backend], config: Path, label: str) -> list[Found]:
    """Everything that calls the project, that of its own label first."""
    found = [it for backend in everyone for it in calling(backend, str(config), label)]
    return sorted(found, key=lambda it: it.label != label)


def calling(
    backend: Backend, config: str | None, label: str | None = None
) -> list[Found]:
    """What a driver has for a configuration, probes apart."""
    return [
        found
        for found in backend.everything()
        if not found.label.startswith(PROBE_PREFIX)
        and (
            found.label == label
            or (found.service is not None and found.service.config == config)
        )
    ]


def _refused(
    chosen: Backend, service: Service, how: str, found: Found | None
) -> DriverRefusedError:
    said = f": {found.state}" if found and found.state else ""
    message = f"{chosen.driver} {how} {service.label}{said}"
    return DriverRefusedError(message, hint="`jobconsole doctor` may tell why.")


def _to_change(before: Found, service: Service, definition: str) -> list[str]:
    """What is not as it should be, in words."""
    said = deviations(before, service, definition)
    if not before.loaded:
        said.append("it is not loaded")
    if not before.enabled:
        said.append("it is not enabled")
    return said
