"""Services as property lists: what is written, read back, and refused."""

from __future__ import annotations

import plistlib
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchd.plist import (
    Session,
    canonical,
    keys_of,
    parsed,
    problems,
    service_of,
    text_of,
)
from launchd.service import Kind, Service, differences
from runner.model.errors import DriverUnfitError

GOLDEN = Path(__file__).parents[1] / "data" / "launchd"
HOME = Path("/Users/anna")

ODD = Service(
    label="jobconsole.k-che-1f2e3d4c",
    title="jobconsole: Küche & Söhne",
    argv=(
        "/Users/anna/Küche & Söhne/.venv/bin/python",
        *("-P", "-m", "jobconsole", "--config"),
        "/Users/anna/Küche & Söhne/100% 'of' \"it\" $HOME <now>/teleclaude.yml",
        *("--tick", "--every", "300"),
    ),
    environment={
        "PATH": "/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": "/Users/anna",
        "JOBCONSOLE_DRIVER": "launchd",
    },
    log=HOME / "Küche & Söhne" / ".jobconsole" / "driver.log",
    kind=Kind.TICK,
    every=300,
)
PLAIN = Service(
    label="jobconsole.media-3f2a9c1b",
    title="jobconsole: media",
    argv=(
        "/Users/anna/media/.venv/bin/python",
        *("-P", "-m", "jobconsole", "--config", "/Users/anna/media/teleclaude.yml"),
        "up",
    ),
    environment={"HOME": "/Users/anna", "JOBCONSOLE_DRIVER": "resident"},
    log=HOME / "media" / ".jobconsole" / "driver.log",
    kind=Kind.RESIDENT,
)
PROBE = PLAIN._replace(
    label="jobconsole.probe-20b1", argv=("/usr/bin/env",), kind=Kind.PROBE
)

writable = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])
texts = st.text(writable | st.sampled_from("\n\t %$'\"\\<>&;"), max_size=30)
names = st.text(st.sampled_from(string.ascii_uppercase + "_"), min_size=1, max_size=9)
services = st.builds(
    Service,
    label=texts.filter(bool),
    title=st.just(""),
    argv=st.builds(
        lambda program, rest: (f"/{program}", *rest), texts, st.lists(texts)
    ),
    environment=st.dictionaries(names, texts, max_size=4),
    log=texts.map(lambda text: Path(f"/{text}")),
    kind=st.just(Kind.TICK),
    every=st.integers(10, 86_400),
) | st.sampled_from([PLAIN._replace(title=""), PROBE._replace(title="")])


@pytest.mark.parametrize(
    ("name", "service", "session"),
    [
        ("tick", ODD, Session.AQUA),
        ("tick-background", ODD, Session.BACKGROUND),
        ("resident", PLAIN, Session.AQUA),
        ("probe", PROBE, Session.AQUA),
    ],
)
def test_what_is_written_is_what_was_agreed(
    name: str, service: Service, session: Session
) -> None:
    wanted = (GOLDEN / f"{name}.plist").read_text("utf-8")
    assert text_of(service, session) == wanted


@given(services, st.sampled_from(Session))
def test_every_service_comes_back_as_it_went(
    service: Service, session: Session
) -> None:
    text = text_of(service, session)
    keys = parsed(text.encode())
    assert keys is not None
    assert problems(keys) == []
    assert service_of(keys) == service
    assert differences(service_of(keys), service) == []
    assert canonical(text.encode()) == text


@given(st.text(max_size=8))
def test_a_path_is_kept_or_refused_and_never_changed(odd: str) -> None:
    service = ODD._replace(argv=(f"/{odd}", *ODD.argv[1:]))
    try:
        text = text_of(service)
    except DriverUnfitError:
        return
    found = service_of(parsed(text.encode()) or {})
    assert found is not None
    assert found.argv == service.argv


@pytest.mark.parametrize(
    "odd", ["/a\rb", "/a\x07b", "/a\x1b[31mb", "/a\udcffb", "/a\uffffb", "/a\r\nb"]
)
def test_what_xml_cannot_hold_is_refused(odd: str) -> None:
    with pytest.raises(DriverUnfitError, match="character"):
        text_of(ODD._replace(log=Path(odd)))


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (ODD._replace(every=5), "every 10 s"),
        (ODD._replace(every=0), "every 10 s"),
        (ODD._replace(argv=("python", "-m")), "ProgramArguments"),
        (ODD._replace(argv=()), "ProgramArguments"),
        (ODD._replace(log=Path("driver.log")), "StandardOutPath"),
        (ODD._replace(log=Path("~/driver.log")), "StandardErrorPath"),
        (ODD._replace(label=""), "Label"),
    ],
)
def test_what_launchd_would_not_do_is_refused(service: Service, said: str) -> None:
    with pytest.raises(DriverUnfitError, match=said):
        text_of(service)


