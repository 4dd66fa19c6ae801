"""Keeps the values of secrets out of all that the doctor tells."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from runner.engine.redact import redact
from runner.process.environment import looks_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobconsole.doctor.findings import Diagnosis, Finding
    from jobconsole.doctor.questions import Patient

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
        here=_redacted(diagnosis.here, secrets),
        there=_redacted(diagnosis.there, secrets),
    )


def _finding(finding: Finding, secrets: Sequence[str]) -> Finding:
    return finding._replace(
        message=redact(finding.message, secrets),
        remedy=redact(finding.remedy, secrets),
        data=_redacted(finding.data, secrets),
    )


def _redacted(value: Any, secrets: Sequence[str]) -> Any:
    """The same without secrets. The words of the format are none, whatever they are."""
    match value:
        case str() if not isinstance(value, StrEnum):
            return redact(value, secrets)
        case list() | tuple():
            return type(value)(_redacted(item, secrets) for item in value)
        case dict():
            return {name: _redacted(item, secrets) for name, item in value.items()}
        case msgspec.Struct():
            fields = msgspec.structs.asdict(value)
            return msgspec.structs.replace(value, **_redacted(fields, secrets))
        case _:
            return value
