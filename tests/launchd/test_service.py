"""Labels and arguments, whatever a path consists of."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchd.service import Found, config_in, deviations, label_of, span
from runner.process.driver import Driver
from tests.helpers.services import LABEL, service

NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in {b".", b".."}
)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_any_path_has_a_label_that_every_driver_takes(names: list[bytes]) -> None:
    config = Path(os.fsdecode(b"/" + b"/".join(names))) / "teleclaude.yml"
    assert re.fullmatch(r"jobconsole\.[a-z0-9][a-z0-9-]{0,40}", label_of(config))


@pytest.mark.parametrize(
    ("folder", "slug"),
    [
        ("/home/ann/media", "media"),
        ("/home/ann/My Père's 100% jobs", "my-pere-s-100-jobs"),
        ("/home/ann/作業", "project"),
        ("/home/ann/" + "x" * 99, "x" * 32),
    ],
)
def test_a_label_names_the_folder(folder: str, slug: str) -> None:
    label = label_of(Path(folder) / "teleclaude.yml")
    assert re.fullmatch(rf"jobconsole\.{slug}-[0-9a-f]{{8}}", label)


def test_labels_differ_where_paths_do() -> None:
    paths = ["/a/media/teleclaude.yml", "/b/media/teleclaude.yml", "/b/media/other.yml"]
    assert len({label_of(Path(path)) for path in paths}) == 3


@pytest.mark.parametrize(
    ("argv", "config"),
    [
        (("/py", "--config", "/a b/c.yml", "--tick"), "/a b/c.yml"),
        (("/py", "--tick"), None),
        (("/py", "--config"), None),
    ],
)
def test_the_configuration_in_the_arguments(
    argv: tuple[str, ...], config: str | None
) -> None:
    assert config_in(argv) == config


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (45, "45s"),
        (300, "5m"),
        (5400, "1h30m"),
        (86_400, "1d"),
        (90_061, "1d1h1m1s"),
    ],
)
def test_a_span_in_the_words_in_which_it_is_asked_for(seconds: int, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("every", "changed_by", "definition", "said"),
    [
        (300, (), "ours", []),
        (
            300,
            (),
            "edited",
            ["its definition was edited, or written by another version"],
        ),
        (60, (), "edited", ["it ticks every 1m, not every 5m"]),
        (0, (), "edited", ["it ticks at times of its own, not every 5m"]),
        (300, (Path("/a.d/o.conf"),), "edited", ["it is changed by /a.d/o.conf"]),
    ],
)
def test_what_deviates_is_said(
    every: int, changed_by: tuple[Path, ...], definition: str, said: list[str]
) -> None:
    found = Found(
        driver=Driver.SYSTEMD,
        label=LABEL,
        files=(),
        definition=definition,
        service=service(every=every),
        loaded=True,
        enabled=True,
        changed_by=changed_by,
    )
    assert deviations(found, service(), "ours") == said
