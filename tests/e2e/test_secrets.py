"""Values of variables that look secret: the child has them, our files do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runner import api
from runner.model.orders import Order
from runner.model.run import RunStatus
from tests.helpers.processes import end
from tests.helpers.project import ended, run_job
from tests.helpers.site import log_of, receipt_of, site, until, worker_of
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runner.engine.project import Project

FROM_FILE = "file-5ecret-value"
FROM_SHELL = "shell-5ecret-value"
EXPANDED = "Bearer file-5ecret-value"
WRITTEN_BY_THE_JOB = frozenset({"stdout.log", "stderr.log", "result.json"})

KEYS: Mapping[str, object] = {
    "env_file": ".env",
    "env": {"AUTH": "Bearer ${FILE_TOKEN}", "MISSING": "[${NO_SUCH_NAME}]"},
    "env_pass": ["SHELL_PASSWORD"],
}


def write_env_file(root: Path) -> None:
    lines = ["# comment", f"export FILE_TOKEN='{FROM_FILE}'", "PLAIN=two words # tail"]
    (root / ".env").write_text("\n".join(lines) + "\n", "utf-8")


def leaks(project: Project, run_id: str, *secrets: str) -> set[str]:
    """Files of a run, and its row, in which one of these is to be read."""
    folder = api.run_detail(project, run_id).folder.path
    texts = {
        path.name: path.read_text("utf-8", "replace")
        for path in folder.iterdir()
        if path.name not in WRITTEN_BY_THE_JOB
    }
    texts["the index"] = str(api.resolve_run(project, run_id))
    # As JSON would write it, too.
    forms = {form for text in secrets for form in (text, json.dumps(text)[1:-1])}
    return {name for name, text in texts.items() if any(f in text for f in forms)}


def test_variables_come_from_everywhere_and_stay_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL_PASSWORD", FROM_SHELL)
    monkeypatch.setenv("SHELL_OTHER", "not asked for")
    write_env_file(tmp_path)
    names = "FILE_TOKEN AUTH SHELL_PASSWORD PLAIN MISSING SHELL_OTHER"
    command = f"for name in {names}; do eval echo \\$$name; done"
    with site(tmp_path, {"jobs": {"a": {**KEYS, "command": command}}}) as project:
        view = run_job(project, "a")
        assert log_of(project, view.run_id).splitlines() == [
            FROM_FILE,
            EXPANDED,
            FROM_SHELL,
            "two words",
            "[]",
            "",
        ]
        assert leaks(project, view.run_id, FROM_FILE, FROM_SHELL) == set()
        folder = api.run_detail(project, view.run_id).folder
        manifest = json.loads(folder.manifest.read_bytes())
        assert {"FILE_TOKEN", "AUTH", "SHELL_PASSWORD"} <= set(manifest["environment"])
        assert "[hidden]" in folder.summary.read_text("utf-8")


def test_what_a_job_says_of_its_failure_is_hidden_too(tmp_path: Path) -> None:
    write_env_file(tmp_path)
    command = (
        'printf \'{"success": false, "message": "denied for %s", "errors": ["%s"]}\''
        ' "$FILE_TOKEN" "$FILE_TOKEN" > "$JOBCONSOLE_RESULT"'
    )
    with site(tmp_path, {"jobs": {"a": {**KEYS, "command": command}}}) as project:
        view = run_job(project, "a")
        receipt = receipt_of(project, view.run_id)
        assert leaks(project, view.run_id, FROM_FILE) == set()
    assert view.status is RunStatus.FAILED
    assert view.error_message == "denied for [hidden]"
    assert isinstance(receipt.payload, dict)
    assert receipt.payload["errors"] == ["[hidden]"]


@pytest.mark.parametrize(
    "secret",
    ['quo"ted\\value', "pässwörd-ünïcode", "first-line\nsecond-line"],
    ids=["quoted", "unicode", "two lines"],
)
def test_a_secret_is_hidden_however_json_writes_it(tmp_path: Path, secret: str) -> None:
    script = """
        import json, os
        token = os.environ["ODD_TOKEN"]
        print("said", token)
        with open(os.environ["JOBCONSOLE_RESULT"], "w") as file:
            json.dump({"message": f"with {token}", "more": [{token: token}]}, file)
    """
    config = {"jobs": {"a": {"script": "a.py", "env": {"ODD_TOKEN": secret}}}}
    with site(tmp_path, config, {"a.py": script}) as project:
        view = run_job(project, "a")
        assert view.status is RunStatus.SUCCEEDED
        assert receipt_of(project, view.run_id).message == "with [hidden]"
        assert leaks(project, view.run_id, secret, *secret.split("\n")) == set()


def test_a_secret_within_a_longer_one(tmp_path: Path) -> None:
    env = {"A_TOKEN": "short-secret", "B_TOKEN": "short-secret-and-its-tail"}
    config = {"jobs": {"a": {"command": "echo $B_TOKEN", "env": env}}}
    with site(tmp_path, config) as project:
        view = run_job(project, "a")
        assert leaks(project, view.run_id, "and-its-tail") == set()


def test_secrets_of_a_run_whose_worker_died_are_hidden(tmp_path: Path) -> None:
    write_env_file(tmp_path)
    job = {**KEYS, "command": f"echo $FILE_TOKEN; touch there; {until('gate')}"}
    with site(tmp_path, {"jobs": {"a": job}}) as project:
        run_id = api.submit(project, Order("a", "tester"))
        wait_until((tmp_path / "there").exists, "the job's output")
        end([worker_of(project, run_id)])
        wait_until(lambda: api.tick(project).repaired, "the repair")
        assert ended(project, run_id).status is RunStatus.LOST
        assert leaks(project, run_id, FROM_FILE) == set()
