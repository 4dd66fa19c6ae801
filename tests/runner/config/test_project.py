"""The top level: what every job shares, and what a mistake there means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from runner.model.budget import NO_BUDGET, Budget
from runner.model.config import DEFAULT_POOLS
from runner.model.role import ADMIN, BUILT_IN_ROLES, MEMBER, Profile, Role
from tests.runner.config.folder import ids

if TYPE_CHECKING:
    from tests.runner.config.folder import Folder

JOB = "jobs: {a: {command: [x]}}\n"


@pytest.mark.parametrize("text", ["", "# nothing\n", "other: {tool: 1}\n", "jobs:\n"])
def test_no_jobs_are_no_problem(folder: Folder, text: str) -> None:
    config = folder.load(text)
    assert (config.jobs, config.problems, config.fatal) == ((), (), False)
    assert config.state_dir == folder.root / ".jobconsole"
    assert (config.pools, config.roles) == (DEFAULT_POOLS, BUILT_IN_ROLES)


def test_what_the_top_level_says(folder: Folder) -> None:
    config = folder.load("""
timezone: Europe/Amsterdam
state_dir: ~/state
concurrency: {default: 8, heavy: 2}
gateways: {ops: 'tgram://${TOKEN}/1'}
daemon: {socket: /tmp/x.sock, whatever: 1}
board: {file: queue.json, wip_limits: {builder: 3}, flow: {ready: in_progress}}
retention: {age: 90d, runs: 500}
jobs: {a: {command: [x], pool: heavy, notify: {on: [failure], to: [ops]}}}
""")
    assert (config.problems, config.warnings) == ((), ())
    assert config.timezone == "Europe/Amsterdam"
    assert config.state_dir == folder.root / "home/state"
    assert config.pools == {"default": 8, "agent": 1, "heavy": 2}
    assert config.gateways == {"ops": "tgram://${TOKEN}/1"}
    assert (config.daemon, config.daily) == ("/tmp/x.sock", NO_BUDGET)
    assert config.path == folder.config_path


@pytest.mark.parametrize(
    ("written", "meant"),
    [("~/run/x.sock", "{root}/home/run/x.sock"), ("run/x.sock", "{root}/run/x.sock")],
)
def test_where_the_daemon_is_asked(folder: Folder, written: str, meant: str) -> None:
    config = folder.load(f"daemon: {{socket: {written}}}\n{JOB}")
    assert config.daemon == meant.format(root=folder.root)


@pytest.mark.parametrize(
    "text", ["", "daemon:\n", "daemon: {}\n", "daemon: {socket: 5}\n", "daemon: 5\n"]
)
def test_a_daemon_that_nobody_can_ask(folder: Folder, text: str) -> None:
    config = folder.load(text + JOB)
    assert (config.daemon, config.fatal) == (None, False)


def test_bounds_of_a_day(folder: Folder) -> None:
    config = folder.load("""
budget: {per_day: {usd: 20, tokens: 5M, turns: 9, tools: 8, time: 2h}}
roles:
  member: {budget: {per_day: {usd: 10}}}
  ops: {profile: full, budget: {per_day: {tokens: null}}}
  viewer: {budget: {}}
""")
    assert config.problems == ()
    assert config.daily == Budget(20.0, 5_000_000, 9, 8, 7200)
    assert config.roles["member"] == structs.replace(MEMBER, daily=Budget(usd=10.0))
    assert config.roles["ops"].daily == NO_BUDGET
    assert config.roles["viewer"] == BUILT_IN_ROLES["viewer"]


def test_roles_change_the_built_in_ones_and_add_others(folder: Folder) -> None:
    config = folder.load("""
roles:
  admin: {env: {deny: ['*_TOKEN']}}
  member: {may_trigger: [viewer, ops]}
  ops: {profile: full, may_trigger: ['*'], agent_flags: {claude: [--max-turns, 4]}}
