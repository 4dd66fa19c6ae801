"""Names: ids of jobs, ids made from other names, and what a misspelt one meant."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

MAX_LENGTH = 64

_JOB_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
_OTHER = re.compile(r"[^a-z0-9]+")


def is_job_id(name: str) -> bool:
    return _JOB_ID.fullmatch(name) is not None


def slug(name: str) -> str:
    """Letters and digits of a name, joined with `-`; empty if there are none."""
    # Accents become characters of their own, and are dropped: café is cafe.
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _OTHER.sub("-", plain.lower()).strip("-")[:MAX_LENGTH].rstrip("-")


def nearest(name: str, known: list[str]) -> str:
    """Advice for a name that nothing has."""
    near = get_close_matches(name, known, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def job_id_of(name: str) -> str:
    """The name itself where it is an id, else its slug."""
    return name if is_job_id(name) else slug(name)
