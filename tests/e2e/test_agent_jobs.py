"""Agents' jobs from their start to their receipts, their programs played."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.engine import reindex
from runner.engine.activity import Observer
from runner.model.errors import AgentUnavailableError, BindingsInvalidError, Code
from runner.model.mcp import McpState
from runner.model.orders import Order, ReplayOrder
from runner.model.run import RunStatus
from tests.helpers.agents import MCP_SERVER, mcp_server
from tests.helpers.played import (
    CODEX_MODEL,
    MODEL,
    SESSION,
    asked_for_version,
    begins,
    claude,
    codex_begins,
    codex_diary,
    codex_ends,
    codex_says,
    ends,
    played_site,
    put_on,
    says,
    told,
    trace,
    turn,
)
from tests.helpers.project import ended, run_job
from tests.helpers.site import receipt_of, until
from tests.helpers.wait import wait_until
from tests.jobconsole.cli.program import call

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.engine.project import Project
    from runner.model.views import RunView

pytestmark = pytest.mark.slow

AGENT = {"agent": "claude", "prompt": "Hello"}
AT_ONCE = {"agent": 4}
SECRET = "hunter2-hunter2"


def submitted(project: Project, job_id: str, **params: str) -> RunView:
    """The end of a run with these values for its prompt's blanks."""
    order = Order(job_id, "tester", params=tuple(params.items()))
    return ended(project, api.submit(project, order))


def run_all(project: Project, *job_ids: str) -> dict[str, RunView]:
    """The ends of runs that go on at once."""
    ids = {it: api.submit(project, Order(it, "tester")) for it in job_ids}
    return {it: ended(project, run_id) for it, run_id in ids.items()}


def manifest_of(project: Project, run_id: str) -> Mapping[str, object]:
    folder = api.run_detail(project, run_id).folder
    found: dict[str, object] = json.loads(folder.manifest.read_bytes())
    return found


def written_by(project: Project, run_id: str) -> str:
    """All that we wrote of a run, but the job's own streams."""
    folder = api.run_detail(project, run_id).folder
    ours = (folder.events, folder.receipt, folder.summary, folder.agent_log)
    return "\n".join(path.read_text("utf-8") for path in ours)


# -- a good run --------------------------------------------------------------------


def test_what_is_left_of_a_good_run(tmp_path: Path) -> None:
    with played_site(tmp_path, {"jobs": {"a": AGENT}}, {"a": claude()}) as project:
        view = run_job(project, "a")
        receipt = receipt_of(project, view.run_id)
        folder = api.run_detail(project, view.run_id).folder
        summary = folder.summary.read_text("utf-8")
        events = [it["event"] for it in api.events(project, view.run_id) if it]

        assert view.status is RunStatus.SUCCEEDED
        assert (view.cost_usd, view.cost_estimated, view.tokens) == (0.25, False, 1050)
        assert receipt.message == "All done."
        assert receipt.usage is not None
        assert (receipt.usage.turns, receipt.usage.tools) == (1, 0)
        assert (receipt.cost_usd, receipt.cost_estimated) == (0.25, False)
        assert receipt.agent is not None
        assert (receipt.agent.name, receipt.agent.model) == ("claude", MODEL)
        assert receipt.agent.session == SESSION
        assert folder.prompt.read_text("utf-8") == "Hello"
        assert trace(tmp_path, "a", "stdin") == ["Hello"]
        assert "    All done." in summary
        assert "cost 0.2500 USD" in summary
        assert f"by claude, model {MODEL}, session `{SESSION}`" in summary
        assert events.index("agent_session") < events.index("agent_turn")
        assert events.index("agent_usage") < events.index("run_ended")


