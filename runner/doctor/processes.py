"""Who holds the home, whether the runner lives, and what nobody supervises."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from core.paths import Home
from core.timestamps import iso
from core.vocabulary import LIVE_STATES, JobState
from runner.doctor.examined import Examined, failed, passed, warned
from runner.files import read_json
from runner.home.runner_identity import read_identity, runner_status
from runner.processes.identity import (
    PROC,
    ProcessIdentity,
    command_line,
    identify,
    is_alive,
    marked_processes,
)
from runner.processes.started import started_attempts
from runner.settings import Settings

_LOCKS = PROC / "locks"


def lock(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    holder = _holder(home.runner_lock)
    named = read_identity(home)
    if holder is None:
        yield passed("lock", "Nobody holds the home.")
    elif named is None or named.process.pid != holder:
        says = f"runner.json names pid {named.process.pid}" if named else "runner.json names nobody"
        what = f"Pid {holder} ({_name(identify(holder))}) holds the home, but {says}."
        remedy = f"If it is a runner that was taken over, it ends by itself; else: kill {holder}"
        yield warned("lock", what, remedy)
    else:
        yield passed("lock", f"Held by the runner, pid {holder}.")


def runner(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    status = runner_status(home, now)
    live = ", ".join(sorted({attempt.job for attempt in _live_attempts(home.database)}))
    waiting = ", ".join(_waiting_jobs(home.database))
    if status.alive:
        age = status.heartbeat_age_s or 0.0
        said = f"Pid {status.pid} on {status.host}, epoch {status.epoch}, since {_at(status.since)}"
        if age > max(15.0, 5 * settings.heartbeat_s):
            remedy = f"python -m runner.service --home {home.root} --take-over"
            yield failed("runner", f"{said}, but its last sign of life is {age:.0f} s old.", remedy)
        else:
            yield passed("runner", f"{said}, last sign of life {age:.0f} s ago.")
        return
    remedy = "trainweek up (or trainweek runner): it adopts what is alive"
    if live:
        yield failed("runner", f"There is none, and nobody supervises {live}.", remedy)
    elif waiting:
        yield warned("runner", f"There is none, and nobody starts {waiting}, which waits.", remedy)
    elif status.pid is not None and not _said_goodbye(home.database, status.epoch):
        what = f"Pid {status.pid}, since {_at(status.since)}, is gone without a goodbye."
        yield warned("runner", what, f"See {home.relative(home.runner_log)}, then: trainweek up")
    else:
        yield passed("runner", "There is none, and nothing to supervise; trainweek up starts one.")


def orphans(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    """Processes of attempts that have ended, by the mark in their environment."""
    marks = started_attempts(home)
    live = {attempt.mark for attempt in _live_attempts(home.database)}
    found = False
    for process, mark in marked_processes():
        if mark in marks and mark not in live:
            found, pid, folder = True, process.pid, marks[mark]
            whose = f"{folder.name} of {folder.parent.name}"
            what = f"Pid {pid} ({_name(process)}) belongs to {whose}, which has ended."
            yield failed("orphans", what, f"kill {pid}; if it stays: kill -9 {pid}")
    if not found:
        yield passed("orphans", "No process of an ended attempt.")


def shims(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    """Whether the shim of each live attempt still gives its signs of life."""
    late, beating = False, 0
    for attempt in _live_attempts(home.database):
        folder = home.root / attempt.folder
        stored = read_json(folder / "identity.json") or {}
        shim = ProcessIdentity.from_dict(stored.get("shim"))
        if stored.get("mark") != attempt.mark or not is_alive(shim) or shim is None:
            continue
        beat = folder / "heartbeat"
        since = beat.stat().st_mtime if beat.exists() else float(stored.get("started_at") or 0.0)
        age = now.timestamp() - since
        if age > max(15.0, 5 * settings.shim_heartbeat_s):
            late = True
            what = (
                f"The shim of {attempt.job} (pid {shim.pid}) lives, but its last sign of life is"
                f" {age:.0f} s old: its program's exit code may be lost."
            )
            yield warned(
                "shims", what, f"If it is stopped: kill -CONT {shim.pid}; look at the disk."
            )
        else:
            beating += 1
    if not late:
        yield passed("shims", f"{beating} give signs of life." if beating else "None at work.")


def _holder(path: Path) -> int | None:
    """The pid that holds an flock on this file, from /proc/locks (proc_locks(5))."""
    if not path.exists():
        return None
    seen = path.stat()
    wanted = f"{os.major(seen.st_dev):02x}:{os.minor(seen.st_dev):02x}:{seen.st_ino}"
    for line in _LOCKS.read_text(encoding="ascii").splitlines():
        words = line.split()
        if len(words) >= 6 and words[1] == "FLOCK" and words[5] == wanted:
            return int(words[4])
    return None


class _Attempt(NamedTuple):
    """The present attempt of a job that is said to be alive."""

    job: str
    mark: str
    folder: str


def _live_attempts(database: Path) -> list[_Attempt]:
    states = ", ".join(f"'{state.value}'" for state in sorted(LIVE_STATES))
    query = (
        "SELECT jobs.id, attempts.mark, attempts.folder FROM jobs JOIN attempts"
        " ON attempts.job_id = jobs.id AND attempts.number = jobs.attempt"
        f" WHERE jobs.state IN ({states}) ORDER BY jobs.seq"
    )
    return [_Attempt(*row) for row in _rows(database, query)]


def _waiting_jobs(database: Path) -> list[str]:
    query = f"SELECT id FROM jobs WHERE state = '{JobState.QUEUED.value}' ORDER BY seq"
    return [job for (job,) in _rows(database, query)]


def _said_goodbye(database: Path, epoch: int | None) -> bool:
    ended = _rows(database, f"SELECT ended_at FROM runners WHERE epoch = {int(epoch or 0)}")
    return bool(ended) and ended[0][0] is not None


def _rows(database: Path, query: str) -> list[tuple]:
    if not database.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=2)) as look:
            return look.execute(query).fetchall()
    except sqlite3.DatabaseError:  # its own look tells of it
        return []


def _name(process: ProcessIdentity | None) -> str:
    if process is None:
        return "gone"
    return " ".join(command_line(process)[:4]).strip() or "no name"


def _at(moment: datetime | None) -> str:
    return iso(moment.replace(microsecond=0)) if moment else "an unknown moment"
