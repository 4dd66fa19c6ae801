"""Brings the doctor and the drivers of this machine together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole import driving
from jobconsole.doctor.drivers import Called
from jobconsole.doctor.examine import Request
from jobconsole.standing import Ailment, standing
from launchd import backends
from runner import api
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
        place = driving.place_of(project.config, machine, api.environment(project))
        period = driving.USUAL_PERIOD
        return driving.service_for(place, backend.driver, period).environment

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
        told = standing(project, machine)
    except JobconsoleError:
        return Called()
    # Lines by another hand the doctor looks for himself, and finds more of them.
    troubles = [it for it in told.troubles if it.code is not Ailment.BY_HAND]
    return Called(tuple(told.found), tuple(troubles))