def test_live_figures_and_what_it_does(tmp_path: Path) -> None:
    scene = (
        says(begins(), turn(1, read=1000, tool="Bash"))
        + f"{until('one')}\n"
        + says(turn(2, read=2000, text="Working"))
        + f"{until('two')}\n"
        + says(ends(read=3000, written=50))
    )
    with played_site(tmp_path, {"jobs": {"a": AGENT}}, {"a": scene}) as project:
        run_id = api.submit(project, Order("a", "tester"))

        def tokens() -> int | None:
            return api.resolve_run(project, run_id).tokens

        wait_until(lambda: tokens() == 1001, "the first figures")
        agent = api.activity(project, Observer(), run_id).agent
        assert (agent.session, agent.tool, agent.turn) == (SESSION, "Bash", 1)
        assert (agent.model, agent.tokens, agent.cost_usd) == (MODEL, 1001, None)
        (tmp_path / "one").touch()
        wait_until(lambda: tokens() == 3002, "the next figures")
        assert api.spending(project).jobs_today[0].tokens == 3002
        shown = call(tmp_path, "runs", "show", run_id, "--json").json()
        assert isinstance(shown, dict)
        assert (shown["status"], shown["tokens"]) == ("running", 3002)
        assert (shown["cost_usd"], shown["cost_estimated"]) == (None, False)
        (tmp_path / "two").touch()
        assert ended(project, run_id).tokens == 3050


def test_its_version_is_asked_once_and_kept(tmp_path: Path) -> None:
    jobs = {"a": AGENT, "b": {**AGENT, "agent": "codex"}}
    codex = says(codex_begins(), codex_says("Done."), codex_ends(10, 0, 1))
    scenes = {"a": claude(), "b": codex}
    with played_site(tmp_path, {"jobs": jobs}, scenes) as project:
        run_job(project, "a")
        first = manifest_of(project, run_job(project, "a").run_id)
        second = manifest_of(project, run_job(project, "b").run_id)
        assert asked_for_version(tmp_path, "claude") == 1
    for manifest, name, version in (
        (first, "claude", "2.1.328"),
        (second, "codex", "0.169.0"),
    ):
        versions = manifest["versions"]
        assert isinstance(versions, dict)
        assert versions[name] == version


@pytest.mark.parametrize(
    "text",
    [
        "OK, nothing to report",
        "**ok** - Nothing to report.\n",
        "ok: nothing to report!",
    ],
)
def test_nothing_to_report(tmp_path: Path, text: str) -> None:
    scenes = {"a": claude(text), "b": claude(f"{text} But the disk is full.")}
    config = {"concurrency": AT_ONCE, "jobs": {"a": AGENT, "b": AGENT}}
    with played_site(tmp_path, config, scenes) as project:
        views = run_all(project, "a", "b")
        quiet = {
            job_id: receipt_of(project, view.run_id).nothing_to_report
            for job_id, view in views.items()
        }
        rows = project.index.execute("SELECT job_id, quiet FROM runs")
        assert quiet == {"a": True, "b": False}
        assert {job_id: bool(it) for job_id, it in map(tuple, rows)} == quiet


def test_people_read_words_and_not_a_stream(tmp_path: Path) -> None:
    """While it runs and later; the stream itself is kept as it came."""
    scene = says(
        begins(), turn(1, text="I look.", tool="Bash"), turn(2), ends("All done.")
    )
    plain = {"agent": "custom", "command": ["cat"], "prompt": "Hello"}
    jobs = {"a": {**AGENT, "budget": {"turns": 2}}, "b": plain}
    with played_site(tmp_path, {"jobs": jobs}, {"a": scene}) as project:
        done = call(tmp_path, "run", "a")
        said = f"# session {SESSION}, {MODEL}\nI look.\n> Bash\n! budget: 2 of 2 turns"
        assert done.code == 0
        assert done.out == f"{said} for a run\n"
        run_id = api.resolve_run(project, "a").run_id
        folder = api.run_detail(project, run_id).folder
        raw = folder.stdout.read_text("utf-8")
        assert len(raw.splitlines()) == 4
        assert call(tmp_path, "logs", "a").out == raw
        assert "All done." in folder.summary.read_text("utf-8")
        assert call(tmp_path, "run", "b").out == "Hello"
        other = api.run_detail(project, api.resolve_run(project, "b").run_id).folder
        assert not other.agent_log.exists()


# -- what it costs -----------------------------------------------------------------


