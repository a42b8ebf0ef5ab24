"""Faults against a stop: what resists, what hides, what is left over."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
import yaml

from core.vocabulary import JobKind, JobState
from runner.processes.identity import ProcessIdentity, identify, is_alive
from tests.expected import present
from tests.faults.matrix import fault
from tests.faults.promises import killed
from tests.runner.place import LAUNCH, Place, wait_for

if TYPE_CHECKING:
    from runner.records import Job

Seen = Callable[[object], None]


@fault(9, injected="a program that ignores SIGTERM", expected="killed after the grace, STOPPED")
def test_what_ignores_sigterm_is_killed_after_the_grace(place: Place, seen: Seen) -> None:
    place.runner(TRAINWEEK_STOP_GRACE_S="1")
    job = place.submit(do="ignore_term")
    wait_for(place.in_state(job, JobState.RUNNING))
    wait_for(lambda: place.lead.progress(job.id))
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    assert place.job(job).exit_code == -signal.SIGKILL
    assert "did not exit within 1 s of SIGTERM and was killed" in place.job(job).reason
    wait_for(lambda: not place.strays())
    seen(f"{place.job(job).state}: {place.job(job).reason} (grace set to 1 s), 0 survivors")


def grandchild(place: Place, job: Job) -> ProcessIdentity:
    """The process that fled from the program's session."""
    path = place.folder(job) / "grandchild.pid"
    wait_for(lambda: path.exists() and path.read_text())
    process = identify(int(path.read_text()))
    assert process is not None
    assert os.getsid(process.pid) != os.getsid(place.pid(job))
    return process


def without_cgroup(place: Place, job: Job) -> None:
    """As on a machine where the shim may make no control group."""
    path = place.folder(job) / "identity.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"cgroup": None}))


@fault(
    10,
    injected="a grandchild by double fork and setsid; then one that clears its environment, too",
    expected="found by id or ancestry, 0 survivors",
)
@pytest.mark.parametrize("do", ["grandchild", "bare_grandchild"])
def test_an_escaped_grandchild_is_ended_with_the_rest(place: Place, seen: Seen, do: str) -> None:
    first = place.runner()
    job = place.submit(do=do)
    wait_for(place.in_state(job, JobState.RUNNING))
    escaped = grandchild(place, job)
    killed(first)
    without_cgroup(place, job)
    place.runner()  # knows it only from the files
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    wait_for(lambda: not is_alive(escaped))
    seen(f"{do.replace('_', ' ')}: STOPPED, 0 survivors, without a control group")


@fault(
    10,
    injected="the grandchild without mark, and kill -9 of its shim",
    expected="found by the control group, 0 survivors",
)
def test_a_grandchild_that_lost_its_shim_is_found_by_its_control_group(
    place: Place, seen: Seen
) -> None:
    place.runner()
    job = place.submit(do="bare_grandchild")
    wait_for(place.in_state(job, JobState.RUNNING))
    escaped = grandchild(place, job)
    group = json.loads((place.folder(job) / "identity.json").read_text())["cgroup"]
    if group is None:
        os.kill(escaped.pid, signal.SIGKILL)
        pytest.skip("this user may not make a control group")
    os.kill(place.shim(job), signal.SIGKILL)
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    wait_for(lambda: not is_alive(escaped))
    wait_for(lambda: not Path(group).exists() or not (Path(group) / "cgroup.procs").read_text())
    seen("STOPPED, 0 survivors")


@fault(11, injected="an orphan that ends before the program", expected="reaped by the shim")
def test_an_orphan_leaves_no_zombie(place: Place, seen: Seen) -> None:
    place.runner()
    job = place.submit(do="orphan")
    wait_for(place.in_state(job, JobState.RUNNING))
    path = place.folder(job) / "grandchild.pid"
    wait_for(lambda: path.exists() and path.read_text())
    wait_for(lambda: not psutil.pid_exists(int(path.read_text())))
    shim, program = psutil.Process(place.shim(job)), psutil.Process(place.job(job).pid)
    wait_for(
        lambda: shim.children(recursive=True) == [program]
    )  # no process left, no zombie either
    assert program.status() != psutil.STATUS_ZOMBIE
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    seen("the orphan is gone, the shim has one child")


