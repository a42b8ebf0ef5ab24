"""Faults of identity and time: pids and clocks lie, boots and monotonic time don't."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from core.vocabulary import JobKind, JobState, Liveness
from runner.service import Service
from tests.expected import present
from tests.faults.matrix import fault
from tests.faults.promises import killed, vanish
from tests.runner.place import Place, child_environment, child_settings, wait_for

Seen = Callable[[object], None]
PID_SWAP = Path(__file__).with_name("pid_swap.py")
BOOT_ID = "/proc/sys/kernel/random/boot_id"


def runner_of_another_boot(place: Place) -> None:
    """A real runner that sees another boot id, and its shims and programs with it."""
    other = place.home.root / "boot_id"
    other.write_text("00000000-0000-4000-8000-000000000000\n")
    started = subprocess.Popen(
        [
            "unshare", "-rm", "sh", "-c",
            f'mount --bind "$0" {BOOT_ID} || exit 77; exec "$@"', str(other),
            sys.executable, "-m", "runner.service", "--home", str(place.home.root),
        ],
        env=child_environment(),
        stderr=(place.home.state / "runner.log").open("ab"),
    )  # fmt: skip
    place.runners.append(started)
    time.sleep(0.5)
    if started.poll() == 77:
        pytest.skip("this machine does not allow mounts in a namespace")


@fault(
    19,
    injected="everything killed, then a runner that sees another boot id",
    expected="INTERRUPTED, resumed by itself; nothing is said to run that does not",
)
def test_a_reboot_interrupts_and_the_training_goes_on(place: Place, seen: Seen) -> None:
    first = place.runner()
    training = place.submit(JobKind.TRAIN, do="sleep")
    backup = place.submit(JobKind.BACKUP, do="sleep")
    for job in (training, backup):
        wait_for(place.in_state(job, JobState.RUNNING))
        wait_for(partial(place.lead.progress, job.id))
    killed(first)
    vanish(*[pid for job in (training, backup) for pid in (place.shim(job), place.pid(job))])
    runner_of_another_boot(place)
    wait_for(place.in_state(backup, JobState.INTERRUPTED))
    wait_for(lambda: place.job(training).attempt == 2)
    wait_for(place.in_state(training, JobState.RUNNING))
    assert [a.state for a in place.lead.attempts(training.id)] == [
        JobState.INTERRUPTED,
        JobState.RUNNING,
    ]
    spec = json.loads((place.folder(training) / "spec.json").read_text())
    assert spec["params"]["resume"] is True
    wait_for(lambda: len(place.starts()) == 3)
    place.lead.stop(training.id)
    wait_for(place.in_state(training, JobState.STOPPED))
    seen("training INTERRUPTED, attempt 2 RUNNING with resume; backup INTERRUPTED, not repeated")


@fault(
    20,
    injected="the stored pid is that of a live foreign process",
    expected="not adopted, never signalled",
)
def test_a_foreign_process_is_never_adopted_or_signalled(place: Place, seen: Seen) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        first = place.runner()
        job = place.submit(do="sleep")
        wait_for(place.in_state(job, JobState.RUNNING))
        killed(first)
        path = place.folder(job) / "identity.json"
        stored = json.loads(path.read_text())
        vanish(stored["shim"]["pid"], stored["child"]["pid"])
        stored["child"]["pid"] = victim.pid  # the number was given again
        path.write_text(json.dumps(stored))
        place.runner()
        wait_for(place.in_state(job, JobState.LOST))
        assert victim.poll() is None
        seen(f"job {place.job(job).state}, the victim lives")
    finally:
        killed(victim)


@fault(
    20,
    injected="the pid in the database's rows is that of a live foreign process; then a stop",
    expected="not adopted, never signalled",
)
def test_a_foreign_pid_in_the_database_means_nothing(place: Place, seen: Seen) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        first = place.runner()
        job = place.submit(do="sleep")
        wait_for(place.in_state(job, JobState.RUNNING))
        wait_for(lambda: place.lead.progress(job.id))  # its handler is set
        killed(first)
        with closing(sqlite3.connect(place.home.database)) as connection, connection:
            for table in ("jobs", "attempts"):
                connection.execute(f"UPDATE {table} SET pid = ?", (victim.pid,))
        assert place.job(job).pid == victim.pid
        place.lead.stop(job.id)
        place.runner()
        wait_for(place.in_state(job, JobState.STOPPED))
        assert place.job(job).exit_code == 3  # its own program was asked
        assert victim.poll() is None
        seen(f"its own program is {place.job(job).state} with code 3, the victim lives")
    finally:
        killed(victim)


@fault(
    21,
    injected="the pid is given to another process, before and after the check",
    expected="the pidfd means the first one: no signal reaches the other",
    no_home="two bare processes in a pid namespace of their own",
)
def test_a_pid_that_changes_hands_is_not_signalled(seen: Seen) -> None:
    done = subprocess.run(
        ["unshare", "-rpf", "--mount-proc", sys.executable, str(PID_SWAP)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare" in done.stderr or "Permission" in done.stderr:
        pytest.skip(f"this machine allows no pid namespace: {done.stderr.strip()}")
    assert done.stdout.splitlines() == [
        "before the check: sent False, victim alive True",
        "after the check: sent False, victim alive True",
    ], done.stderr
    seen("; ".join(done.stdout.splitlines()))


@fault(
    22,
    injected="the machine's clock jumps back an hour, then ahead a day, under a live training",
    expected="no false timeout, no false stall, order kept",
)
def test_a_clock_that_jumps_ends_nothing(place: Place, seen: Seen) -> None:
    jump = timedelta(0)
    settings = child_settings(liveness_s=0.05, shim_grace_s=0.5, start_timeout_s=5.0)
    service = Service(place.home, settings, now=lambda: datetime.now(UTC) + jump)

    def tick_until(condition: Callable[[], object]) -> None:
        def there() -> object:
            service.tick(service.now())
            return condition()

        wait_for(there)

    def ticks(count: int) -> None:
        for _ in range(count):
            service.tick(service.now())
            time.sleep(0.02)

    job = place.submit(JobKind.TRAIN, do="sleep")
    tick_until(place.in_state(job, JobState.RUNNING))
    states = []
    for jump in (timedelta(hours=-1), timedelta(days=1)):  # noqa: B007 (the service reads it)
        ticks(40)
        pulse = json.loads((place.folder(job) / "pulse.json").read_text())
        states.append(pulse["liveness"])
        assert place.job(job).state is JobState.RUNNING
    assert states == [Liveness.WORKING, Liveness.WORKING]
    # A resume that is due in a second is not an hour late when the clock is set back.
    jump = timedelta(days=1)
    vanish(place.shim(job), place.pid(job))
    tick_until(place.in_state(job, JobState.QUEUED))
    jump = timedelta(hours=-1)
    tick_until(lambda: place.job(job).attempt == 2)
    tick_until(place.in_state(job, JobState.RUNNING))
    place.lead.stop(job.id)
    tick_until(place.in_state(job, JobState.STOPPED))
    attempts = place.lead.attempts(job.id)
    assert all(present(a.ended_at) >= a.started_at for a in attempts)
    seqs = [entry.seq for entry in place.lead.activity(place.week.id)]
    assert seqs == sorted(seqs, reverse=True)
    assert place.lead.incidents(place.week.id) == []
    service.close()
    seen(f"liveness {states}; RUNNING throughout; resumed at once; ledger in its order")


@fault(23, injected="no heartbeat, and one that is empty", expected="timed from its own start")
@pytest.mark.parametrize("content", [None, ""])
def test_a_heartbeat_is_no_condition_of_being_seen(
    place: Place, seen: Seen, content: str | None
) -> None:
    place.runner(TRAINWEEK_SHIM_HEARTBEAT_S="60")
    job = place.submit(do="complete", wait=True)
    wait_for(place.in_state(job, JobState.RUNNING))
    beat = place.folder(job) / "heartbeat"
    beat.unlink(missing_ok=True)
    if content is not None:
        beat.write_text(content)
    assert present(place.lead.pulse(job.id)).liveness is Liveness.WORKING
    place.go(job)
    wait_for(place.in_state(job, JobState.SUCCEEDED))
    assert place.job(job).started_at is not None
    assert (place.folder(job) / "exit.json").exists()
    seen(f"{'none' if content is None else 'empty'}: RUNNING, then SUCCEEDED")
