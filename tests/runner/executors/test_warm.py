"""Trials that are forked from one process: as supervised as those that are not."""

from __future__ import annotations

import os
import socket
import sys
import uuid
from typing import TYPE_CHECKING

import pytest

from core.paths import CHECKOUT
from runner.executors.executor import Exit, Handle, Order
from runner.executors.lease import read_exit
from runner.executors.local import SHIM, LocalProcesses
from runner.executors.warm import PROGRAM, STARTED, WarmTrials
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
    monkeypatch.setattr(warm_trials, "_installed", list)
    monkeypatch.syspath_prepend(tmp_path)
    __import__("mine")
    before = warm_trials._stamps()
    assert list(before) == [str(source)]
    os.utime(source, ns=(0, before[str(source)] + 1))
    assert warm_trials._stamps() != before
    monkeypatch.delitem(sys.modules, "mine")


@pytest.mark.parametrize("change", ["another version", "the same again", "one more"])
def test_another_library_is_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    def install(name: str) -> Path:
        (tmp_path / name).mkdir()
        (tmp_path / name / "METADATA").write_text("")
        record = tmp_path / name / "RECORD"
        record.write_text("")
        return record

    monkeypatch.setattr(warm_trials, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    record = install("torch-1.0.dist-info")
    before = warm_trials._stamps()
    assert warm_trials._stamps() == before
    if change == "another version":
        record.parent.rename(tmp_path / "torch-2.0.dist-info")
    elif change == "the same again":
        os.utime(record, ns=(0, record.stat().st_mtime_ns + 1))
    else:
        install("stable_baselines3-2.0.dist-info")
    assert warm_trials._stamps() != before


def test_a_loader_forks_nothing_once_another_library_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    stamps = iter([{"torch": 1}])
    monkeypatch.setattr(warm_trials, "_stamps", lambda: next(stamps))
    monkeypatch.setattr(warm_trials, "one_thread", lambda: True)
    monkeypatch.setattr("os.fork", lambda: pytest.fail("it was forked"))
    with ours, theirs:
        ours.send(b"{}")
        assert warm_trials._next_trial(theirs, {"torch": 0}) is None
        assert ours.recv(100) != STARTED


@pytest.mark.parametrize("code", [0, 1])
def test_it_is_loaded_again_unless_it_ended_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    (tmp_path / "idles.py").write_text(f"raise SystemExit({code})")
    monkeypatch.setattr("runner.executors.warm.LOADER", "idles")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    asked, warm = order(tmp_path / "trial", tmp_path / "nothing.json"), WarmTrials()
    assert not warm.start(asked, SHIM)
    first = present(warm._process)
    first.wait(timeout=60)
    assert not warm.start(asked, SHIM)
    assert (warm._process is None) is bool(code)
    assert ("each trial loads torch itself" in caplog.text) is bool(code)
    warm.close()


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