@fault(
    11,
    injected="SIGSTOP of the shim, kill -9 of the program: a zombie",
    expected="counts as dead; the shim is woken and says how it ended",
)
def test_a_zombie_counts_as_dead(place: Place, seen: Seen) -> None:
    place.runner(TRAINWEEK_SHIM_GRACE_S="10")
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    program = present(identify(place.pid(job)))
    os.kill(place.shim(job), signal.SIGSTOP)
    os.kill(program.pid, signal.SIGKILL)
    wait_for(place.in_state(job, JobState.FAILED))
    assert not is_alive(program)
    assert "signal 9" in place.job(job).reason
    seen(f"{place.job(job).state}: {place.job(job).reason}")


_SAVES = """
import os, signal, sys, time
out = sys.argv[1] + "/"

def save(*_):
    time.sleep(0.3)
    open(out + "saved", "w").write("weights")
    sys.exit(0)

signal.signal(signal.SIGTERM, save)
open(out + "ready", "w").write(str(os.getpid()))
while True:
    time.sleep(0.05)
"""
# A worker that keeps Python's own SIGTERM; its trainer needs it to save.
_NEEDS_ITS_WORKER = """
import signal, subprocess, sys, time
out, asked = sys.argv[1] + "/", []
worker = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
open(out + "ready", "w").write("x")
while not asked:
    time.sleep(0.05)
time.sleep(0.3)
if worker.poll() is None:
    open(out + "saved", "w").write("weights")
worker.kill()
"""


@fault(
    9,
    injected="a stop of a trainer started by bash -c, by a bash that traps SIGTERM, and of one "
    "that can't save without its worker",
    expected="each has its grace and saves; none is killed with SIGKILL",
)
@pytest.mark.parametrize(
    "command",
    [
        ["bash", "-c", '"$0" "$1" "$2"; echo done', sys.executable, "{program}"],
        ["bash", "-c", 'trap "" TERM; "$0" "$1" "$2"; echo done', sys.executable, "{program}"],
        [sys.executable, "{needs}"],
    ],
    ids=["wrapped", "trapped", "worker"],
)
def test_a_trainer_saves_whoever_stands_around_it(
    place: Place, seen: Seen, command: list[str], request: pytest.FixtureRequest
) -> None:
    programs = {"{program}": _SAVES, "{needs}": _NEEDS_ITS_WORKER}
    for name, text in programs.items():
        (place.home.root / f"{name[1:-1]}.py").write_text(text)
    content = yaml.safe_load(place.week.playbook_text)
    content["training"]["command"] = [
        str(place.home.root / f"{word[1:-1]}.py") if word in programs else word for word in command
    ] + ["{tensorboard_dir}"]
    file = place.home.root / "own.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    place.lead.create_week(LAUNCH + timedelta(days=7), file)
    place.runner(TRAINWEEK_STOP_GRACE_S="10")
    job = place.submit(JobKind.TRAIN)
    run = place.home.run_attempt(present(job.run), 1)
    wait_for(lambda: place.job(job).state is JobState.RUNNING and (run / "ready").exists())
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    assert (run / "saved").exists()
    assert "was killed" not in place.job(job).reason
    seen(f"{request.node.callspec.id}: saved. {place.job(job).reason}")


def test_a_shim_that_says_nothing_is_given_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = place.service(shim_grace_s=0.3)
    monkeypatch.setattr(service.supervisor.executor, "wake", lambda *_: None)
    job = place.until(service, place.submit(do="sleep"), JobState.RUNNING)
    shim = place.shim(job)
    os.kill(shim, signal.SIGSTOP)
    os.kill(present(job.pid), signal.SIGKILL)
    job = place.until(service, job)
    assert (job.state, job.exit_code) == (JobState.LOST, None)
    os.kill(shim, signal.SIGCONT)  # it ends as soon as it is resumed
