from __future__ import annotations

import plistlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobconsole.imports.grid import Grid, joined
from jobconsole.imports.launchd import read_agents
from runner.model.errors import ImportInvalidError
from runner.schedule import fires, timetable
from tests.jobconsole.imports.settled import loaded, proposed

if TYPE_CHECKING:
    from pathlib import Path

    from jobconsole.imports.grid import Values
    from jobconsole.imports.proposal import Entry

AGENT = {"Label": "org.example.thing", "ProgramArguments": ["/bin/thing", "a b"]}
DAILY = {"StartCalendarInterval": {"Hour": 3, "Minute": 0}}
START = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
DAYS = 40


def write(folder: Path, **keys: object) -> Path:
    path = folder / "thing.plist"
    path.write_bytes(plistlib.dumps({**AGENT, **keys}))
    return path


def entry(folder: Path, **keys: object) -> Entry:
    found = read_agents([write(folder, **keys)], "UTC")
    assert found.left_out == ()
    (one,) = found.entries
    return one


def test_a_binary_list_says_the_same(tmp_path: Path) -> None:
    expected = entry(tmp_path, **DAILY)
    plist = {**AGENT, **DAILY}
    write(tmp_path).write_bytes(plistlib.dumps(plist, fmt=plistlib.FMT_BINARY))

    (found,) = read_agents([tmp_path], "UTC").entries

    assert found == expected
    assert found.definition.command == ("/bin/thing", "a b")


def test_program_and_folder(tmp_path: Path) -> None:
    found = entry(tmp_path, Program="/opt/it", WorkingDirectory="~/x", **DAILY)

    assert found.definition.command == "cd '~/x' && exec /opt/it 'a b'"


@pytest.mark.parametrize(("abandon", "leftovers"), [(True, "keep"), (False, None)])
def test_what_is_left_behind(
    abandon: bool, leftovers: str | None, tmp_path: Path
) -> None:
    found = entry(tmp_path, AbandonProcessGroup=abandon, **DAILY)

    assert found.definition.leftovers == leftovers
    assert found.notes == ()


def test_a_day_or_any_weekday_is_every_day(tmp_path: Path) -> None:
    daily = {"Hour": 3, "Minute": 0}
    any_weekday = [{**daily, "Day": 1, "Weekday": it} for it in range(7)]

    found = entry(tmp_path, StartCalendarInterval=any_weekday)

    assert found.definition.written()["when"] == {"at": "03:00", "timezone": "UTC"}


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"KeepAlive": True}, "it is kept running"),
        ({"KeepAlive": {"SuccessfulExit": False}}, "it is kept running"),
        ({"RunAtLoad": True}, "it starts at login"),
        ({"MachServices": {"x": True}}, "it starts on demand"),
        ({"ProgramArguments": [], **DAILY}, "it names no program"),
        ({"Label": "jobconsole.x", **DAILY}, "it is jobconsole's own"),
    ],
)
def test_what_is_no_job(keys: dict[str, object], why: str, tmp_path: Path) -> None:
    found = read_agents([write(tmp_path, **keys)], "UTC")

    assert found.entries == ()
    assert found.left_out[0].reason.startswith(why)
    assert found.left_out[0].own == (why == "it is jobconsole's own")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<plist>\n<dict>",
        b"bplist00garbage",
        b"<plist><integer>x</integer></plist>",
        b"<plist><date>x</date></plist>",
        plistlib.dumps(["a list"]),
        plistlib.dumps({"Label": 5}),
        plistlib.dumps({**AGENT, "StartInterval": "often"}),
    ],
)
def test_a_broken_one_is_told_by_its_place(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(content)

    with pytest.raises(ImportInvalidError, match=rf"^{path}:\d+: "):
        read_agents([path], "UTC")
    assert len(read_agents([tmp_path], "UTC").left_out) == 1


def test_a_missing_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImportInvalidError, match="No such file"):
        read_agents([tmp_path / "gone.plist"], "UTC")


bounds = {"Minute": (0, 59), "Hour": (0, 23), "Day": (1, 28), "Weekday": (0, 7)}
given_keys = {key: st.integers(*both) for key, both in bounds.items()}
hour = {"Hour": given_keys.pop("Hour")}
moments = st.fixed_dictionaries(hour, optional=given_keys)


@settings(max_examples=15)
@given(moment=moments)
def test_it_fires_when_launchd_did(moment: dict[str, int], root: Path) -> None:
    found = read_agents([write(root, StartCalendarInterval=moment)], "UTC")

    (job,) = loaded(proposed(found, root), root).values()

    table = timetable(job.schedule)  # type: ignore[arg-type]
    end = START + DAYS * 86_400
    assert list(fires(table, START - 1, end - 1)) == _by_hand(moment)


def _by_hand(moment: dict[str, int]) -> list[int]:
    first = datetime.fromtimestamp(START, UTC)
    every = (first + timedelta(minutes=it) for it in range(DAYS * 1440))
    return [int(it.timestamp()) for it in every if _fits(moment, it)]


def _fits(moment: dict[str, int], at: datetime) -> bool:
    day = "Day" not in moment or at.day == moment["Day"]
    weekday = "Weekday" not in moment or at.isoweekday() % 7 == moment["Weekday"] % 7
    both = {"Day", "Weekday"} <= moment.keys()
    return (
        moment.get("Minute", at.minute) == at.minute
        and moment.get("Hour", at.hour) == at.hour
        and (day or weekday if both else day and weekday)
    )


values = st.one_of(st.none(), st.frozensets(st.integers(0, 5), min_size=1, max_size=3))


@given(
    grids=st.lists(st.builds(Grid, values, values, st.none()), min_size=1, max_size=4)
)
def test_what_is_joined_holds_the_same_points(grids: list[Grid]) -> None:
    whole = joined(grids)

    if whole is not None:
        both = [(minute, hour) for minute in range(-1, 6) for hour in range(-1, 6)]
        for minute, hour in both:
            parts = any(
                _holds(it.minutes, minute) and _holds(it.hours, hour) for it in grids
            )
            assert parts == (
                _holds(whole.minutes, minute) and _holds(whole.hours, hour)
            )


def _holds(known: Values, value: int) -> bool:
    return known is None or value in known
