"""What holds for every test: a home of its own, and the same examples every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# Set inside a run, or by an operator: any of them would steer what is tested.
FOREIGN = (
    "JOBCONSOLE_CONFIG",
    "JOBCONSOLE_FAILPOINT",
    "JOBCONSOLE_INPUT",
    "JOBCONSOLE_RESULT",
    "JOBCONSOLE_ROLE",
    "JOBCONSOLE_ROLE_FILE",
    "JOBCONSOLE_RUN_ID",
    "TELECLAUDE_JOB_ROLE",
    "NO_COLOR",
    "FORCE_COLOR",
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "idle: mostly waits for a clock that no test can move; runs first"
    )
    settings.register_profile("repeatable", derandomize=True, deadline=None)
    settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What mostly waits begins first, so that others work meanwhile to the end.

    Of several processes the first gets the first tests, and the others take over what it
    does not come to.
    """
    items.sort(key=lambda item: item.get_closest_marker("idle") is None)


@pytest.fixture(scope="session", autouse=True)
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, and no process that one starts, sees the user's home or settings."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", *FOREIGN):
            patch.delenv(name, raising=False)
        yield
