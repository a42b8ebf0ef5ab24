"""Faults of the program itself: why it ended is said, and never guessed."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import yaml

from core.ledger_bodies import JobChanged
from core.paths import Home
from core.vocabulary import JobKind, JobState
from runner.outcomes import Refused
from tests.expected import body_of, present
from tests.faults.matrix import fault
from tests.faults.promises import Promises, vanish
from tests.faults.small_disk import left, run_on_disk
from tests.runner.place import LAUNCH, Place, wait_for

Seen = Callable[[object], None]
VEC_TRAINER = Path(__file__).with_name("vec_trainer.py")


def set_memory_limit(group: Path, size: int) -> None:
    """Of a control group, version 1 or 2."""
    for name in ("memory.limit_in_bytes", "memory.max"):
        if (group / name).exists():
            (group / name).write_text(str(size))
            return
    pytest.skip(f"the memory of {group} can't be limited: the controller is not enabled")


@fault(
    7,
    injected="a program that allocates beyond its control group's limit",
    expected='"out of memory", as the control group counts the kill',
)
def test_out_of_memory_is_said_when_the_kernel_says_so(place: Place, seen: Seen) -> None:
    place.runner()
    job = place.submit(do="eat")
    wait_for(place.in_state(job, JobState.RUNNING))
    group = json.loads((place.folder(job) / "identity.json").read_text())["cgroup"]
    if group is None:
        pytest.skip("this user may not make a control group")
    set_memory_limit(Path(group), 64_000_000)
    (place.folder(job) / "eat").touch()
    wait_for(place.in_state(job, JobState.FAILED), seconds=30)
    assert place.job(job).exit_code == -signal.SIGKILL
    assert place.job(job).reason.startswith("Out of memory: killed by the OOM killer (signal 9")
    wait_for(lambda: not Path(group).exists())
    seen(place.job(job).reason)


_FULL_HOME = """
import shutil, sys, time
from datetime import UTC, datetime
from pathlib import Path
from core.vocabulary import ENDED_STATES, JobKind, JobState
from tests.runner.place import Place, wait_for

