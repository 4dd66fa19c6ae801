from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobconsole.imports.systemd import Manager, read_timers
from runner.model.errors import ImportInvalidError

if TYPE_CHECKING:
    from pathlib import Path

    from jobconsole.imports.proposal import Entry

SERVICE = "[Service]\nExecStart=/bin/thing\n"


def manager(root: Path) -> Manager:
    return Manager("UTC", root, "me", (root / "own", root / "packages"), 1)


def entry(root: Path, timer: str, service: str = SERVICE) -> Entry:
    (root / "thing.timer").write_text(f"[Timer]\n{timer}")
    (root / "thing.service").write_text(service)
    (one,) = read_timers([root / "thing.timer"], manager(root)).entries
    return one


@pytest.mark.parametrize(
    ("timer", "when", "catch_up"),
    [
        ("OnCalendar=daily\n", {"at": "00:00", "timezone": "UTC"}, "none"),
        (
            "OnCalendar=daily\nPersistent=yes\n",
            {"at": "00:00", "timezone": "UTC"},
            "latest",
        ),
        (
            "OnCalendar=hourly\nOnCalendar=\nOnCalendar=6:00\n",
            {"at": "06:00", "timezone": "UTC"},
            "none",
        ),
        ("OnUnitActiveSec=90\nOnBootSec=1min\n", {"every": "1m30s"}, None),
        ("OnUnitInactiveSec=1d\n", {"every": "1d"}, None),
        ("OnCalendar=hourly\nOnUnitActiveSec=5min\n", None, None),
        ("OnCalendar=6:00\nOnCalendar=7:30\n", None, None),
        ("OnCalendar=*-02-30\n", None, None),
        ("OnCalendar=6:00 Mars/Base\n", None, None),
        ("OnUnitActiveSec=500ms\n", None, None),
        ("OnBootSec=5min\n", None, None),
    ],
)
def test_timers(
    timer: str, when: dict[str, str] | None, catch_up: str | None, tmp_path: Path
) -> None:
    found = entry(tmp_path, timer)

    assert found.definition.written().get("when") == when
    assert found.definition.catch_up == catch_up
    assert when or any("not carried over: " in note for note in found.notes)


@pytest.mark.parametrize(
    ("service", "timeout"),
    [
        ("Type=oneshot\nTimeoutStartSec=2h\n", "2h"),
        ("Type=oneshot\nTimeoutStartSec=infinity\n", "1d"),
        ("TimeoutStartSec=2h\n", "1d"),
        ("RuntimeMaxSec=90\n", "1m30s"),
    ],
)
def test_timeouts(service: str, timeout: str, tmp_path: Path) -> None:
    found = entry(tmp_path, "OnCalendar=daily\n", SERVICE + service)

    assert found.definition.timeout == timeout


def test_lines_continue_over_comments(tmp_path: Path) -> None:
    service = "[Service]\nExecStart=/bin/thing \\\n# why\n  --all \\\n  x\n; no\n"

    found = entry(tmp_path, "OnCalendar=daily\n", service)

    assert found.definition.command == ("/bin/thing", "--all", "x")


def test_what_nobody_enabled_is_disabled(tmp_path: Path) -> None:
    own = tmp_path / "own"
    wants = own / "timers.target.wants"
    wants.mkdir(parents=True)
    for name in ("on", "off"):
        (own / f"{name}.timer").write_text("[Timer]\nOnCalendar=daily\n")
        (own / f"{name}.service").write_text(SERVICE)
    (wants / "on.timer").symlink_to(own / "on.timer")
    (own / "masked.timer").symlink_to("/dev/null")

    found = read_timers([], manager(tmp_path))

    enabled = {entry.name: entry.definition.enabled for entry in found.entries}
    assert enabled == {"on": True, "off": False}
    assert [item.reason for item in found.left_out] == ["it is masked"]


