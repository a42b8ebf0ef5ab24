"""What supervision costs: the runner's share of a core and its memory with 1, 8 and 64 live jobs.

``python -m tests.benchmarks.overhead [--jobs 1 8 64] [--seconds 30]``

A real runner with its real timings and an active week; the jobs are small programs that
write their progress each second. The store allows one live job of a kind, and there are
few kinds: the bench lifts that rule in its own home to have more. The targets are those of 8 jobs.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from core.job_params import PARAMS
from core.paths import Home
from core.vocabulary import JobKind, JobState
from runner.files import read_json
from runner.store import Store
from runner.store.requests import job_request
from tests.benchmarks.supervised import supervised

if TYPE_CHECKING:
    from runner.client import Client
    from runner.records import Job

COUNTS = (1, 8, 64)
TARGET_JOBS = 8
CPU_TARGET = 0.01  # of one core
RSS_TARGET_MB = 150.0
SHIM_TARGET_MB = 20.0
_WORKER = """
import json, sys, time
from pathlib import Path
spec = json.loads(Path(sys.argv[sys.argv.index("--spec") + 1]).read_text())
step = 0
while True:
    step += 1
    partial = Path(spec["folder"]) / "progress.partial"
    partial.write_text(json.dumps({"steps": step, "total_steps": 10**6}))
    partial.replace(partial.with_suffix(".json"))
    time.sleep(1)
"""


def main() -> int:
    """Print the figures; 0 if the targets are held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args([] if __name__ != "__main__" else None)
    load = os.getloadavg()[0]
    print(f"load of the machine before: {load:.1f} on {os.cpu_count()} processors")
    print(
        f"{'live jobs':>9} {'runner, of a core':>18} {'runner, MB':>11} {'largest shim, MB':>17}"
        f"  (targets at {TARGET_JOBS}: {CPU_TARGET:.0%}, {RSS_TARGET_MB:.0f}, {SHIM_TARGET_MB:.0f})"
    )
    held = True
    for jobs in given.jobs:
        cpu, rss, shim = measured(jobs, given.seconds)
        print(f"{jobs:>9} {cpu:>18.2%} {rss:>11.0f} {shim:>17.1f}", flush=True)
        if jobs == TARGET_JOBS:
            held = cpu < CPU_TARGET and rss < RSS_TARGET_MB and shim < SHIM_TARGET_MB
    return 0 if held else 1


def measured(jobs: int, seconds: float) -> tuple[float, float, float]:
    """The runner's share of a core and MB, and those of the largest shim, with so many live jobs."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with supervised(home, worker_commands()) as (client, pid):
            submit_jobs(home, client, jobs)
            live = wait_for_all(client, jobs)
            time.sleep(3.0)  # the start itself is no part of the steady state
            cpu, rss = _measure(psutil.Process(pid), seconds)
            shims = [_rss(_shim(client, home, job.id)) for job in live]
    return cpu, rss, max(shims)


def worker_commands() -> dict[str, str]:
    """Our worker in the place of every program."""
    command = json.dumps([sys.executable, "-I", "-S", "-c", _WORKER])
    return {
        f"TRAINWEEK_COMMAND_{kind.value.upper().replace('-', '_')}": command for kind in JobKind
    }


def submit_jobs(home: Home, client: Client, jobs: int) -> None:
    with closing(sqlite3.connect(home.database)) as database:
        database.execute("DROP INDEX one_active_job_of_a_kind")
    # A trial is requested by its sweep.
    kinds = [kind for kind in JobKind if kind not in {JobKind.TRAIN, JobKind.TRIAL}]
    week, now = client.active_week(), datetime.now(UTC)
    assert week is not None
    with Store(home).write() as write:
        for number in range(jobs):
            kind = kinds[number % len(kinds)]
            body = job_request(kind, PARAMS[kind].model_construct(), None, now)
            write.append(body, by=client.person, at=now, at_week=now, week_id=week.id)


def wait_for_all(client: Client, jobs: int) -> list[Job]:
    deadline = time.monotonic() + 60 + 4 * jobs
    while (
        len(live := [job for job in client.jobs(limit=jobs) if job.state is JobState.RUNNING])
        < jobs
    ):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Only {len(live)} of {jobs} jobs came up.")
        time.sleep(0.2)
    return live


def _measure(process: psutil.Process, seconds: float) -> tuple[float, float]:
    """Share of one core over the window, and the largest resident size in MB."""
    before, began, rss = sum(process.cpu_times()[:2]), time.monotonic(), 0.0
    while time.monotonic() - began < seconds:
        rss = max(rss, process.memory_info().rss / 1e6)
        time.sleep(0.5)
    return (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - began), rss


def _shim(client: Client, home: Home, job_id: str) -> int:
    folder = home.root / client.attempts(job_id)[-1].folder
    return int((read_json(folder / "identity.json") or {})["shim"]["pid"])


def _rss(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