def test_a_cost_by_the_prices_is_an_estimate_everywhere(tmp_path: Path) -> None:
    price = {"input": 10, "cached": 1, "output": 100}
    job = {**AGENT, "agent": "codex"}
    config = {"timezone": "UTC", "prices": {CODEX_MODEL: price}, "jobs": {"a": job}}
    scene = (
        says(codex_begins())
        + codex_diary((1000, 400, 100), (1000, 400, 100))
        + f"{until('gate')}\n"
        + says(codex_says("Done."), codex_ends(2000, 800, 200))
    )
    cost = 2 * (600 * 10 + 400 * 1 + 100 * 100) / 1_000_000
    with played_site(tmp_path, config, {"a": scene}) as project:
        run_id = api.submit(project, Order("a", "tester"))

        def running() -> RunView | None:
            view = api.resolve_run(project, run_id)
            return view if view.cost_usd is not None else None

        live = wait_until(running, "what it costs")
        (tmp_path / "gate").touch()
        view = ended(project, run_id)
        receipt = receipt_of(project, run_id)
        usage = told(project, run_id, "agent_usage")
        summary = api.run_detail(project, run_id).folder.summary.read_text("utf-8")
        shown = call(tmp_path, "runs", "show", run_id).out
        listed = call(tmp_path, "costs").out
        history = call(tmp_path, "history", "--json").json()

    assert live.cost_estimated
    assert view.cost_usd == receipt.cost_usd == pytest.approx(cost)
    assert (view.cost_estimated, receipt.cost_estimated) == (True, True)
    assert any(it.get("estimated") is True for it in usage)
    assert f"cost {cost:.4f} USD (estimated)" in summary
    assert "~$0.03" in shown
    assert "~$0.03" in listed
    assert isinstance(history, list)
    (row,) = history
    assert (row["cost_estimated"], row["tokens"]) == (True, 2200)


def test_what_it_cost_is_found_again(tmp_path: Path) -> None:
    """By the receipts, once the index is lost."""
    price = {"input": 10, "cached": 1, "output": 100}
    job = {**AGENT, "agent": "codex", "model": "m"}
    config = {"prices": {"m": price}, "jobs": {"a": job}}
    scene = says(codex_begins(), codex_says("Done."), codex_ends(2000, 800, 200))
    with played_site(tmp_path, config, {"a": scene}) as project:
        view = run_job(project, "a")
        before = api.spending(project)
        assert before.today_usd > 0
        assert before.estimated
        project.index.execute("DELETE FROM runs")
        reindex._rebuild(project, anew=True)
        after = api.spending(project)
        assert api.resolve_run(project, view.run_id) == view
        assert (after.jobs_today, after.roles_month) == (
            before.jobs_today,
            before.roles_month,
        )


def test_no_price_no_cost(tmp_path: Path) -> None:
    job = {**AGENT, "agent": "codex"}
    scene = says(codex_begins(), codex_says("Done."), codex_ends(2000, 800, 200))
    with played_site(tmp_path, {"jobs": {"a": job}}, {"a": scene}) as project:
        view = run_job(project, "a")
        assert (view.cost_usd, view.tokens) == (None, 2200)
        assert not receipt_of(project, view.run_id).cost_estimated


# -- its prompt --------------------------------------------------------------------


def test_a_prompt_file_with_params_and_its_replay(tmp_path: Path) -> None:
    job = {
        "agent": "claude",
        "prompt_file": "prompts/look.md",
        "params": {"topic": None, "depth": "3"},
    }
    files = {"prompts/look.md": "Look at ${topic}, ${depth} deep. ${other} stays.\n"}
    scenes = {"a": claude()}
    with played_site(tmp_path, {"jobs": {"a": job}}, scenes, files) as project:
        with pytest.raises(BindingsInvalidError, match="needs a value for topic"):
            api.submit(project, Order("a", "tester"))
        with pytest.raises(BindingsInvalidError) as caught:
            submitted(project, "a", topik="x")
        assert caught.value.hint == "Did you mean topic?"

        first = submitted(project, "a", topic="logs")
        said = ["Look at logs, 3 deep. ${other} stays."]
        assert trace(tmp_path, "a", "stdin") == said
        folder = api.run_detail(project, first.run_id).folder
        assert folder.prompt.read_text("utf-8").splitlines() == said
        assert manifest_of(project, first.run_id)["params"] == {"topic": "logs"}

        (tmp_path / "prompts/look.md").write_text("Now ${topic}", "utf-8")
        again = api.replay(project, first.run_id, ReplayOrder("tester")).run_id
        ended(project, again)
        assert trace(tmp_path, "a", "stdin") == ["Now logs"]


