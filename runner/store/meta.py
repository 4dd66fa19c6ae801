"""Small facts about the whole state: the last configuration, the pools, the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.store.db import Connection

IN_FORCE = "in_force"
"""Since when (milliseconds) the configuration that is in force is; None: there is none."""

FINGERPRINT = "fingerprint"
"""Of the last configuration that was read, good or broken."""

SOURCES = "sources"
"""What that configuration was read from, to take the fingerprint again."""

BROKEN = "broken"
"""Why the last configuration could not be used (JSON of problems); "" if it could."""

ZONE = "zone"
"""The zone that the configuration names for the whole project, if it does."""

BUDGET = "budget"
"""What all agents of the project may use in a day (JSON of a budget)."""

DAEMON = "daemon"
"""The socket of who knows which role a job has; "" where nobody is asked."""

PROBLEMS = "problems"
"""What was wrong in the last configuration that was read (JSON of problems)."""

WARNINGS = "warnings"
"""What was odd in it."""

HORIZON = "horizon"
"""Until when (epoch seconds) somebody must wait for what falls due: the next tick."""

PERIOD = "period"
"""After how many seconds whoever ticks means to tick again."""

USUAL_PERIOD = 300

RELEASED = "released"
"""When (milliseconds) who calls the project was changed: ticks before it agree to nothing."""

PROGRAM = "program"
"""Version of the program that wrote last; workers of another one leave."""


AGENTS = "agents"
"""The versions of agents' programs (JSON), so that each is asked once."""

ASKED = "asked"
"""Set where a run inside another one waits for workers that only we may start."""


def get(connection: Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put(connection: Connection, values: Mapping[str, str]) -> None:
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values.items(),
    )


def period(connection: Connection) -> int:
    """Seconds between two ticks, as whoever ticked last said."""
    return int(get(connection, PERIOD) or USUAL_PERIOD)


def horizon(connection: Connection) -> int:
    return int(get(connection, HORIZON) or 0)


def sqlite_version(connection: Connection) -> str:
    """Of the library that reads the index here."""
    return str(connection.execute("SELECT sqlite_version()").fetchone()[0])


def set_pools(connection: Connection, pools: Mapping[str, int]) -> None:
    connection.execute("DELETE FROM pools")
    connection.executemany("INSERT INTO pools VALUES (?, ?)", pools.items())


def pools(connection: Connection) -> dict[str, int]:
    return dict(map(tuple, connection.execute("SELECT name, width FROM pools")))
