"""Asking MCP servers: good ones, and those that would be in the way."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner import __version__
from runner.model.mcp import McpHealth, McpState
from runner.process.clock import SystemClock
from runner.process.mcp import Startable, probe
from tests.helpers.leaks import nothing_kept
from tests.helpers.processes import PATIENCE_MS, living
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
LAB = Path(__file__).parents[2] / "lab" / "mcp_server.py"
SHORT_MS = 500
ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}'
NOTICE = '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"hi"}}'
OUR_ID_THEIR_QUESTION = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
REFUSAL = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"too new"}}'


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    with nothing_kept():
        yield


def lab(mode: str, *seconds: str) -> Startable:
    return Startable((sys.executable, "-P", str(LAB), mode, *seconds), ENVIRONMENT)


def shell(script: str) -> Startable:
    return Startable(("/bin/sh", "-c", script), ENVIRONMENT)


def says(*lines: str) -> str:
    """A script that reads the question and says these lines."""
    return "; ".join(["read question", *(f"echo '{line}'" for line in lines)])


def probed(
    servers: Mapping[str, Startable], root: Path, within_ms: int
) -> dict[str, McpHealth]:
    return probe(servers, cwd=root, clock=SystemClock(), within_ms=within_ms)


def asked(server: Startable, root: Path, within_ms: int = PATIENCE_MS) -> McpHealth:
    return probed({"it": server}, root, within_ms)["it"]


@pytest.mark.parametrize(
    ("server", "state", "detail"),
    [
        (lab("ok"), McpState.READY, ""),
        (lab("slow", "0.1"), McpState.READY, ""),
        (lab("crash-in-call"), McpState.READY, ""),
        (lab("crash"), McpState.ENDED, "exit code 1: boom at the start"),
        (lab("rubbish"), McpState.RUBBISH, "this is not JSON"),
    ],
)
def test_a_server_is_judged_by_what_it_does(
    tmp_path: Path, server: Startable, state: McpState, detail: str
) -> None:
    health = asked(server, tmp_path)
    assert (health.state, health.detail) == (state, detail)
    assert 0 <= health.took_ms < PATIENCE_MS


@pytest.mark.parametrize(
    ("script", "state", "detail"),
    [
        (says(NOTICE, "", NOTICE, ANSWER), McpState.READY, ""),
        (says(OUR_ID_THEIR_QUESTION, ANSWER), McpState.READY, ""),
        (f"read question; printf '{ANSWER}'", McpState.READY, ""),
        (says("Welcome!", ANSWER, "more"), McpState.READY, ""),
        (f"{says(ANSWER)}; sleep 300", McpState.READY, ""),
        (f"exec 2>&-; {says(ANSWER)}", McpState.READY, ""),
        (says(REFUSAL), McpState.RUBBISH, "too new"),
        (says("Welcome!"), McpState.RUBBISH, "Welcome!"),
        (says("[1]") + "; sleep 300", McpState.RUBBISH, "[1]"),
        (says('{"id":1,"result":{}}'), McpState.RUBBISH, '{"id":1,"result":{}}'),
        (
            says('{"jsonrpc":"2.0","id":1}'),
            McpState.RUBBISH,
            '{"jsonrpc":"2.0","id":1}',
        ),
        (r"printf '\377\n'", McpState.RUBBISH, "\N{REPLACEMENT CHARACTER}"),
        ("exit 3", McpState.ENDED, "exit code 3"),
        ("exit 0", McpState.ENDED, "exit code 0"),
        ("kill -9 $$", McpState.ENDED, "Killed"),
        ("echo one >&2; echo two >&2; exit 1", McpState.ENDED, "exit code 1: two"),
        (says('{"jsonrpc":"2.0","id":7,"result":{}}'), McpState.ENDED, "exit code 0"),
    ],
)
def test_only_an_answer_counts(
    tmp_path: Path, script: str, state: McpState, detail: str
) -> None:
    health = asked(shell(script), tmp_path)
    assert health.state is state
    assert health.detail.startswith(detail)


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ("exec sleep 300", ""),
        ("echo waiting for login >&2; exec sleep 300", "waiting for login"),
        ("yes >&2; exit", "y"),
        (f"exec yes '{NOTICE}'", ""),
        (says(OUR_ID_THEIR_QUESTION) + "; sleep 300", ""),
    ],
)
def test_one_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, script: str, detail: str
) -> None:
    health = asked(shell(script), tmp_path, SHORT_MS)
    assert (health.state, health.detail) == (McpState.SILENT, detail)
    assert health.took_ms >= SHORT_MS


def test_a_line_without_end_is_rubbish(tmp_path: Path) -> None:
    health = asked(shell("yes | tr -d '\\n'"), tmp_path)
    assert health.state is McpState.RUBBISH
    assert len(health.detail) < 1000


def test_one_that_closes_its_output_has_no_more_to_say(tmp_path: Path) -> None:
    health = asked(shell("exec >&-; exec sleep 300"), tmp_path, SHORT_MS)
    assert (health.state, health.detail) == (McpState.ENDED, "closed its output")


def test_one_that_left_its_output_to_others_has_ended(tmp_path: Path) -> None:
    health = asked(shell("sleep 300 & exit 6"), tmp_path, SHORT_MS)
    assert (health.state, health.detail) == (McpState.ENDED, "exit code 6")


def test_one_that_is_not_there_is_missing(tmp_path: Path) -> None:
    health = asked(Startable(("/nowhere/server",), ENVIRONMENT), tmp_path)
    assert health.state is McpState.MISSING
    assert "/nowhere/server" in health.detail


def test_all_are_asked_at_once(tmp_path: Path) -> None:
    missing = Startable(("/nowhere/server",), ENVIRONMENT)
    servers = {"missing": missing, "ok": lab("ok"), "crash": lab("crash")}
    servers |= {f"hang-{number}": lab("hang") for number in range(5)}
    clock = SystemClock()
    begun = clock.awake_ms()
    health = probed(servers, tmp_path, within_ms=1000)
    assert clock.awake_ms() - begun < 5000  # what those that hang take one by one
    assert list(health) == list(servers)
    assert [it.state for it in health.values()] == [
        McpState.MISSING,
        McpState.READY,
        McpState.ENDED,
        *[McpState.SILENT] * 5,
    ]


def test_nothing_of_a_server_lives_on(tmp_path: Path) -> None:
    script = f"trap '' TERM; sleep 300 & echo $$ $! >pids; {says(ANSWER)}; sleep 300"
    assert asked(shell(script), tmp_path).state is McpState.READY
    assert not living(map(int, (tmp_path / "pids").read_text().split()))


def test_a_server_may_end_in_good_order(tmp_path: Path) -> None:
    script = f"{says(ANSWER)}; cat >/dev/null; touch ended"
    server = Startable(
        ("/bin/sh", "-c", f"trap '' TERM; {script}"),
        ENVIRONMENT,
    )
    assert asked(server, tmp_path).state is McpState.READY
    wait_until((tmp_path / "ended").exists, "its last deed")


def test_it_is_asked_by_the_protocol_and_gets_its_environment(tmp_path: Path) -> None:
    script = f"read question; echo $question >asked; env >got; echo '{ANSWER}'"
    server = Startable(("/bin/sh", "-c", script), {**ENVIRONMENT, "ROLE": "viewer"})
    asked(server, tmp_path)
    question = json.loads((tmp_path / "asked").read_text())
    assert question["jsonrpc"] == "2.0"
    assert question["method"] == "initialize"
    assert question["params"] == {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "jobconsole", "version": __version__},
    }
    got = (tmp_path / "got").read_text().splitlines()
    assert "ROLE=viewer" in got
    assert not any(line.startswith("HOME=") for line in got)


def test_no_servers_take_no_time(tmp_path: Path) -> None:
    assert probed({}, tmp_path, within_ms=PATIENCE_MS) == {}
