from __future__ import annotations

import io
import os
import pty
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.jobconsole.cli.program import TERMINAL, call

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path("tests/data/imports").absolute()
CRONTAB = "MAILTO=me\n# Say so\n0 6 * * * echo hi\n@reboot x\n"


@pytest.fixture
def crontab(tmp_path: Path) -> Path:
    path = tmp_path / "mine.crontab"
    path.write_text(CRONTAB)
    return path


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal that standard input is; what is written here was typed."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield ours
    os.close(ours)


# -- proposals -----------------------------------------------------------------------


@pytest.mark.usefixtures("crontab")
def test_a_proposal_is_a_configuration(tmp_path: Path) -> None:
    done = call(tmp_path, "import", "crontab", "mine.crontab")

    assert done.code == 0
    assert done.out.startswith("jobs:\n  # ")
    assert "  # mine.crontab:3\n" in done.out
    assert done.err.splitlines() == [
        "mine.crontab:4: left out: @reboot: it starts with the machine, which is no schedule",
        "1 job, 1 with comments on what is otherwise, 1 left out",
    ]
    (tmp_path / "teleclaude.yml").write_text(done.out)
    assert call(tmp_path, "validate").out == "1 job, no problems\n"


@pytest.mark.usefixtures("crontab")
def test_for_programs(tmp_path: Path) -> None:
    found = call(tmp_path, "import", "crontab", "mine.crontab", "--json").json()

    assert isinstance(found, dict)
    (job,) = found["jobs"]
    assert found["schema"] == 1
    assert (job["id"], job["source"]) == ("echo", "mine.crontab:3")
    assert job["definition"]["when"]["cron"] == "0 6 * * *"
    assert job["notes"][0].startswith("cron mailed what it wrote to me")
    assert found["left_out"][0]["source"] == "mine.crontab:4"


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(b"@daily make \xff\n@daily x"))
    )

    done = call(tmp_path, "import", "crontab", "-")

    assert 'command: "cd && x"' in done.out
    assert "stdin:1: left out: it is not text in UTF-8" in done.err


def test_a_crontab_of_the_system(tmp_path: Path) -> None:
    done = call(tmp_path, "import", "crontab", "--system", str(DATA / "system.crontab"))

    assert done.code == 0
    assert "cron.daily:" in done.out


def test_a_folder_of_crontabs(tmp_path: Path) -> None:
    (tmp_path / "cron.d").mkdir()
    (tmp_path / "cron.d/one").write_text("@daily root /opt/one\n")
    (tmp_path / "cron.d/two").write_text("@daily root /opt/two\n")
    (tmp_path / "cron.d/two.dpkg-old").write_text("@daily root /opt/old\n")

    done = call(tmp_path, "import", "crontab", "--system", "cron.d")

    assert f"{tmp_path}/cron.d/two:1\n" in done.out
    assert [line for line in done.out.splitlines() if line.endswith(":")] == [
        "jobs:",
        "  one:",
        "  two:",
    ]


def test_your_own_crontab_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin/crontab"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\n[ \"$*\" = -l ] && echo '@daily /opt/thing'\n")
    fake.chmod(0o755)
    monkeypatch.setattr(os, "defpath", f"{fake.parent}:{os.defpath}")

    done = call(tmp_path, "import", "crontab")

    assert "  # crontab:1\n  thing:\n" in done.out
    fake.write_text("#!/bin/sh\necho no crontab for me >&2; exit 1\n")
    done = call(tmp_path, "import", "crontab")
    assert done.code == 3
    assert done.err.startswith("error: no crontab for me\n")


def test_timers(tmp_path: Path) -> None:
    done = call(tmp_path, "import", "systemd", str(DATA / "systemd/backup.timer"))
    assert done.code == 0
    assert "  backup:\n" in done.out

    own = tmp_path / "home/.config/systemd/user"
    shutil.copytree(DATA / "systemd", own)
    by_name = call(tmp_path, "import", "systemd", "poll")
    assert "    when: {every: 1h30m}\n" in by_name.out
    everything = call(tmp_path, "import", "systemd")
    assert everything.out.count("enabled: false") == 5

    shutil.move(own, tmp_path / "home/.local/share/systemd/user")
    assert call(tmp_path, "import", "systemd").out.count("enabled: false") == 5


@pytest.mark.parametrize(
    "words",
    ["systemd systemd", "systemd systemd/poll.timer", "launchd launchd"],
)
def test_places_say_no_detour(words: str, tmp_path: Path) -> None:
    kind, name = words.split()
    (tmp_path / "here").mkdir()
    shutil.copytree(DATA, tmp_path / "data")

    done = call(tmp_path / "here", "import", kind, f"../data/{name}")

    assert f"  # {tmp_path}/data/{kind}" in done.out
    assert "/../" not in done.out


def test_agents(tmp_path: Path) -> None:
    own = tmp_path / "home/Library/LaunchAgents"
    shutil.copytree(DATA / "launchd", own)

    done = call(tmp_path, "import", "launchd")

    assert done.code == 0
    assert "backup.daily:" in done.out
    one = call(tmp_path, "import", "launchd", str(own / "sync.plist"))
    assert one.out.count("command:") == 1


