from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jobconsole.imports.jobs_json import read_pack
from runner.model.errors import ImportInvalidError

if TYPE_CHECKING:
    from pathlib import Path

    from jobconsole.imports.proposal import Found


def read(folder: Path, content: object) -> Found:
    path = folder / "jobs.json"
    path.write_text(json.dumps(content))
    return read_pack(path, "UTC")


@pytest.mark.parametrize(
    ("schedule", "when"),
    [
        ({"cron": "0 6 * * *"}, {"cron": "0 6 * * *", "timezone": "UTC"}),
        (
            {"schedule": "0 6 * * *", "tz": "Asia/Tokyo"},
            {"cron": "0 6 * * *", "timezone": "Asia/Tokyo"},
        ),
        (
            {"trigger": {"type": "cron", "cron": "0 6 * * *"}},
            {"cron": "0 6 * * *", "timezone": "UTC"},
        ),
        ({"schedule": {"kind": "every", "everyMs": 60_000}}, {"every": "1m"}),
        ({"when": {"every": "10m"}}, {"every": "10m"}),
        ({"every": 90}, {"every": "1m30s"}),
        (
            {"cron": "0 6 * * *", "schedule": "0 6 * * *"},
            {"cron": "0 6 * * *", "timezone": "UTC"},
        ),
        ({"schedule": {"kind": "every", "everyMs": 1500}}, None),
        ({"everyMs": "60000"}, None),
        ({"every": -1}, None),
        ({"every": True}, None),
        ({"schedule": {"kind": "at", "at": "2026-12-01T09:00Z"}}, None),
        ({"schedule": {"cron": "0 6 * * *", "at": "2026-12-01T09:00Z"}}, None),
        ({"trigger": {"type": "manual", "cron": "* * * * *"}}, None),
        ({"cron": "0 6 * * *", "trigger": {"type": "manual"}}, None),
        ({"cron": "0 6 * * *", "every": "1h"}, None),
        ({"cron": "0 6 * * *", "schedule": "0 7 * * *"}, None),
        ({"schedule": [{"cron": "0 6 * * *"}]}, None),
    ],
)
def test_schedules(
    schedule: dict[str, object], when: dict[str, str] | None, tmp_path: Path
) -> None:
    (entry,) = read(tmp_path, [{"name": "x", "command": "make", **schedule}]).entries

    assert entry.definition.written().get("when") == when
    assert when or entry.notes[0].startswith("not carried over: schedule: ")


def test_all_that_says_when_is_named_without_what_may_be_secret(tmp_path: Path) -> None:
    trigger = {"type": "webhook", "cron": "0 6 * * *", "token": "hunter2"}
    item = {"name": "x", "command": "make", "every": 5, "trigger": trigger}

    (entry,) = read(tmp_path, [item]).entries

    assert entry.notes == (
        'not carried over: schedule: every 5, cron "0 6 * * *", type "webhook"',
        "not carried over: trigger.token",
    )


@pytest.mark.parametrize(
    ("keys", "doubt"),
    [
        ({"enabled": False}, False),
        ({"disabled": True}, False),
        ({"paused": True}, False),
        ({"schedule": {"cron": "0 6 * * *", "enabled": False}}, False),
        ({"enabled": True, "trigger": {"disabled": True}}, False),
        ({"enabled": "false"}, True),
        ({"enabled": 0}, True),
        ({"enabled": None}, True),
        ({"disabled": "no"}, True),
    ],
)
def test_what_is_off_stays_off(
    keys: dict[str, object], doubt: bool, tmp_path: Path
) -> None:
    (entry,) = read(tmp_path, [{"name": "x", "command": "make", **keys}]).entries

    assert not entry.definition.enabled
    assert any("it is disabled" in note for note in entry.notes) == doubt
    assert not any("not carried over" in note for note in entry.notes)


def test_what_is_on_stays_on(tmp_path: Path) -> None:
    item = {"name": "x", "command": "make", "enabled": True, "disabled": False}

    (entry,) = read(tmp_path, [item]).entries

    assert entry.definition.enabled
    assert entry.notes == ()


@pytest.mark.parametrize(
    "keys", [{"command": "make", "args": "abc"}, {"command": ["a", 1, True]}]
)
def test_words_that_are_none(keys: dict[str, object], tmp_path: Path) -> None:
    (item,) = read(tmp_path, [{"name": "x", **keys}]).left_out

    assert item.reason == "what should be a list of words is none"


@pytest.mark.parametrize(
    "content",
    [
        [{"name": "x", "command": ["make"]}],
        {"jobs": [{"name": "x", "command": ["make"]}]},
        {"jobs": {"x": {"command": ["make"]}}},
        [{"name": "x", "payload": {"command": "make"}}],
    ],
)
def test_shapes(content: object, tmp_path: Path) -> None:
    (entry,) = read(tmp_path, content).entries

    assert entry.name == "x"
    assert entry.definition.command in {"make", ("make",)}


@pytest.mark.parametrize(
    ("content", "line"), [("7", 1), ('{\n"a": 1}', 1), ("[\n[", 3), ('[\n"\xff', 3)]
)
def test_what_is_no_pack(content: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "jobs.json"
    path.write_text(content)

    with pytest.raises(ImportInvalidError, match=rf"^{path}:\d+: ") as caught:
        read_pack(path, "UTC")
    assert int(caught.value.message.split(":")[1]) <= line


def test_a_key_twice_is_no_job(tmp_path: Path) -> None:
    path = tmp_path / "jobs.json"
    path.write_text('[{"name": "x", "name": "y", "command": "z"}]')

    (item,) = read_pack(path, "UTC").left_out

    assert "'name' is defined twice" in item.reason
