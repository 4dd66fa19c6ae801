"""Problems and warnings, gathered from every file and told in the files' order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from runner.model.errors import Code
from runner.model.job import Problem, Where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.config.findings import Finding
    from runner.config.yaml_tree import Place


class About(msgspec.Struct, frozen=True):
    """What findings are about: a file, and perhaps one job in it."""

    file: str
    code: Code = Code.CONFIG_INVALID
    job_id: str | None = None

    def where(self, place: Place) -> Where:
        return Where(self.file, place.line, place.column)

    def problem(self, finding: Finding) -> Problem:
        return Problem(
            code=finding.code or self.code,
            message=finding.message,
            where=self.where(finding.place),
            hint=finding.hint,
            job_id=self.job_id,
        )


class Report:
    """Collects while files are read one after another."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []
        self._files: dict[str, int] = {}

    def problem(self, problem: Problem) -> None:
        self._problems.append(problem)

    def wrong(self, about: About, findings: Iterable[Finding]) -> None:
        self._problems.extend(about.problem(finding) for finding in findings)

    def warn(self, about: About, findings: Iterable[Finding]) -> None:
        self._warnings.extend(about.problem(finding) for finding in findings)

    def opened(self, file: str) -> None:
        """Problems in files opened later are told later."""
        self._files.setdefault(file, len(self._files))

    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._problems, key=self._order))

    def warnings(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._warnings, key=self._order))

    def _order(self, problem: Problem) -> tuple[int, int, int]:
        where = problem.where
        return self._files.get(where.file, len(self._files)), where.line, where.column