def test_a_pack(tmp_path: Path) -> None:
    done = call(tmp_path, "import", "jobs.json", str(DATA / "jobs.json"))

    assert done.code == 0
    assert "daily-standup-summary:" in done.out
    assert "left out: script scripts/clean_tmp.sh does not exist" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("crontab", "gone"), "cannot read {}/gone: No such file"),
        (("systemd", "gone"), "there is no gone.timer in"),
        (("systemd", "./gone.timer"), "cannot read {}/gone.timer: No such file"),
        (("launchd", "gone.plist"), "cannot read {}/gone.plist: No such file"),
        (("launchd", "mine.crontab"), "{}/mine.crontab:1: it is no property list"),
        (("jobs.json", "gone"), "cannot read {}/gone: No such file"),
        (("jobs.json", "mine.crontab"), "{}/mine.crontab:"),
    ],
)
@pytest.mark.usefixtures("crontab")
def test_what_cannot_be_read(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = call(tmp_path, "import", *words)

    assert done.code == 3
    assert done.out == ""
    assert done.err.startswith(f"error: {message.format(tmp_path)}")


# -- adding --------------------------------------------------------------------------


@pytest.mark.usefixtures("crontab")
def test_they_are_added_once(project: Path) -> None:
    before = (project / "teleclaude.yml").read_text()

    done = call(project, "import", "crontab", "mine.crontab", "--append", "--yes")

    after = (project / "teleclaude.yml").read_text()
    assert done.code == 0, done.err
    assert after.startswith(before)
    assert '+    command: "cd && echo hi"' in done.out.splitlines()
    assert done.err.splitlines()[-1] == (
        f"1 job added to {project}/teleclaude.yml; cron has them too: `crontab -e`"
    )
    assert "echo" in call(project, "list").out

    again = call(project, "import", "crontab", "mine.crontab", "--append", "--yes")

    assert again.code == 0
    assert again.out == ""
    assert "mine.crontab:3: left out: echo is the same" in again.err
    assert (project / "teleclaude.yml").read_text() == after


@pytest.mark.usefixtures("crontab")
def test_what_goes_for_all_is_said_once(project: Path) -> None:
    (project / "x").write_text("@daily /opt/x\n")

    for name in ("mine.crontab", "x"):
        call(project, "import", "crontab", name, "--append", "--yes")

    text = (project / "teleclaude.yml").read_text()
    assert "\n  echo:\n" in text
    assert "\n  x:\n" in text
    assert text.count("# cron starts commands in the home directory") == 1


def test_an_id_that_is_taken_gets_a_number(project: Path) -> None:
    (project / "x").write_text("@daily /opt/hello\n")

    call(project, "import", "crontab", "x", "--append", "--yes")

    assert "\n  hello-2:\n" in (project / "teleclaude.yml").read_text()


@pytest.mark.usefixtures("crontab")
def test_without_a_terminal_nothing_is_written(project: Path) -> None:
    before = (project / "teleclaude.yml").read_bytes()

    done = call(project, "import", "crontab", "mine.crontab", "--append")

    assert done.code == 2
    assert "+  echo:" in done.out
    assert "with --yes it is done without asking" in done.err
    assert (project / "teleclaude.yml").read_bytes() == before


@pytest.mark.parametrize(
    ("typed", "written"), [(b"y\n", True), (b"\n", False), (b"\x04", False)]
)
@pytest.mark.usefixtures("crontab")
def test_it_asks(typed: bytes, written: bool, project: Path, keyboard: int) -> None:
    before = (project / "teleclaude.yml").read_bytes()
    os.write(keyboard, typed)

    done = call(
        project, "import", "crontab", "mine.crontab", "--append", terminal=TERMINAL
    )

    assert done.code == 0
    assert "teleclaude.yml? [y/N]" in done.err
    assert ((project / "teleclaude.yml").read_bytes() != before) == written


@pytest.mark.usefixtures("crontab")
def test_without_a_configuration_there_is_nothing_to_add_to(tmp_path: Path) -> None:
    done = call(tmp_path, "import", "crontab", "mine.crontab", "--append", "--yes")

    assert done.code == 3
    assert "jobconsole init" in done.err


@pytest.mark.usefixtures("crontab")
def test_a_broken_configuration_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "teleclaude.yml").write_text("jobs: [\n")

    done = call(tmp_path, "import", "crontab", "mine.crontab", "--append", "--yes")

    assert done.code == 3
    assert "is not valid YAML" in done.err
    assert (tmp_path / "teleclaude.yml").read_text() == "jobs: [\n"


def test_jobs_that_others_include_are_known(tmp_path: Path) -> None:
    (tmp_path / "teleclaude.yml").write_text("timezone: UTC\ninclude: [pack.json]\n")
    (tmp_path / "pack.json").write_text(
        '[{"name": "brief", "cron": "0 9 * * *", "action": "agent_workflow",'
        ' "payload": {"prompt": "Be brief."}}]'
    )
    (tmp_path / "x").write_text("@daily /opt/brief\n")

    done = call(tmp_path, "import", "crontab", "x", "--append", "--yes")

    assert done.code == 0, done.err
    assert call(tmp_path, "validate").out.startswith("2 jobs, no problems")
    text = (tmp_path / "teleclaude.yml").read_text()
    assert "\njobs:\n" in text
    assert "\n  brief-2:\n" in text
