from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runner.process.identity import (
    boot_id,
    boot_portable,
    identity_of,
    is_alive,
    own_identity,
    start_of,
    start_portable,
)
from tests.helpers.processes import end, finish, start
from tests.helpers.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STARTS = pytest.mark.parametrize("started", [start_of, start_portable])


def test_this_process_is_alive() -> None:
    me = own_identity()
    assert me.pid == os.getpid()
    assert me.boot == boot_id()
    assert is_alive(me)
    assert identity_of(os.getpid()) == me


def test_another_start_or_boot_is_another_process() -> None:
    me = own_identity()
    assert not is_alive(me._replace(started=me.started + 1))
    assert not is_alive(me._replace(boot="another boot"))


@STARTS
def test_a_start_does_not_change_while_a_process_lives(
    started: Callable[[int], int | None], tmp_path: Path
) -> None:
    pid = start(["sleep", "300"], tmp_path)
    first = started(pid)
    assert first is not None
    assert started(pid) == first
    end([pid])
    wait_until(lambda: started(pid) is None, "it to count as dead")  # a zombie by now
    finish(pid)
    assert started(pid) is None


@STARTS
def test_no_such_process(started: Callable[[int], int | None]) -> None:
    assert started(2**22 + 1) is None
    assert identity_of(2**22 + 1) is None


def test_a_boot_has_one_name() -> None:
    assert boot_id() == boot_id()
    assert boot_portable() == boot_portable()
    assert boot_portable().startswith("boot-")
