"""Whether anything that a configuration was made from has changed.

A tick with nothing to do loads this module: it imports next to nothing.
"""

from __future__ import annotations

import stat
from pathlib import Path

TYPE_CHECKING = False  # importing typing would cost more than the rest
if TYPE_CHECKING:
    from os import stat_result

ABSENT = "absent"
FILE = "file"
PROGRAM = "program"
OTHER = "other"

CROWD = 8  # from here on, one look at the folder is cheaper than one at each name


def file_stamp(path: str) -> str:
    """Changes with the content."""
    try:
        return stamp_of(Path(path).stat())
    except OSError as error:
        return f"errno {error.errno}"


def stamp_of(status: stat_result) -> str:
    return f"{status.st_ino} {status.st_size} {status.st_ctime_ns}"


def folder_stamp(path: str) -> str:
    """Changes when a name in the folder comes or goes."""
    try:
        status = Path(path).stat()
    except OSError as error:
        return f"errno {error.errno}"
    return f"{status.st_ino} {status.st_mtime_ns} {status.st_ctime_ns}"


def path_kind(path: str) -> str:
    """What stands there, symlinks followed."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return ABSENT
    if not stat.S_ISREG(mode):
        return OTHER
    return PROGRAM if mode & 0o111 else FILE


def matches(pattern: str) -> list[str]:
    """The paths that match, in a stable order."""
    from glob import glob

    return sorted(glob(pattern, recursive=True))  # noqa: PTH207 - Path knows no absolute patterns


def joined_matches(pattern: str) -> str:
    return "\0".join(matches(pattern))


_LOOKS = {
    "file": file_stamp,
    "folder": folder_stamp,
    "path": path_kind,
    "glob": joined_matches,
}


class Sources:
    """What a load looked at, and what it saw: (how, path) → seen."""

    def __init__(self, seen: dict[tuple[str, str], str]) -> None:
        self._seen = seen

    @classmethod
    def from_text(cls, text: str) -> Sources:
        seen = {}
        for line in text.splitlines():
            how, path, saw = line.split("\t")
            seen[how, _unescape(path)] = _unescape(saw)
        return cls(seen)

    def to_text(self) -> str:
        """One line for each look; `from_text` reads it back."""
        return "\n".join(
            f"{how}\t{_escape(path)}\t{_escape(saw)}"
            for (how, path), saw in self._seen.items()
        )

    def folders(self) -> set[str]:
        """The folders in which a change of any of them would show.

        Of a pattern that goes deeper, only the folders that it reached.
        """
        found = {path for how, path in self._seen if how == "folder"}
        for (how, path), saw in self._seen.items():
            if how == "glob":
                found |= {str(Path(match).parent) for match in saw.split("\0") if match}
                found.add(_fixed_part(path))
            elif how != "folder":
                # A link may be led elsewhere, and what it leads to be edited.
                found |= {str(Path(path).parent), str(Path(path).resolve().parent)}
        return found

    def now(self) -> Sources:
        """The same looks, taken again."""
        return Sources({(how, path): _LOOKS[how](path) for how, path in self._seen})


def _fixed_part(pattern: str) -> str:
    """The folder of a pattern above its first wildcard."""
    parts = Path(pattern).parts
    wild = next((n for n, part in enumerate(parts) if set(part) & set("*?[")), -1)
    return str(Path(*parts[:wild]))


def fingerprint(sources: Sources, system_zone: str, versions: str) -> str:
    """The state of all sources as it is now; equal if a load would see the same."""
    return loaded_fingerprint(sources.now(), system_zone, versions)


def loaded_fingerprint(sources: Sources, system_zone: str, versions: str) -> str:
    """The state that the load saw: what to keep beside its configuration.

    A change made while it was being read makes the next `fingerprint` differ.
    """
    return f"{system_zone}\n{versions}\n{sources.to_text()}"


def _escape(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _unescape(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")
