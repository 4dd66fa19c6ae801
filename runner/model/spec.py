"""A job as it was resolved, with where each of its values comes from."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from runner.model.job import Problem


class Source(StrEnum):
    """What gave a job a value."""

    JOB = "job"
    DEFAULTS = "defaults"
    PROJECT = "project"
    DISK = "disk"
    SYSTEM = "system"
    BUILT_IN = "built_in"
    UNKNOWN = "unknown"


_WORDS: dict[Source, str] = {
    Source.JOB: "{}",
    Source.DEFAULTS: "defaults ({})",
    Source.PROJECT: "top level ({})",
    Source.DISK: "found on disk ({})",
    Source.SYSTEM: "the system",
    Source.BUILT_IN: "built in",
    Source.UNKNOWN: "not known",
}


class Origin(msgspec.Struct, frozen=True):
    """Where a value stands: `file:line:column`, or the file that was found on disk."""

    source: Source
    where: str = ""

    def __str__(self) -> str:
        return _WORDS[self.source].format(self.where)


class SpecValue(msgspec.Struct, frozen=True):
    """One key of a job. `value` is what YAML would say, or words for none.

    Several origins are for a map that was put together, the nearest first.
    """

    name: str
    value: str
    origins: tuple[Origin, ...]

    @property
    def origin(self) -> str:
        return " over ".join(map(str, self.origins))


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """`note` says why values are not those on disk, where that is so.

    An invalid job has problems and no values.
    """

    job_id: str
    defined_in: str
    values: tuple[SpecValue, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    note: str = ""