@pytest.mark.parametrize(
    ("drop_ins", "program"),
    [
        (["a-b@x.service.d/o.conf"], "0"),
        (["a-b@.service.d/o.conf"], "0"),
        (["a-@x.service.d/o.conf"], "0"),
        (["service.d/o.conf"], "0"),
        (["c@x.service.d/o.conf"], "old"),
        (["a-b@.service.d/o.conf", "a-b@x.service.d/o.conf"], "1"),
        (["service.d/o.conf", "a-@.service.d/o.conf"], "1"),
        (["service.d/p.conf", "a-b@x.service.d/o.conf"], "0"),
    ],
)
def test_drop_ins_of_an_instance(
    drop_ins: list[str], program: str, tmp_path: Path
) -> None:
    (tmp_path / "a-b@x.timer").write_text("[Timer]\nOnCalendar=daily\n")
    (tmp_path / "a-b@.service").write_text("[Service]\nExecStart=old\n")
    for number, name in enumerate(drop_ins):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(f"[Service]\nExecStart=\nExecStart={number}\n")

    (found,) = read_timers([tmp_path / "a-b@x.timer"], manager(tmp_path)).entries

    assert found.definition.command == (program,)


def test_a_service_from_a_package_with_a_drop_in_of_ones_own(tmp_path: Path) -> None:
    own, packages = tmp_path / "own", tmp_path / "packages"
    (own / "thing.service.d").mkdir(parents=True)
    packages.mkdir()
    (packages / "thing.timer").write_text("[Timer]\nOnCalendar=daily\n")
    (packages / "thing.service").write_text(SERVICE)
    drop_in = "[Service]\nExecStart=\nExecStart=/bin/other\n"
    (own / "thing.service.d/x.conf").write_text(drop_in)

    (found,) = read_timers(["thing"], manager(tmp_path)).entries

    assert found.definition.command == ("/bin/other",)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[Timer]\nnonsense", 2),
        (b"OnCalendar=daily", 1),
        (b"[Timer]\nA=\xff", 2),
        (b"\0", 1),
    ],
)
def test_a_broken_one_is_told_by_its_place(
    content: bytes, line: int, tmp_path: Path
) -> None:
    path = tmp_path / "thing.timer"
    path.write_bytes(content)

    with pytest.raises(ImportInvalidError, match=rf"^{path}:{line}: "):
        read_timers([path], manager(tmp_path))


def test_a_name_that_nothing_has(tmp_path: Path) -> None:
    with pytest.raises(ImportInvalidError, match=r"there is no gone\.timer in"):
        read_timers(["gone"], manager(tmp_path))


@given(
    timer=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60),
    service=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60),
)
def test_no_text_breaks_it(timer: str, service: str, root: Path) -> None:
    (root / "thing.timer").write_text(f"[Timer]\nOnCalendar={timer}", "utf-8")
    (root / "thing.service").write_text(f"[Service]\nExecStart={service}", "utf-8")

    try:
        found = read_timers([root / "thing.timer"], manager(root))
    except ImportInvalidError:
        return
    assert len(found.entries) + len(found.left_out) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("StandardOutput=journal", False),
        ("StandardOutput=append:/var/log/x", True),
        ("KillMode=mixed", False),
        ("UMask=0022", False),
        ("UMask=0077", True),
        ("Nice=5", True),
        ("SetCredential=pw:hunter2", True),
        ('ExecStartPost=/bin/curl -H "Bearer hunter2"', True),
        ("MemoryMax=50%", True),
        ("MemoryMax=1G", False),
    ],
)
def test_what_is_not_carried_over_is_said(
    line: str, said: bool, tmp_path: Path
) -> None:
    found = entry(tmp_path, "OnCalendar=daily\n", f"{SERVICE}{line}\n")

    name = line.partition("=")[0]
    assert (f"not carried over: {name}" in found.notes) == said
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("mode", "leftovers"),
    [
        ("process", "keep"),
        ("none", "keep"),
        ("mixed", None),
        ("control-group", None),
    ],
)
def test_what_is_left_behind(mode: str, leftovers: str | None, tmp_path: Path) -> None:
    found = entry(tmp_path, "OnCalendar=daily\n", f"{SERVICE}KillMode={mode}\n")

    assert found.definition.leftovers == leftovers