def test_a_prompt_file_that_is_gone_starts_nothing(tmp_path: Path) -> None:
    job = {"agent": "claude", "prompt_file": "look.md"}
    files = {"look.md": "Hello"}
    scenes = {"a": claude()}
    with played_site(tmp_path, {"jobs": {"a": job}}, scenes, files) as project:
        (tmp_path / "look.md").unlink()
        view = run_job(project, "a")
        assert view.error_code == Code.JOB_TARGET_UNRESOLVED
        assert receipt_of(project, view.run_id).attempts == ()
        assert asked_for_version(tmp_path, "claude") == 0


# -- evidence ----------------------------------------------------------------------


def test_a_green_exit_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("old", "utf-8")
    write = "echo new > new-$JOBCONSOLE_JOB.md\n"
    expectations = {
        "wrote": ({"files": ["new-wrote.md"]}, write + claude(), ""),
        "old": ({"files": ["old.md"]}, claude(), "it wrote nothing that matches"),
        "there": ({"exists": ["old.md"]}, claude(), ""),
        "checks": ({"command": ["test", "-e", "new-checks.md"]}, write + claude(), ""),
        "objects": (
            {"command": "echo it is empty; exit 1"},
            claude(),
            "ended with exit code 1: it is empty",
        ),
        "answers": ({"answer": "(?i)DONE"}, claude("All done."), ""),
        "evades": ({"answer": "^done$"}, claude("Maybe."), "its answer has nothing"),
    }
    jobs = {name: {**AGENT, "expect": it[0]} for name, it in expectations.items()}
    scenes = {name: it[1] for name, it in expectations.items()}
    config = {"concurrency": AT_ONCE, "jobs": jobs}
    with played_site(tmp_path, config, scenes) as project:
        views = run_all(project, *jobs)
    for name, (_, _, complaint) in expectations.items():
        view = views[name]
        if not complaint:
            assert view.status is RunStatus.SUCCEEDED, view
            continue
        assert view.status is RunStatus.FAILED, view
        assert view.error_code == Code.JOB_NO_EVIDENCE
        assert view.error_message is not None
        assert view.error_message.startswith("no evidence: ")
        assert complaint in view.error_message


def test_what_failed_anyway_is_not_asked_for_evidence(tmp_path: Path) -> None:
    expect = {"command": "touch asked; exit 1"}
    jobs = {"a": {**AGENT, "expect": expect}}
    scene = says(begins(), turn(1)) + "exit 1\n"
    with played_site(tmp_path, {"jobs": jobs}, {"a": scene}) as project:
        view = run_job(project, "a")
        assert view.error_code == Code.JOB_EXECUTION_FAILED
        assert not (tmp_path / "asked").exists()


def test_evidence_of_any_program(tmp_path: Path) -> None:
    jobs = {
        "a": {"command": "echo > new.md", "expect": {"files": ["new.md"]}},
        "b": {"command": ["true"], "expect": {"files": ["other.md"]}},
    }
    with played_site(tmp_path, {"jobs": jobs}, {}) as project:
        views = run_all(project, "a", "b")
        assert views["a"].status is RunStatus.SUCCEEDED
        assert views["b"].error_code == Code.JOB_NO_EVIDENCE


# -- its servers -------------------------------------------------------------------


def test_its_servers_are_asked_and_noted(tmp_path: Path) -> None:
    servers = {"good": mcp_server(), "bad": mcp_server("crash")}
    reads = {"still": {**mcp_server(), "read_only": True}, **servers}
    jobs = {
        "a": {**AGENT, "mcp": servers},
        "viewer": {**AGENT, "mcp": reads, "role": "viewer"},
    }
    config = {"concurrency": AT_ONCE, "jobs": jobs}
    scene = (
        'eval "config=${MCP:-$(printf %s "$*" | grep -o "/[^ ]*claude-mcp.json")}"\n'
        'cp "$config" "$scene.mcp"\n'
    )
    scenes = {job_id: scene + claude() for job_id in jobs}
    with played_site(tmp_path, config, scenes) as project:
        views = run_all(project, *jobs)
        run_id = views["a"].run_id
        assert views["a"].status is RunStatus.SUCCEEDED
        agent = receipt_of(project, run_id).agent
        assert agent is not None
        states = {name: it.state for name, it in agent.mcp.items()}
        assert states == {"good": McpState.READY, "bad": McpState.ENDED}
        asked = {it["server"]: it for it in told(project, run_id, "mcp_asked")}
        assert {name: it["state"] for name, it in asked.items()} == states
        assert "boom at the start" in str(asked["bad"]["detail"])
        handed = json.loads((tmp_path / "bin" / "a.mcp").read_text("utf-8"))
        assert set(handed["mcpServers"]) == {"good"}

        of_viewer = receipt_of(project, views["viewer"].run_id).agent
        assert of_viewer is not None
        assert {name: it.state for name, it in of_viewer.mcp.items()} == {
            "still": McpState.READY,
            "good": McpState.WITHHELD,
            "bad": McpState.WITHHELD,
        }
        handed = json.loads((tmp_path / "bin" / "viewer.mcp").read_text("utf-8"))
        assert set(handed["mcpServers"]) == {"still"}
        shown = call(tmp_path, "runs", "show", run_id).out
        assert "bad: ended, exit code 1: boom at the start" in shown