def test_nothing_is_throttled_or_put_off() -> None:
    keys = keys_of(ODD, Session.AQUA)
    assert keys["ProcessType"] == "Interactive"
    assert keys["LegacyTimers"] is True
    assert keys["AbandonProcessGroup"] is True
    assert keys["Umask"] == 0o077
    assert "WorkingDirectory" not in keys


def test_a_tick_is_no_resident_and_a_probe_is_neither() -> None:
    tick, resident, probe = (
        keys_of(service, Session.AQUA) for service in (ODD, PLAIN, PROBE)
    )
    assert tick["StartInterval"] == 300
    assert "KeepAlive" not in tick
    assert (resident["KeepAlive"], resident["ThrottleInterval"]) == (True, 10)
    assert "StartInterval" not in resident
    assert probe.keys() & {"KeepAlive", "StartInterval"} == set()
    assert {keys["RunAtLoad"] for keys in (tick, resident, probe)} == {True}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("StartInterval", "300", "StartInterval is not a whole number above 0"),
        ("StartInterval", True, "StartInterval is not a whole number above 0"),
        ("StartInterval", 0, "StartInterval is not a whole number above 0"),
        ("Umask", "077", "Umask is not a mode as a number"),
        ("ProcessType", "Standard", "ProcessType is not Interactive"),
        ("ProgramArguments", "/bin/true", "ProgramArguments is not a list"),
        ("ProgramArguments", ["/bin/true", 1], "ProgramArguments is not a list"),
        ("EnvironmentVariables", {"A": 1}, "EnvironmentVariables is not texts"),
        ("LimitLoadToSessionType", ["Aqua"], "LimitLoadToSessionType is not one"),
        ("KeepAlive", True, "KeepAlive and StartInterval exclude each other"),
        ("RunAtLoad", False, "RunAtLoad is not set"),
        ("WorkingDirectory", "/", "WorkingDirectory is no key of ours"),
    ],
)
def test_every_wrong_key_is_named(key: str, value: object, said: str) -> None:
    keys = {**keys_of(ODD, Session.AQUA), key: value}
    [problem] = problems(keys)
    assert problem.startswith(said)


def test_a_missing_key_is_named() -> None:
    keys: dict[str, object] = {**keys_of(ODD, Session.AQUA)}
    del keys["ProgramArguments"]
    assert problems(keys) == ["ProgramArguments is missing"]


def test_another_way_of_writing_it_is_the_same_definition() -> None:
    text = text_of(ODD)
    binary = plistlib.dumps(plistlib.loads(text.encode()), fmt=plistlib.FMT_BINARY)
    mixed = plistlib.dumps(dict(reversed(plistlib.loads(text.encode()).items())))
    assert canonical(binary) == canonical(mixed) == text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a plist",
        b"bplist00rubbish",
        b"<plist><dict><key>Label</key></dict></plist>",
        b"<plist><array/></plist>",
        b"<plist><date>soon</date></plist>",
        text_of(ODD).encode()[:-40],
        text_of(ODD).encode("utf-16"),
    ],
)
def test_what_is_no_property_list_is_shown_as_it_is(content: bytes) -> None:
    assert parsed(content) is None
    assert canonical(content) == content.decode("utf-8", "replace")


@given(st.binary(max_size=60), st.integers(0, 400))
def test_damage_never_raises(damage: bytes, at: int) -> None:
    whole = text_of(PROBE).encode()
    for start in (whole, b"bplist00" + whole):
        content = start[:at] + damage + start[at + len(damage) :]
        service_of(parsed(content) or {})
        assert isinstance(canonical(content), str)


def test_a_foreign_definition_is_not_taken_for_a_service() -> None:
    foreign = {
        "Label": "com.example.backup",
        "ProgramArguments": ["/bin/backup"],
        "KeepAlive": {"SuccessfulExit": False},
    }
    assert service_of(foreign) is None
    assert service_of({"Label": "com.example", "Program": "/bin/true"}) is None


def test_a_key_that_somebody_added_does_not_hide_the_service() -> None:
    keys = {**keys_of(ODD, Session.AQUA), "Nice": 5, "ProcessType": "Standard"}
    found = service_of(keys)
    assert found == ODD._replace(title="")
    assert canonical(plistlib.dumps(keys)) != text_of(ODD)
