"""Trials that are forked from one process: as supervised as those that are not."""

from __future__ import annotations

import os
import sys
import uuid
from typing import TYPE_CHECKING

import pytest

from core.paths import CHECKOUT
from runner.executors.executor import Exit, Handle, Order
from runner.executors.lease import read_exit
from runner.executors.local import SHIM, LocalProcesses
from runner.executors.warm import PROGRAM, WarmTrials
from runner.jobs import warm_trials
from runner.processes.attempt_processes import processes_of
from runner.processes.identity import command_line, is_alive
from tests.expected import present
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def order(folder: Path, spec: Path) -> Order:
    folder.mkdir()
    argv = [sys.executable, "-m", PROGRAM, "--spec", str(spec)]
    return Order(Handle(str(uuid.uuid4()), folder), argv, CHECKOUT, 0.1)


def ended(folder: Path) -> Exit:
    wait_for(lambda: read_exit(folder))
    return present(read_exit(folder))


@pytest.fixture(scope="module")
def of_all_tests() -> Iterator[WarmTrials]:
    warm = WarmTrials()
    yield warm
    warm.close()


@pytest.fixture
def warm(of_all_tests: WarmTrials, tmp_path: Path) -> WarmTrials:
    """One that has loaded. The first trial is not forked: it does not wait for that."""
    if not of_all_tests._ready:
        first = order(tmp_path / "first", tmp_path / "nothing.json")
        assert not of_all_tests.start(first, SHIM)
        wait_for(of_all_tests._is_ready, 240.0)
    return of_all_tests


def test_its_exit_code_and_its_output_are_recorded(tmp_path: Path, warm: WarmTrials) -> None:
    asked = order(tmp_path / "trial", tmp_path / "nothing.json")
    LocalProcesses(warm=warm).place(asked)
    assert (ended(asked.handle.folder).code, ended(asked.handle.folder).signal) == (2, None)
    assert "nothing.json" in (asked.handle.folder / "output.log").read_text()
    assert warm._ready, "it was not forked"


def test_an_attempt_that_was_claimed_is_not_run_again(tmp_path: Path, warm: WarmTrials) -> None:
    asked = order(tmp_path / "trial", tmp_path / "nothing.json")
    LocalProcesses(warm=warm).place(asked)
    first = ended(asked.handle.folder)
    (asked.handle.folder / "output.log").unlink()
    assert warm.start(asked, SHIM)
    wait_for(lambda: not processes_of(asked.handle.attempt_id))
    assert read_exit(asked.handle.folder) == first
    assert not (asked.handle.folder / "output.log").exists()


def test_another_program_is_not_forked(tmp_path: Path) -> None:
    warm, folder = WarmTrials(), tmp_path / "other"
    folder.mkdir()
    argv = [sys.executable, "-m", "runner.jobs.revalidate", "--spec", "spec.json"]
    assert not warm.start(Order(Handle(str(uuid.uuid4()), folder), argv, CHECKOUT, 0.1), SHIM)
    assert warm._process is None


def test_changed_code_is_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "mine.py"
    source.write_text("")
    monkeypatch.setattr(warm_trials, "CHECKOUT", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    __import__("mine")
    before = warm_trials._stamps()
    assert list(before) == [str(source)]
    os.utime(source, ns=(0, before[str(source)] + 1))
    assert warm_trials._stamps() != before
    monkeypatch.delitem(sys.modules, "mine")


def test_it_outlives_both_and_is_found_and_ended_by_another_runner(
    tmp_path: Path, warm: WarmTrials
) -> None:
    os.mkfifo(tmp_path / "waits")  # the trial hangs when it opens its spec
    asked = order(tmp_path / "trial", tmp_path / "waits")
    LocalProcesses(warm=warm).place(asked)
    loader = present(warm._process)
    handle, later = asked.handle, LocalProcesses()
    wait_for(lambda: later.look(handle).process and (handle.folder / "output.log").exists())
    program = present(later.look(handle).process)
    assert [word for word in command_line(program) if word] == asked.argv
    assert program in processes_of(handle.attempt_id)
    assert (os.getpgid(program.pid), program.pid != loader.pid) == (program.pid, True)
    loader.kill()
    loader.wait()
    assert is_alive(program)
    (handle.folder / "identity.json").unlink()  # it is found by its environment alone
    assert later.adopt(handle)
    assert later.end(handle) >= 1
    assert ended(handle.folder).signal == 9

    asked = order(tmp_path / "next", tmp_path / "nothing.json")
    LocalProcesses(warm=warm).place(asked)  # it is loaded again, and nothing waits for it
    assert ended(asked.handle.folder).code == 2
    assert present(warm._process).pid != loader.pid
