"""Keeps the values of secrets out of all that the doctor tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from jobconsole.doctor.facts import Facts
from runner.engine.redact import redact, redact_all
from runner.process.environment import looks_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobconsole.doctor.findings import Diagnosis, Finding
    from jobconsole.doctor.questions import Patient
    from runner.model.errors import Json

_LENGTH = 6
"""A shorter value is no secret worth hiding, and hiding it would garble the text."""


def secrets_of(patient: Patient) -> list[str]:
    """Every value that looks secret, here and of any job; longer ones first."""
    known = [patient.shell, patient.base]
    known += [variables.environment for _, variables in patient.jobs]
    found = {
        value
        for variables in known
        for name, value in variables.items()
        if looks_secret(name) and len(value) >= _LENGTH
    }
    return sorted(found, key=len, reverse=True)


def hidden(diagnosis: Diagnosis, secrets: Sequence[str]) -> Diagnosis:
    """Nothing that the doctor looks at is secret; a path or a log may quote one."""
    return diagnosis._replace(
        findings=tuple(_finding(it, secrets) for it in diagnosis.findings),
        here=_facts(diagnosis.here, secrets),
        there=_facts(diagnosis.there, secrets),
    )


def _finding(finding: Finding, secrets: Sequence[str]) -> Finding:
    data = _redacted(finding.data, secrets)
    return finding._replace(
        message=redact(finding.message, secrets),
        remedy=redact(finding.remedy, secrets),
        data=data if isinstance(data, dict) else {},
    )


def _facts(facts: Facts | None, secrets: Sequence[str]) -> Facts | None:
    return None if facts is None else msgspec.convert(_redacted(facts, secrets), Facts)


def _redacted(value: object, secrets: Sequence[str]) -> Json:
    plain: Json = msgspec.json.decode(msgspec.json.encode(value))
    return redact_all(plain, secrets)
