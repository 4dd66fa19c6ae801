"""Ids of jobs, and ids made from other names."""

from __future__ import annotations

import re
import unicodedata

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


def job_id_of(name: str) -> str:
    """The name itself where it is an id, else its slug."""
    return name if is_job_id(name) else slug(name)