# -- its environment and its secrets -----------------------------------------------


def test_keys_of_other_tools_are_not_passed_on(tmp_path: Path) -> None:
    lines = "ANTHROPIC_API_KEY=a\nCLAUDECODE=1\nOPENAI_API_KEY=b\nPLAIN=c\n"
    (tmp_path / ".env").write_text(lines, "utf-8")
    jobs = {
        "none": {**AGENT, "env_file": ".env"},
        "some": {**AGENT, "env_file": ".env", "env_pass": ["ANTHROPIC_API_KEY"]},
    }
    config = {"concurrency": AT_ONCE, "jobs": jobs}
    scenes = dict.fromkeys(jobs, claude())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLAUDECODE", "from the shell")
        with played_site(tmp_path, config, scenes) as project:
            views = run_all(project, *jobs)
            assert {it.status for it in views.values()} == {RunStatus.SUCCEEDED}
    keys = {"ANTHROPIC_API_KEY", "CLAUDECODE", "OPENAI_API_KEY", "PLAIN"}
    seen = {
        job_id: keys & {it.partition("=")[0] for it in trace(tmp_path, job_id, "env")}
        for job_id in jobs
    }
    assert seen == {"none": {"PLAIN"}, "some": {"ANTHROPIC_API_KEY", "PLAIN"}}


def test_secrets_are_hidden_in_what_we_write(tmp_path: Path) -> None:
    leak = {
        "command": [
            sys.executable,
            "-c",
            "import os, sys; sys.exit(os.environ['LEVEL'])",
        ],
        "env": {"LEVEL": "no secret by its name: ${API_TOKEN}"},
    }
    good = {"command": [sys.executable, str(MCP_SERVER)]}
    (tmp_path / ".env").write_text(f"API_TOKEN={SECRET}\n", "utf-8")
    jobs = {
        "a": {**AGENT, "env_file": ".env", "mcp": {"leak": leak, "ok": good}},
        "b": {**AGENT, "env": {"API_TOKEN": SECRET}},
    }
    text = f"The key is {SECRET}."
    wrong = {**ends(f"Invalid key {SECRET}"), "is_error": True}
    scenes = {
        "a": says(begins(), turn(1, text=text, tool=f"x{SECRET}"), ends(text)),
        "b": says(begins(), turn(1), wrong) + "exit 1\n",
    }
    config = {"concurrency": AT_ONCE, "jobs": jobs}
    with played_site(tmp_path, config, scenes) as project:
        views = run_all(project, *jobs)
        assert views["a"].status is RunStatus.SUCCEEDED
        receipt = receipt_of(project, views["a"].run_id)
        assert receipt.message == "The key is [hidden]."
        assert receipt.agent is not None
        assert receipt.agent.mcp["leak"].detail.endswith("by its name: [hidden]")
        assert views["b"].error_message == "Invalid key [hidden]"
        for view in views.values():
            assert SECRET not in written_by(project, view.run_id)


# -- an agent that is not there ----------------------------------------------------


def test_an_agent_that_is_not_there_starts_nothing(tmp_path: Path) -> None:
    noting = {"command": ["sh", "-c", "touch started"]}
    jobs = {"a": {**AGENT, "mcp": {"team": noting}}}
    with played_site(tmp_path, {"jobs": jobs}, {"a": claude()}) as project:
        (tmp_path / "bin" / "claude").unlink()
        view = run_job(project, "a")
        receipt = receipt_of(project, view.run_id)
        assert view.status is RunStatus.FAILED
        assert view.error_code == Code.AGENT_UNAVAILABLE
        assert receipt.attempts == ()
        assert receipt.error is not None
        assert "npm install -g @anthropic-ai/claude-code" in receipt.error.hint
        assert not (tmp_path / "started").exists()
        assert told(project, view.run_id, "attempt_started") == []


