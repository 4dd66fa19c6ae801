"""The filter language of the console: `status:failed role:x !word "two words"`.

Any value of a key will do, while every key and every word must hold; `!` turns one
around. What cannot be understood is left out, and told.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from runner.config.names import nearest
from runner.config.units import parse_duration
from runner.model.instants import parse_ms
from runner.model.job import Kind
from runner.model.run import RunStatus, Trigger
from runner.model.views import HistoryQuery, JobState, JobView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Key(StrEnum):
    """What can stand before a colon."""

    STATUS = "status"
    ROLE = "role"
    KIND = "kind"
    AGENT = "agent"
    TAG = "tag"
    JOB = "job"
    TRIGGER = "trigger"
    SINCE = "since"


NEVER = "never"
USUAL_ROLE = "admin"
CANDIDATES_SHOWN = 50
SINCE_HINT = "write 2d, 90m or 2026-11-20T06:00:00Z"

_NAMES = [str(key) for key in Key]
_OF_RUNS = frozenset({Key.STATUS, Key.ROLE, Key.JOB, Key.TRIGGER, Key.SINCE})
_ALL_OF: dict[Key, list[str]] = {
    Key.STATUS: [str(status) for status in RunStatus],
    Key.TRIGGER: [str(trigger) for trigger in Trigger],
}
"""What runs can have: these keys can be turned around for them."""

_KNOWN: dict[Key, list[str]] = {
    Key.STATUS: [*dict.fromkeys([*_ALL_OF[Key.STATUS], *map(str, JobState), NEVER])],
    Key.KIND: [str(kind) for kind in Kind],
    Key.TRIGGER: _ALL_OF[Key.TRIGGER],
}
_ALIASES = {
    "ok": "succeeded",
    "success": "succeeded",
    "timeout": "timed_out",
    "canceled": "cancelled",
    "retrying": "retry_wait",
}
_TERM = re.compile(
    r'(?P<no>!?)(?:(?P<key>[^\s:"!]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]*))'
)


class Term(NamedTuple):
    """One part of a filter, in lower case; without a key it is a word."""

    key: Key | None
    value: str
    negated: bool = False


class Filter(msgspec.Struct, frozen=True):
    """What was understood; `problem` is the first thing that was not.

    `wanted` and `refused` hold the values of each key.
    """

    wanted: dict[Key, frozenset[str]] = {}
    refused: dict[Key, frozenset[str]] = {}
    words: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    problem: str = ""

    def __bool__(self) -> bool:
        return bool(self.wanted or self.refused or self.words or self.unwanted)

    def accepts(self, view: JobView) -> bool:
        """Whether a job is shown. What only runs have does not count."""
        for key, values in self.wanted.items():
            if key in _FACTS and values.isdisjoint(_FACTS[key](view)):
                return False
        for key, values in self.refused.items():
            if key in _FACTS and not values.isdisjoint(_FACTS[key](view)):
                return False
        if not (self.words or self.unwanted):
            return True
        is_there = _text(view).__contains__
        return all(map(is_there, self.words)) and not any(map(is_there, self.unwanted))

    def history(self, base: HistoryQuery, now_ms: int) -> HistoryQuery | str:
        """The runs of `base` that are wanted, or why those cannot be asked for.

        A word is part of the job's name.
        """
        statuses = self._allowed(Key.STATUS)
        triggers = self._allowed(Key.TRIGGER)
        role, job = self._only(Key.ROLE), self._only(Key.JOB)
        since = [_since_ms(it, now_ms) for it in self.wanted.get(Key.SINCE, ())]
        if problem := self._problem_of_runs():
            return problem
        return msgspec.structs.replace(
            base,
            job_id=job or base.job_id,
            statuses=tuple(map(RunStatus, statuses)) or base.statuses,
            role=role or base.role,
            since_ms=max(since) if since else base.since_ms,
            triggers=tuple(map(Trigger, triggers)) or base.triggers,
            job_words=(*base.job_words, *self.words),
        )

    def describe(self) -> str:
        """`status failed or lost, not kind agent, "db"`."""
        parts = [f"{key} {_either(values)}" for key, values in self.wanted.items()]
        parts += [f"not {key} {_either(it)}" for key, it in self.refused.items()]
        parts += [f'"{word}"' for word in self.words]
        return ", ".join([*parts, *(f'not "{word}"' for word in self.unwanted)])

    def _only(self, key: Key) -> str | None:
        return next(iter(self.wanted.get(key, ())), None)

    def _allowed(self, key: Key) -> list[str]:
        """The values that are left of all; none where the filter does not say."""
        wanted, refused = self.wanted.get(key), self.refused.get(key)
        if not (wanted or refused):
            return []
        left = (wanted or frozenset(_ALL_OF[key])) - (refused or frozenset())
        return [it for it in _ALL_OF[key] if it in left]

    def _problem_of_runs(self) -> str:
        keys = {*self.wanted, *self.refused}
        if others := sorted(keys - _OF_RUNS):
            return f"{others[0]}: is for jobs, not for runs"
        if self.unwanted or self.refused.keys() - _ALL_OF:
            return "runs can only be asked for without a status or a trigger"
        for key in (Key.JOB, Key.ROLE):
            if len(self.wanted.get(key, ())) > 1:
                return f"{key}: only one at a time for runs"
        for key, known in _ALL_OF.items():
            if key in keys and not self._allowed(key):
                return f"no run has such a {key}: known are {', '.join(known)}"
        return ""


def parse(text: str) -> Filter:
    """Never raises: what is wrong is in `problem`, and the rest still holds."""
    wanted: dict[Key, frozenset[str]] = {}
    refused: dict[Key, frozenset[str]] = {}
    words: dict[bool, list[str]] = {False: [], True: []}
    problem = ""
    for match in _TERM.finditer(text):
        term = _term(match)
        if isinstance(term, str):
            problem = problem or term
        elif term.key is not None:
            group = refused if term.negated else wanted
            group[term.key] = group.get(term.key, frozenset()) | {term.value}
        elif term.value:
            words[term.negated].append(term.value)
    return Filter(wanted, refused, tuple(words[False]), tuple(words[True]), problem)


def candidates(prefix: str, jobs: Sequence[JobView]) -> list[str]:
    """What the word that is being typed may become, the sign before it kept."""
    sign = "!" if prefix.startswith("!") else ""
    typed = prefix.removeprefix("!").lower()
    name, colon, value = typed.partition(":")
    if colon and name in _NAMES:
        known = [
            f"{name}:{_quoted(it)}"
            for it in _values_of(Key(name), jobs)
            if it.startswith(value.lstrip('"'))
        ]
    else:
        known = [f"{key}:" for key in _NAMES] + [view.id for view in jobs]
        known = [it for it in known if it.startswith(typed)]
    return [sign + it for it in known[:CANDIDATES_SHOWN]]


def _term(match: re.Match[str]) -> Term | str:
    """The term, or what is wrong with it."""
    negated = bool(match["no"])
    value = (match["quoted"] or match["plain"] or "").lower()
    if match["key"] is None:
        return Term(None, value, negated)
    name = match["key"].lower()
    if name not in _NAMES:
        return f"no key {name!r}: {nearest(name, _NAMES)}"
    key = Key(name)
    if key in _KNOWN:
        value = re.sub("[- ]", "_", value)
        value = _ALIASES.get(value, value) if key is Key.STATUS else value
    return _problem_of(key, value) or Term(key, value, negated)


def _problem_of(key: Key, value: str) -> str:
    known = _KNOWN.get(key)
    if not value:
        hint = f"known are {', '.join(known)}" if known else "needs a value"
        return f"{key}: {SINCE_HINT if key is Key.SINCE else hint}"
    if known is not None and value not in known:
        return f"no {key} {value!r}: {nearest(value, known)}"
    if key is Key.SINCE:
        try:
            _since_ms(value, 0)
        except (ValueError, OverflowError):
            return f"since {value!r}: {SINCE_HINT}"
    return ""


def _since_ms(value: str, now_ms: int) -> int:
    """Raises ValueError for what is neither a duration nor an instant."""
    if "-" in value:
        return parse_ms(value.upper())
    return now_ms - 1000 * parse_duration(value)


def _statuses(view: JobView) -> tuple[str, ...]:
    last = view.last_run
    return (view.state, NEVER if last is None else last.status)


_FACTS: dict[Key, Callable[[JobView], tuple[str, ...]]] = {
    Key.STATUS: _statuses,
    Key.ROLE: lambda view: ((view.role or USUAL_ROLE).lower(),),
    Key.KIND: lambda view: (view.kind or "",),
    Key.AGENT: lambda view: ((view.agent or "").lower(),),
    Key.TAG: lambda view: tuple(map(str.lower, view.tags)),
    Key.JOB: lambda view: (view.id,),
}
"""What a key can say of a job, in lower case."""


def _either(values: frozenset[str]) -> str:
    return " or ".join(sorted(values))


def _text(view: JobView) -> str:
    """All that words are looked for in; they never reach from one part to the next."""
    parts = (
        view.id,
        view.description,
        view.kind or "",
        view.agent or "",
        view.schedule,
        view.role or "",
        *view.tags,
    )
    return "\0".join(parts).lower()


def _values_of(key: Key, jobs: Sequence[JobView]) -> list[str]:
    if key is Key.SINCE:
        return ["1h", "1d", "7d"]
    if key in _KNOWN:
        return _KNOWN[key]
    return sorted({it for view in jobs for it in _FACTS[key](view) if it})


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
