"""Brings the doctor and the drivers of this machine together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole import driving
from jobconsole.doctor.drivers import Called
from jobconsole.doctor.examine import Request
from launchd import backends
from runner.model.errors import JobconsoleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobconsole.doctor.findings import Context
    from launchd.machine import Machine
    from launchd.service import Backend
    from runner.api import Project


def request_for(
    project: Project,
    machine: Machine,
    context: Context | None,
    say: Callable[[str], None],
) -> Request:
    """What to examine on this machine, with all the drivers that it has."""

    def environment(backend: Backend) -> Mapping[str, str]:
        period = driving.USUAL_PERIOD
        return driving.service_for(project, backend.driver, period).environment

    return Request(
        context=context,
        backends=backends.backends(machine),
        called=_called(project, machine),
        environment=environment,
        say=say,
    )


def _called(project: Project, machine: Machine) -> Called:
    """A driver that does not answer is told of where all are asked."""
    try:
        standing = driving.standing(project, machine)
    except JobconsoleError:
        return Called()
    return Called(tuple(standing.found), tuple(standing.troubles))