# -- going on, and looking back ----------------------------------------------------


def test_an_agent_goes_on_with_its_session(tmp_path: Path) -> None:
    scene = says(begins(), turn(1)) + "exit 3\n"
    jobs = {"a": {**AGENT, "args": ["--extra"]}}
    with played_site(tmp_path, {"jobs": jobs}, {"a": scene}) as project:
        first = run_job(project, "a")
        assert f"--resume={SESSION}" not in trace(tmp_path, "a", "argv")
        put_on(
            tmp_path,
            "a",
            f'case " $* " in *" --resume={SESSION} "*) ;; *) exit 7;; esac\n'
            + claude("Went on."),
        )
        resume = ReplayOrder("tester", resume=True)
        again = ended(project, api.replay(project, first.run_id, resume).run_id)
        receipt = receipt_of(project, again.run_id)
        assert again.status is RunStatus.SUCCEEDED, again
        (told_,) = trace(tmp_path, "a", "stdin")
        assert told_.startswith("Your earlier run of this job failed (")
        assert told_.endswith("). Go on where you stopped.")
        assert receipt.agent is not None
        assert receipt.agent.resumed == SESSION
        assert manifest_of(project, again.run_id)["resume"] == SESSION
        shown = " ".join(call(tmp_path, "runs", "show", "a").out.split())
        assert f"went on with {SESSION}" in shown

        plain = ended(
            project, api.replay(project, first.run_id, ReplayOrder("tester")).run_id
        )
        assert plain.exit_code == 7
        assert trace(tmp_path, "a", "stdin") == ["Hello"]


def test_there_must_be_a_session_to_go_on_with(tmp_path: Path) -> None:
    jobs = {
        "mute": AGENT,
        "evil": AGENT,
        "other": {"agent": "custom", "command": ["echo", "x"], "prompt": "Hello"},
        "plain": {"command": ["true"]},
    }
    config = {"concurrency": AT_ONCE, "jobs": jobs}
    resume = ReplayOrder("tester", resume=True)
    # It would be an option where it stands on the command line.
    scenes = {"mute": "exit 1\n", "evil": says(begins("--evil"), turn(1), ends())}
    with played_site(tmp_path, config, scenes) as project:
        views = run_all(project, *jobs)
        for view in views.values():
            with pytest.raises(AgentUnavailableError, match="session") as caught:
                api.replay(project, view.run_id, resume)
            assert caught.value.hint == "Replay it without `--resume`."


def test_two_runs_side_by_side(tmp_path: Path) -> None:
    base = {**AGENT, "params": {"topic": None}, "prompt": "Look at ${topic}"}
    jobs = {
        "a": {**base, "model": "opus", "mcp": {"team": mcp_server()}},
        "b": {**base, "agent": "codex", "mcp": {"team": mcp_server("crash")}},
    }
    codex = says(codex_begins(), codex_says("Done."), codex_ends(10, 0, 1))
    scenes = {"a": claude(), "b": codex}
    with played_site(tmp_path, {"jobs": jobs}, scenes) as project:
        left = submitted(project, "a", topic="logs")
        right = submitted(project, "b", topic="disks")
        found = api.compare(project, left.run_id, right.run_id)
        printed = call(tmp_path, "compare", left.run_id, right.run_id).out
    facts = {it.name: (it.left, it.right) for it in found.facts}
    assert facts["agent"] == ("claude", "codex")
    assert facts["model"] == ("opus", "gpt-6.1-sol")
    assert facts["topic"] == ("logs", "disks")
    assert facts["claude"] == ("2.1.328", None)
    assert facts["codex"] == (None, "0.169.0")
    assert facts["mcp team"] == ("ready", "ended")
    assert facts["turns"] == (1, 1)
    assert facts["prompt"][0] != facts["prompt"][1]
    words = [line.split() for line in printed.splitlines()]
    assert ["what", "agent", "claude", "codex"] in words
    assert ["where", "mcp", "team", "ready", "ended"] in words
