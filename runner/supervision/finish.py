"""What follows when an attempt has ended: its state, and what the manual asks for."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import random
from typing import Any

from sqlalchemy import Row

from core.errors import TrainweekError
from core.files import write_text
from core.paths import Home
from core.timestamps import iso
from core.vocabulary import JobKind, JobState
from core.week import Week
from runner.files import read_json, tail
from runner.incidents.corrupt_checkpoints import tell_of_broken_checkpoints
from runner.incidents.evidence_files import protect, write_issue_line
from runner.incidents.opening import open_incident
from runner.processes.executor import Executor, Seen
from runner.settings import Settings
from runner.store import queries
from runner.store.fence import Fence, FencedWrite
from runner.store.restarts import goes_on
from runner.store.rows import job_of
from runner.supervision.assignment import own_trainer
from runner.supervision.auto_resume import Resumes, Stays, resume
from runner.supervision.exit_reason import REFUSED, Ended, exit_state

log = logging.getLogger("trainweek.runner")

_LOST_STARTS_ALLOWED = 1
_MAY_PASS = frozenset(
    {
        errno.EAGAIN,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
    }
)


class Finisher:
    """Writes ends into the store, with what belongs to them, in one transaction each.

    :param chance: gives a number of [0, 1), for the spread of automatic resumes.
    """

    def __init__(
        self,
        home: Home,
        fence: Fence,
        settings: Settings,
        executor: Executor,
        chance: Callable[[], float] = random,
    ) -> None:
        self.home, self.fence, self.settings, self.executor = home, fence, settings, executor
        self.chance = chance

    def finish(
        self, row: Row, attempt: Row, seen: Seen, killed_after_s: float | None, now: datetime
    ) -> None:
        """An attempt runs no more: judge it, sweep what it left, write it down."""
        folder = self.home.root / attempt.folder
        # Whatever outlives its program (workers, escaped grandchildren) belongs to nobody.
        swept = self.executor.end(folder, attempt.mark)
        tell_of_broken_checkpoints(self.home, self.fence, row, folder, now)
        job, week = job_of(row), self._week(row)
        result = read_json(folder / "result.json")
        ended = Ended(
            exit=seen.exit,
            same_boot=seen.same_boot,
            result=result,
            tail=tail(folder / "output.log", lines=100),
            own_trainer=own_trainer(job, week) is not None,
            stop_asked_by=_stop_asked_by(row, seen),
            killed_after_s=killed_after_s,
        )
        state, reason = exit_state(ended)
        if swept and killed_after_s is None:
            log.warning("%s left %s processes behind; ended", row.id, swept)
        columns = {
            "state": state,
            "reason": reason,
            "pid": seen.process.pid if seen.process else row.pid,
            "ended_at": iso(max(seen.exit.at, attempt.started_at) if seen.exit else now),
            "exit_code": _exit_code(seen),
        }
        if seen.started_at is not None:
            columns["started_at"] = iso(seen.started_at)
        procedure = self._procedure(row, state, seen, result) if week else None
        kept, lack = protect(self.home, procedure) if procedure else (None, "")
        opened = False
        with self.fence.write(now) as write:
            body = {"action": "change", "job_id": row.id, "number": attempt.number}
            write.append("job", body | {"job": columns, "attempt": columns}, row.week_id)
            if procedure and week:
                summary = f"{row.id} ended FAILED. {reason}{lack}{self._last_lines(folder)}"
                opened = open_incident(write, week, procedure, summary, row.id, kept)
            elif row.kind == JobKind.REVALIDATE and state is JobState.SUCCEEDED and result:
                write.append("decision", _decision(row.id, result), row.week_id)
            elif again := goes_on(write.connection, row.id, state):
                body = {"action": "change", "job_id": row.id, "job": again}
                write.append("job", body, row.week_id)
            else:
                self._resume(write, row, state, reason, now)
        if opened and week and procedure:
            write_issue_line(self.home, week.playbook.escalation(procedure), now)
        log.info("%s attempt %s ended %s. %s", row.id, attempt.number, state, reason)

    def _last_lines(self, folder: Path) -> str:
        """Keep the log's last lines with the attempt, and say where."""
        kept = folder / "last_100_lines.log"
        try:
            write_text(kept, tail(self.home.training_log, 100) + "\n")
        except TrainweekError as error:  # a full disk must not keep the incident from opening
            log.error("%s", error)
            return ""
        return f" The log's last 100 lines: {self.home.relative(kept)}"

    def _resume(
        self, write: FencedWrite, row: Row, state: JobState, reason: str, now: datetime
    ) -> None:
        """LOST | INTERRUPTED -> QUEUED, or the sentence of why not."""
        match resume(write.connection, self.home, self.settings, row, state, now, self.chance):
            case Resumes(at=at):
                columns = {
                    "state": JobState.QUEUED,
                    "reason": f"{reason} It goes on by itself at {at:%H:%M:%S} UTC.",
                    "not_before": iso(at),
                }
                body = {"action": "change", "job_id": row.id, "job": columns, "resumes": True}
                write.append("job", body, row.week_id)
            case Stays(why=why) if why:
                columns = {"reason": f"{reason} {why}"}
                body = {"action": "change", "job_id": row.id, "job": columns}
                write.append("job", body, row.week_id)

    def end_waiting(self, row: Row, now: datetime) -> None:
        """QUEUED -> STOPPED: nothing had been started."""
        reason = f"Stopped by {row.stop_requested_by} before it was started."
        columns = {"state": JobState.STOPPED, "reason": reason, "ended_at": iso(now)}
        with self.fence.write(now) as write:
            body = {"action": "change", "job_id": row.id, "job": columns | {"not_before": None}}
            write.append("job", body, row.week_id)
            if again := goes_on(write.connection, row.id, JobState.STOPPED):
                write.append("job", body | {"job": again}, row.week_id)

    def give_up_start(
        self, row: Row, attempt: Row, now: datetime, what: str = "left no trace of a process"
    ) -> None:
        """A start came to nothing: try once more, without counting it.

        STARTING -> QUEUED, the second time STARTING -> LOST: a training goes on from there
        like from any other failure of the machine.
        """
        with self.fence.write(now) as write:
            if row.spawns_lost < _LOST_STARTS_ALLOWED:
                columns: dict[str, Any] = {
                    "state": JobState.QUEUED,
                    "reason": f"Its start {what}; it is started once more.",
                    "attempt": row.attempt - 1,
                    "started_at": None,
                    "spawns_lost": row.spawns_lost + 1,
                }
                body = {"action": "requeue", "number": attempt.number}
            else:
                reason = f"Two starts {what}."
                ended = {"state": JobState.LOST, "reason": reason, "ended_at": iso(now)}
                columns = ended | {"spawns_lost": 0}
                body = {"action": "change", "number": attempt.number, "attempt": ended}
            write.append("job", body | {"job_id": row.id, "job": columns}, row.week_id)
            if columns["state"] is JobState.LOST:
                self._resume(write, row, JobState.LOST, columns["reason"], now)
        log.warning("%s: %s", row.id, columns["reason"])

    def could_not_start(
        self, row: Row, number: int, error: OSError | TrainweekError, now: datetime
    ) -> None:
        """STARTING -> FAILED; LOST where the machine kept a later attempt from starting.

        Nobody is there when a training goes on by itself, and a machine that has no room
        or no processes left may have them again.
        """
        state = JobState.LOST if number > 1 and _is_the_machines(error) else JobState.FAILED
        reason = f"It could not be started: {str(error).rstrip('.')}."
        columns = {"state": state, "reason": reason, "ended_at": iso(now)}
        with self.fence.write(now) as write:
            body = {"action": "change", "job_id": row.id, "number": number}
            write.append("job", body | {"job": columns, "attempt": columns}, row.week_id)
            if state is JobState.LOST:
                self._resume(write, row, state, reason, now)
        log.error("%s: %s", row.id, reason)

    def _week(self, row: Row) -> Week | None:
        if row.week_id is None:
            return None
        with self.fence.store.read() as look:
            return queries.week_by_id(look, row.week_id)

    @staticmethod
    def _procedure(row: Row, state: JobState, seen: Seen, result: Any) -> str | None:
        """The manual's procedure that this end calls for: crash, data, or none.

        A refusal of its input (a wrong flag, a missing file) is no crash; bad data are
        a data issue, however the training noticed them.
        """
        if row.kind != JobKind.TRAIN or state is not JobState.FAILED:
            return None
        kind = (result or {}).get("error_kind")
        if kind == "data":
            return "data"
        code = seen.exit.code if seen.exit is not None else (result or {}).get("exit_code")
        refused = code == REFUSED
        return None if refused and kind is not None else "crash"


def _is_the_machines(error: OSError | TrainweekError) -> bool:
    """Whether it lacked room, memory, files or processes, which may pass."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return isinstance(cause, OSError) and cause.errno in _MAY_PASS


def _stop_asked_by(row: Row, seen: Seen) -> str | None:
    """Who asked, if that came before the end: a crash that was quicker stays a crash."""
    late = seen.exit is not None and row.stop_requested_at and seen.exit.at < row.stop_requested_at
    return None if late else row.stop_requested_by


def _exit_code(seen: Seen) -> int | None:
    """As Python and supervisors write it: a signal is its negative number."""
    if seen.exit is None:
        return None
    return seen.exit.code if seen.exit.signal is None else -seen.exit.signal


def _decision(job_id: str, result: Any) -> dict[str, Any]:
    names = ("decision", "score", "sha256", "report", "archived")
    return {"job_id": job_id, **{name: result[name] for name in names if name in result}}
