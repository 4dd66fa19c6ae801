from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """\
timezone: Europe/Amsterdam
jobs:
  hello:
    description: Say hello
    command: [sh, -c, "echo out; echo err >&2"]
    when: {cron: "0 7 * * *"}
    env: {LEVEL: info, API_TOKEN: hunter2}
  fails:
    command: "echo no >&2; exit 3"
  says:
    command: [echo, nothing]
  colours:
    command: [printf, 'a\\033[31mred\\033[0m\\033[2J\\n\\377\\n']
  waits:
    command: "trap 'echo bye; exit 0' TERM; echo waiting; sleep 60 & wait"
  broken:
    when: {every: 1h}
    comand: ["true"]
  switched_off:
    enabled: false
    command: ["true"]
    when: {every: 1h}
  guarded:
    command: ["true"]
    roles: [member]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "teleclaude.yml").write_text(CONFIGURATION)
    return tmp_path
