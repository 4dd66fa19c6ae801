"""Every look at the file system that a load takes, remembered for the fingerprint."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from pathlib import Path

import msgspec

from runner.config.fingerprint import (
    ABSENT,
    CROWD,
    Sources,
    file_stamp,
    folder_stamp,
    matches,
    path_kind,
    stamp_of,
)
from runner.config.yaml_source import UnreadableError, read_source


class Found(msgspec.Struct, frozen=True):
    """What stands at a path (a kind of `fingerprint`), and where that really is."""

    kind: str
    real: str

    @property
    def exists(self) -> bool:
        return self.kind != ABSENT


class Survey:
    """Looks below one project."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._real_root = os.path.realpath(root)
        self._files: dict[str, str] = {}
        self._globs: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._real_folders: dict[str, str] = {}
        self._kinds: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._watched: dict[str, str] = {}

    def read(self, path: str) -> bytes:
        """Raises OSError or UnreadableError."""
        try:
            source = read_source(Path(path))
        except (OSError, UnreadableError):
            self._files[path] = file_stamp(path)
            raise
        self._files[path] = stamp_of(source.stamp)
        return source.content

    def matches(self, pattern: str) -> list[str]:
        """Absolute paths that match a pattern relative to the project."""
        below = os.path.join(glob.escape(self._root), pattern)  # noqa: PTH118
        found = matches(below)
        self._globs[below] = "\0".join(found)
        return found

    def find(self, path: str) -> Found:
        """What stands at a path relative to the project."""
        folder, name = os.path.split(os.path.join(self._root, path))  # noqa: PTH118
        if folder not in self._folders:
            # Stamped before the first look: what changes later is noticed.
            self._folders[folder] = folder_stamp(folder)
            self._real_folders[folder] = os.path.realpath(folder)
        kind = path_kind(f"{folder}/{name}")
        self._kinds[folder][name] = kind
        return Found(kind, self._real(folder, name))

    def inside(self, found: Found) -> bool:
        """Whether it really lies below the project."""
        return found.real.startswith(self._real_root.rstrip("/") + "/")

    def watch(self, found: Found) -> None:
        """Notice a change of the thing itself: of a mode, no folder tells."""
        self._watched[found.real] = path_kind(found.real)

    def sources(self) -> Sources:
        seen = {("file", path): stamp for path, stamp in self._files.items()}
        seen |= {("glob", pattern): found for pattern, found in self._globs.items()}
        for folder, kinds in self._kinds.items():
            if len(kinds) > CROWD:
                seen["folder", folder] = self._folders[folder]
            else:
                for name, kind in kinds.items():
                    seen["path", f"{folder}/{name}"] = kind
        seen |= {("path", path): kind for path, kind in self._watched.items()}
        return Sources(seen)

    def _real(self, folder: str, name: str) -> str:
        path = f"{folder}/{name}"
        # Path.is_symlink() raises for a name that is too long.
        if name in ("", ".", "..") or os.path.islink(path):  # noqa: PTH114
            real = os.path.realpath(path)
            self._watched[real] = path_kind(real)
            return real
        return f"{self._real_folders[folder]}/{name}"