place = Place(Path(sys.argv[1]) / "home")
place.home.training.mkdir(parents=True)
place.home.training_log.write_bytes(b"x" * 4_000_000)
service = place.service()
job = place.until(service, place.submit(JobKind.TRAIN, do="fail", wait=True), JobState.RUNNING)
free = shutil.disk_usage(place.home.root).free
(place.home.root / "filler").write_bytes(b"x" * (free - 1_000_000))
place.go(job)
job = place.until(service, job)
(incident,) = place.lead.incidents(place.week.id)
print(job.state, incident.procedure, incident.summary)
print(sorted(path.name for path in place.home.training.iterdir()))
print(type(place.lead.note(place.week.id, "hourly_1", "a tick now")).__name__)
place.clear()
"""


@fault(
    25,
    injected="the whole home on a tmpfs without room for the copy of training.log; a crash",
    expected="FAILED, the incident says that the evidence was not kept; no half copy",
)
def test_a_crash_on_a_full_disk_opens_its_incident(
    tmp_path: Path, promises: Promises, seen: Seen
) -> None:
    disk = tmp_path / "disk"
    done = run_on_disk(disk, "12m", [sys.executable, "-c", _FULL_HOME, disk])
    assert done.returncode == 0, done.stderr
    ended, there, noted = done.stdout.splitlines()
    assert ended.startswith("FAILED crash ")
    assert "NOT saved: training.log could not be copied (No space left on device)" in ended
    assert there == "['tensorboard', 'training.log']"
    assert noted == "Recorded"
    promises.notes.append((Home(left(disk) / "home"), "a tick now"))
    seen(ended)


@fault(7, injected="a plain kill -9 of the program", expected='"signal 9", not "out of memory"')
def test_a_killed_program_is_told_by_its_signal(place: Place, seen: Seen) -> None:
    place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    os.kill(place.pid(job), signal.SIGKILL)
    wait_for(place.in_state(job, JobState.FAILED))
    assert "signal 9 (SIGKILL)" in place.job(job).reason
    assert "memory" not in place.job(job).reason.lower()
    seen(place.job(job).reason)


@fault(8, injected="exit 0 without a result", expected='FAILED, "no result"')
def test_an_exit_without_a_result_is_no_success(place: Place, seen: Seen) -> None:
    place.runner()
    job = place.submit(do="no_result")
    wait_for(place.in_state(job, JobState.FAILED))
    assert place.job(job).exit_code == 0
    assert "no complete result" in place.job(job).reason
    seen(f"{place.job(job).state}: {place.job(job).reason}")


@fault(
    13,
    injected="kill -9 of one worker of SB3's SubprocVecEnv",
    expected="FAILED, cause EOFError or broken pipe, no orphan; the incident blocks the start",
)
def test_a_killed_environment_worker_is_named(place: Place, seen: Seen) -> None:
    content = yaml.safe_load(place.week.playbook_text)
    content["training"]["command"] = [sys.executable, str(VEC_TRAINER), "{tensorboard_dir}"]
    file = place.home.root / "own.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    place.lead.create_week(LAUNCH + timedelta(days=7), file)
    week = present(place.lead.active_week())
    place.runner()
    job = place.submit(JobKind.TRAIN)
    workers = place.home.run_attempt(present(job.run), 1) / "workers"
    wait_for(lambda: workers.exists() and workers.read_text(), seconds=60)
    pids = [int(word) for word in workers.read_text().split()]
    os.kill(pids[0], signal.SIGKILL)
    wait_for(place.in_state(job, JobState.FAILED), seconds=30)
    # EOFError if the trainer waits for the worker, a broken pipe if it is about to ask it.
    assert "an environment worker died: " in place.job(job).reason
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in pids))
    (incident,) = place.lead.incidents(week.id)
    assert (incident.procedure, incident.blocks_start) == ("crash", True)
    assert isinstance(
        place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}), Refused
    )
    seen(f"{place.job(job).reason}; 0 orphans")


@fault(
    14,
    injected="a training run that the machine ends at once, again and again",
    expected="waits that double, spread by 25 %; stops after 3 resumes",
)
def test_a_loop_of_ends_is_slowed_and_stopped(place: Place, seen: Seen) -> None:
    service = place.service(backoff_s=0.4, backoff_cap_s=1.0)
    job = place.submit(JobKind.TRAIN, do="sleep")
    waits = []
    for number in range(1, 5):
        place.until(service, job, JobState.RUNNING)
        vanish(place.shim(job), place.pid(job))
        place.until(service, job, JobState.LOST if number == 4 else JobState.QUEUED)
        last = place.lead.activity(place.week.id, limit=1)[0]
        if until := body_of(last, JobChanged).job.not_before:
            waits.append((until - last.at).total_seconds())
    assert [a.state for a in place.lead.attempts(job.id)] == [JobState.LOST] * 4
    assert "not resumed automatically again" in place.job(job).reason
    for wait, middle in zip(waits, (0.4, 0.8, 1.0), strict=True):
        assert 0.75 * middle <= wait <= 1.25 * middle
    said = ", ".join(f"{wait:.2f} s" for wait in waits)
    seen(f"waits {said} (from 0.4 s, cap 1 s), then: {place.job(job).reason}")


@fault(14, injected="a trainer that raises", expected="no restart by itself; Start is blocked")
def test_a_trainer_that_raises_is_not_restarted(place: Place, seen: Seen) -> None:
    place.home.training.mkdir(parents=True)
    place.home.training_log.write_text("2026-02-23T14:00:00Z [ERROR] NaN\n" * 150)
    place.runner()
    job = place.submit(JobKind.TRAIN, do="fail")
    wait_for(place.in_state(job, JobState.FAILED))
    (incident,) = place.lead.incidents(place.week.id)
    assert incident.blocks_start
    assert place.home.crash_backup_log.exists()
    kept = place.folder(job) / "last_100_lines.log"
    assert kept.read_text().count("[ERROR] NaN") == 100
    assert place.home.relative(kept) in incident.summary
    assert place.week.playbook.escalation("crash").contact == "Critical crash in RL training loop"
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True})
    assert isinstance(refused, Refused)
    assert isinstance(place.lead.close_incident(incident.id, " "), Refused)  # a reason, please
    place.lead.close_incident(incident.id, "a bad learning rate")
    assert not isinstance(
        place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}), Refused
    )
    assert len(place.starts()) == 1
    seen(f"1 start; {refused.reason[:60]}..., free again once closed with a reason")
