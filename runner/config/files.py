"""Configuration files as trees; one that cannot be read is a problem in the report."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from runner.config.findings import Finding
from runner.config.report import About, Report
from runner.config.survey import Survey
from runner.config.yaml_source import UnreadableError, join_surrogates
from runner.config.yaml_tree import Node, Place, read_yaml
from runner.model.errors import Code


class Files(msgspec.Struct, frozen=True):
    """The files of one project, as one load sees them."""

    root: Path
    survey: Survey
    report: Report

    def read(self, path: str) -> Node | None:
        """The file's tree, or None with a problem in the report."""
        about = About(self.label(path))
        self.report.opened(about.file)
        try:
            content = self.survey.read(path)
            return read_yaml(join_surrogates(content) if _is_json(path) else content)
        except FileNotFoundError:
            error = UnreadableError("does not exist")
            self._unreadable(about, error, Code.CONFIG_NOT_FOUND)
        except OSError as error:
            self._unreadable(
                about, UnreadableError(f"cannot be read: {error.strerror}")
            )
        except UnreadableError as error:
            self._unreadable(about, error)
        return None

    def label(self, path: str) -> str:
        """The path as people know it: from the project where it is below."""
        below = os.path.relpath(path, self.root)
        return path if below.startswith("..") else below

    def _unreadable(
        self,
        about: About,
        error: UnreadableError,
        code: Code = Code.CONFIG_INVALID,
    ) -> None:
        place = Place(error.line, error.column)
        message = f"{about.file} {error.message}"
        finding = Finding(place, message, error.hint, code)
        self.report.wrong(about, [finding])


def _is_json(path: str) -> bool:
    return path.endswith(".json")
