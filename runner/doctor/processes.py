"""The runner and its lock, shims, and processes of ended attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.language import Message, plural
from core.timestamps import iso
from core.vocabulary import LIVE_STATES, JobState
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.doctor.read_only import rows_of
from runner.files import read_json
from runner.home.runner_identity import read_identity, runner_status
from runner.processes.attempt_processes import ID_KEY, attempt_processes, started_attempts
from runner.processes.identity import ProcessIdentity, command_line, identify, is_alive
from runner.processes.procfs import flock_holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.records import RunnerStatus
    from runner.settings import Settings


def lock(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Whether the process that holds the runner lock is the one that runner.json names."""
    holder = flock_holder(home.runner_lock)
    named = read_identity(home)
    if holder is None:
        yield passed("lock", Message("Not locked: no runner."))
    elif named is None or named.process.pid != holder:
        what = Message(
            "Pid {pid} ({name}) holds the lock, but runner.json names {named}.",
            pid=str(holder),
            name=_name(identify(holder)),
            named=f"pid {named.process.pid}" if named else Message("no runner"),
        )
        remedy = Message(
            "If another runner has taken over, this process exits by itself; otherwise: kill {pid}",
            pid=str(holder),
        )
        yield warned("lock", what, remedy)
    else:
        yield passed("lock", Message("Held by the runner, pid {pid}.", pid=str(holder)))


def runner(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Whether a runner is alive, and whether live or waiting jobs lack one."""
    status = runner_status(home, now)
    live = ", ".join(sorted({attempt.job for attempt in _live_attempts(home)}))
    waiting = ", ".join(_waiting_jobs(home))
    if status.alive:
        yield _heartbeat(home, settings, status)
        return
    remedy = Message("trainweek up (or trainweek runner): it adopts live jobs")
    if live:
        what = Message("There is no runner to supervise {jobs}.", jobs=live)
        yield failed("runner", what, remedy)
    elif waiting:
        what = Message("There is no runner to start {jobs}.", jobs=waiting)
        yield warned("runner", what, remedy)
    elif status.pid is not None and not _ended_regularly(home, status.epoch):
        what = Message(
            "The runner (pid {pid}, started {time}) ended without recording a shutdown.",
            pid=str(status.pid),
            time=_at(status.since),
        )
        log = home.relative(home.runner_log)
        yield warned("runner", what, Message("See {file}, then: trainweek up", file=log))
    else:
        yield passed("runner", Message("None, and no jobs. trainweek up starts one."))


def _heartbeat(home: Home, settings: Settings, status: RunnerStatus) -> CheckResult:
    age = status.heartbeat_age_s or 0.0
    named = {
        "pid": str(status.pid),
        "host": status.host,
        "epoch": status.epoch,
        "time": _at(status.since),
        "age": age,
    }
    if age > max(15.0, 5 * settings.heartbeat_s):
        what = Message(
            "Pid {pid} on {host}, epoch {epoch}, since {time}, but its last heartbeat is"
            " {age:,.0f} s old.",
            **named,
        )
        remedy = Message(
            "python -m runner.service --home {folder} --take-over", folder=str(home.root)
        )
        return failed("runner", what, remedy)
    what = Message(
        "Pid {pid} on {host}, epoch {epoch}, since {time}, last heartbeat {age:.0f} s ago.", **named
    )
    return passed("runner", what)


def orphans(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Processes of attempts that have ended, by the attempt's id in their environment."""
    folders = started_attempts(home)
    live = {attempt.attempt_id for attempt in _live_attempts(home)}
    found = False
    for process, attempt_id in attempt_processes():
        if attempt_id in folders and attempt_id not in live:
            found, folder = True, folders[attempt_id]
            what = Message(
                "Pid {pid} ({name}) belongs to {attempt} of {job}, which has ended.",
                pid=str(process.pid),
                name=_name(process),
                attempt=folder.name,
                job=folder.parent.name,
            )
            remedy = Message("kill {pid}; if it stays: kill -9 {pid}", pid=str(process.pid))
            yield failed("orphans", what, remedy)
    if not found:
        yield passed("orphans", Message("No process of an ended attempt."))


def shims(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Whether the shim of each live attempt writes its heartbeat."""
    late, alive = False, 0
    for attempt in _live_attempts(home):
        folder = home.root / attempt.folder
        stored = read_json(folder / "identity.json") or {}
        shim = ProcessIdentity.from_dict(stored.get("shim"))
        if stored.get(ID_KEY) != attempt.attempt_id or not is_alive(shim) or shim is None:
            continue
        beat = folder / "heartbeat"
        since = beat.stat().st_mtime if beat.exists() else float(stored.get("started_at") or 0.0)
        age = now.timestamp() - since
        if age > max(15.0, 5 * settings.shim_heartbeat_s):
            late = True
            what = Message(
                "The shim of {job} (pid {pid}) is alive, but its last heartbeat is {age:,.0f} s"
                " old: the exit code of its program may be lost.",
                job=attempt.job,
                pid=str(shim.pid),
                age=age,
            )
            remedy = Message(
                "If it is stopped: kill -CONT {pid}. Check the disk.", pid=str(shim.pid)
            )
            yield warned("shims", what, remedy)
        else:
            alive += 1
    if not late:
        none = Message("No live attempts.")
        beating = plural("{n} shim with a heartbeat.", "{n} shims with a heartbeat.", alive)
        yield passed("shims", beating if alive else none)


class _Attempt(NamedTuple):
    """The newest attempt of a job that is recorded as live."""

    job: str
    attempt_id: str
    folder: str


def _live_attempts(home: Home) -> list[_Attempt]:
    states = ", ".join(f"'{state.value}'" for state in sorted(LIVE_STATES))
    query = (
        "SELECT jobs.id, attempts.mark, attempts.folder FROM jobs JOIN attempts"
        " ON attempts.job_id = jobs.id AND attempts.number = jobs.attempt"
        f" WHERE jobs.state IN ({states}) ORDER BY jobs.seq"
    )
    return [_Attempt(*row) for row in rows_of(home, query)]


def _waiting_jobs(home: Home) -> list[str]:
    query = f"SELECT id FROM jobs WHERE state = '{JobState.QUEUED.value}' ORDER BY seq"
    return [job for (job,) in rows_of(home, query)]


def _ended_regularly(home: Home, epoch: int | None) -> bool:
    ended = rows_of(home, f"SELECT ended_at FROM runners WHERE epoch = {int(epoch or 0)}")
    return bool(ended) and ended[0][0] is not None


def _name(process: ProcessIdentity | None) -> str:
    if process is None:
        return "ended"
    return " ".join(command_line(process)[:4]).strip() or "unnamed"


def _at(moment: datetime | None) -> str:
    return iso(moment.replace(microsecond=0)) if moment else "?"