""")
    assert config.problems == ()
    assert config.roles["admin"] == structs.replace(ADMIN, env_deny=("*_TOKEN",))
    assert config.roles["member"] == Role(
        "member", Profile.WORKSPACE, may_trigger=("viewer", "ops")
    )
    assert config.roles["ops"] == Role(
        "ops",
        Profile.FULL,
        may_trigger=("*",),
        agent_flags={"claude": ("--max-turns", "4")},
    )
    assert config.roles["viewer"] == BUILT_IN_ROLES["viewer"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("timezone: Europe/Amsterdm", "1:11: job_trigger_invalid: "),
        ("timezone: 5", "1:11: config_invalid: timezone: must be IANA zone, not '5'"),
        ("state_dir: [x]", "1:12: config_invalid: state_dir: must be path"),
        ("concurrency: {agent: 0}", "1:22: config_invalid: concurrency: '0' is too small"),
        ("defaults: {timout: 5}", "1:12: config_invalid: defaults: unknown key 'timout' in defaults: did you mean 'timeout'?"),
        ("defaults: {script: x}", "1:12: config_invalid: defaults: unknown key 'script'"),
        ("defaults: {retries: x}", "1:21: config_invalid: defaults: retries: "),
        ("defaults: {role: nobody}", "1:18: config_invalid: unknown role 'nobody'"),
        ("defaults: {pool: x}", "1:18: config_invalid: unknown pool 'x'"),
        ("defaults: {agent: cladue}", "1:19: config_invalid: unknown agent 'cladue'"),
        ("defaults: {agent: custom}", "1:19: config_invalid: agent: custom needs a command"),
        ("include: jobs/x.yaml", "1:10: config_invalid: include: must be a list, not 'jobs/x.yaml'"),
        ("roles: {ops: {}}", "1:14: config_invalid: roles: 'ops' is no built-in role and needs a profile"),
        ("roles: {ops: {profil: full}}", "1:15: config_invalid: roles: unknown key 'profil' in a role: did you mean 'profile'?"),
        ("roles: {ops: {profile: root}}", "1:24: config_invalid: roles: profile: 'root' is not one of full, workspace, read-only"),
        ("roles: {admin: {may_trigger: [opps]}}", "1:30: config_invalid: may_trigger: unknown role 'opps'"),
        ("roles: {ops: {profile: full, budget: {usd: 1}}}", "1:39: config_invalid: roles: budget: unknown key 'usd' in the budget for a day: known are per_day"),
        ("roles: {member: {budget: {per_day: {usd: 0}}}}", "1:42: config_invalid: roles: budget: per_day: usd: '0' is not a positive amount"),
        ("budget: {usd: 5}", "1:10: config_invalid: budget: unknown key 'usd' in the budget for a day: known are per_day"),
        ("budget: {per_day: {time: soon}}", "1:26: config_invalid: budget: per_day: time: 'soon' is not a duration"),
        ("models: {claude: {quick: x}}", "1:19: config_invalid: models: unknown key 'quick' in the models of an agent: known are fast, med, slow"),
        ("models: {claude: opus}", "1:18: config_invalid: models: must be a map"),
        ("models: {claude: {fast: --yolo}}", "1:25: config_invalid: models: fast: '--yolo' is not name of a model"),
        ("models: {cladue: {fast: x}}", "1:10: config_invalid: models: unknown agent 'cladue': did you mean 'claude'?"),
        ("prices: {x: {input: 1}}", "1:13: config_invalid: prices: output is missing"),
        ("prices: {x: {output: 1, cached: 1}}", "1:13: config_invalid: prices: input is missing"),
        ("prices: {x: {input: -1, output: 1}}", "1:21: config_invalid: prices: input: '-1' is not an amount of zero or more"),
        ("prices: {x: 5}", "1:13: config_invalid: prices: must be a map"),
        ("prices: {a b: {input: 1, output: 1}}", "1:10: config_invalid: prices: 'a b' is not a name of a model"),
        ("defaults: {params: {x: y}}", "1:12: config_invalid: defaults: unknown key 'params' in defaults"),
        ("defaults: {silence: x}", "1:21: config_invalid: defaults: silence: 'x' is not a duration"),
        ("jobs: [a]", "1:7: config_invalid: jobs: must be a map, not a list"),
        ("mcp: {x: {command: y}}", "1:20: config_invalid: mcp: command: must be a list"),
        ("python: ''", "1:9: config_invalid: python: '' is not path"),
        ("timezone: UTC\ntimezone: UTC", "2:1: config_invalid: 'timezone' is defined twice: first in line 1, column 1"),
    ],
)  # fmt: skip
def test_a_setting_that_all_jobs_share_must_be_right(
    folder: Folder, text: str, problem: str
) -> None:
    config = folder.load(text if text.startswith("jobs") else f"{text}\n{JOB}")
    assert str(config.problems[0]).startswith(f"teleclaude.yml:{problem}")
    assert (config.fatal, config.jobs) == (True, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("gateways: {ops: 5, mail: [x]}", "1:26: config_invalid: gateways: must be text, not a list"),
        ("gateways: {ops: 'x${Y'}", "1:17: config_invalid: gateways: has a '${'"),
        ("board: {fil: x}", "1:9: config_invalid: board: unknown key 'fil' in board: did you mean 'file'?"),
        ("daemon: {socket: [x]}", "1:18: config_invalid: daemon: socket: must be path"),
        ("retention: {age: -1}", "1:18: config_invalid: retention: age: '-1' is too small"),
        ("git: {a: 1, b: [{a: 1, a: 2}]}", "1:24: config_invalid: 'a' is defined twice"),
        ("git: 1\ngit: 2", "2:1: config_invalid: 'git' is defined twice: first in line 1, column 1"),
    ],
)  # fmt: skip
def test_a_setting_that_no_job_needs_stops_none(
    folder: Folder, text: str, problem: str
) -> None:
    config = folder.load(f"{text}\n{JOB}")
    assert [
        str(found).startswith(f"teleclaude.yml:{problem}") for found in config.problems
    ] == [True]
    assert (config.fatal, ids(config)) == (False, [("a", True)])


def test_keys_of_other_tools_are_left_alone(folder: Folder) -> None:
    folder.job("schedule: {x: 1}\nJobs: 5\ntime_zone: Mars\n1: [x]\n" + JOB)


def test_problems_of_jobs_are_told_even_if_the_rest_is_of_no_use(
    folder: Folder,
) -> None:
    found = folder.problems("jobs: {a: {timeout: x, command: [x]}}\ndefaults: 5\n")
    assert [line.split(": ")[0] for line in found] == [
        "teleclaude.yml:1:21",
        "teleclaude.yml:2:11",
    ]


def test_names_that_are_no_ids_become_slugs(folder: Folder) -> None:
    config = folder.load(
        "jobs:\n  Café au lait!: {command: [x]}\n  '!?': {command: [x]}\n"
    )
    assert ids(config) == [("cafe-au-lait", True)]
    assert [str(warning) for warning in config.warnings] == [
        (
            "teleclaude.yml:2:3: job_invalid_spec: 'Café au lait!' is no id of a job: "
            "it is taken as 'cafe-au-lait'"
        )
    ]
    assert [str(problem) for problem in config.problems] == [
        "teleclaude.yml:3:3: job_invalid_spec: '!?' has no letter or digit for an id"
    ]


def test_variables_that_nothing_sets(folder: Folder) -> None:
    text = "jobs: {a: {command: [x], env: {X: '${HOME}${NOWHERE}'}}}"
    assert folder.warnings(text) == []  # nothing is known of the base environment
    folder.around = structs.replace(folder.around, base={"HOME": "/h"})
    assert folder.warnings(text) == [
        "teleclaude.yml:1:31: job_invalid_spec: env: nothing sets ${NOWHERE}"
    ]
    assert folder.warnings("defaults: {env_file: .env}\n" + text) == []


def test_a_file_that_is_not_there(folder: Folder) -> None:
    config = folder.load()
    assert config.fatal
    assert [str(problem) for problem in config.problems] == [
        "teleclaude.yml:1:1: config_not_found: teleclaude.yml does not exist"
    ]
