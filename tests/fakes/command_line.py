"""Commands that only note that they were called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobconsole.stage import Called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class FakeCommandLine:
    """Implements `jobconsole.stage.CommandLine`. Knows the commands `look` and `act`."""

    def __init__(self, answers: Mapping[str, Called] | None = None) -> None:
        self.answers = dict(answers or {})
        """What a command says, by its first word; otherwise nothing."""
        self.called: list[list[str]] = []

    def call(self, words: Sequence[str]) -> Called:
        self.called.append(list(words))
        return self.answers.get(words[0], Called(0, ""))

    def acts(self, words: Sequence[str]) -> bool:
        return list(words[:1]) != ["look"]

    def complete(self, words: Sequence[str], incomplete: str) -> list[str]:
        known = ["job-one", "job-two"] if words else ["act", "look"]
        return [word for word in known if word.startswith(incomplete)]
