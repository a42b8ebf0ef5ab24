"""The end of an attempt: its state, and the steps that the manual requires after it."""

from __future__ import annotations

import errno
import logging
from random import random
from typing import TYPE_CHECKING, Any

from core.errors import TrainweekError
from core.files import tail, write_text
from core.language import Message, joined, literal
from core.ledger_bodies import (
    AttemptColumns,
    DecisionFollowed,
    DecisionMade,
    DecisionReproduced,
    JobChanged,
    JobColumns,
    ProcessColumns,
    StartRequeued,
    TrialScored,
    TwinJudged,
)
from core.vocabulary import JobKind, JobState
from runner.executors.executor import Handle
from runner.files import read_json
from runner.incidents.corrupt_checkpoints import report_corrupt_checkpoints
from runner.incidents.evidence_files import copy_evidence, write_issue_line
from runner.incidents.opening import open_incident
from runner.store import queries
from runner.store.requests import requeue_for_restart
from runner.store.rows import job_of
from runner.supervision.assignment import own_trainer
from runner.supervision.auto_resume import NotResumed, ResumeAt, resume
from runner.supervision.exit_reason import REFUSED, EndedAttempt, exit_state
from runner.supervision.trial_ends import never_began, trial_end

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Row

    from core.paths import Home
    from core.week import Week
    from runner.executors.executor import Executor, Observation
    from runner.settings import Settings
    from runner.store.fenced_store import FencedStore, FencedWrite

log = logging.getLogger("trainweek.runner")

_LOST_STARTS_ALLOWED = 1
_START_VANISHED = Message("The start left no trace of a process. Retrying once.")
_STARTS_VANISHED = Message("Two starts left no trace of a process.")
_START_HUNG = Message("The start hung before the program ran. Retrying once.")
_STARTS_HUNG = Message("Two starts hung before the program ran.")
_TEMPORARY = frozenset(
    {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EIO}
)
# The line that a successful job of a kind adds.
_RESULT_LINES: Mapping[
    str, type[TrialScored | DecisionFollowed | DecisionReproduced | TwinJudged]
] = {
    JobKind.TRIAL: TrialScored,
    JobKind.PAPER: DecisionFollowed,
    JobKind.REPRODUCE: DecisionReproduced,
    JobKind.TWIN: TwinJudged,
}


class Finisher:
    """Records the end of an attempt and its consequences, in one transaction.

    :param chance: returns a number in [0, 1), for the jitter of automatic resumes.
    """

    def __init__(
        self,
        home: Home,
        fenced: FencedStore,
        settings: Settings,
        executor: Executor,
        chance: Callable[[], float] = random,
    ) -> None:
        self.home, self.fenced, self.settings, self.executor = home, fenced, settings, executor
        self.chance = chance

    def finish(
        self,
        row: Row,
        attempt: Row,
        observed: Observation,
        killed_after_s: float | None,
        now: datetime,
    ) -> None:
        """Record an ended attempt: kill the processes it left, determine its state, save it."""
        folder = self.home.root / attempt.folder
        # Processes that outlive the program (workers, escaped grandchildren) have no owner.
        killed = self.executor.end(Handle(attempt.attempt_id, folder))
        report_corrupt_checkpoints(self.home, self.fenced, row, folder, now)
        job, week = job_of(row), self._week(row)
        home = self.home.of(week.place if week else None)
        result = read_json(folder / "result.json")
        ended = EndedAttempt(
            exit=observed.exit,
            same_boot=observed.same_boot,
            result=result,
            tail=tail(folder / "output.log", lines=100),
            own_trainer=own_trainer(job, week) is not None,
            stop_asked_by=_stop_asked_by(row, observed),
            killed_after_s=killed_after_s,
            gone=observed.gone,
            ended_because=observed.ended_because,
            machine_gone=observed.machine_gone,
        )
        state, reason = exit_state(ended)
        trial = row.kind == JobKind.TRIAL
        if trial or row.kind == JobKind.TWIN:
            state, reason = trial_end(state, reason, ended, folder, repeats=trial)
        if killed and killed_after_s is None:
            log.warning("%s left %s processes; they were killed.", row.id, killed)
        columns = ProcessColumns(
            state=state,
            reason=reason,
            pid=observed.process.pid if observed.process else row.pid,
            ended_at=max(observed.exit.at, attempt.started_at) if observed.exit else now,
            exit_code=_exit_code(observed),
        )
        if observed.started_at is not None:
            columns = columns.model_copy(update={"started_at": observed.started_at})
        if trial and never_began(ended):
            columns = columns.model_copy(update={"pid": None})
        procedure = self._procedure(row, state, observed, result) if week else None
        kept, missing = copy_evidence(home, procedure) if procedure else (None, None)
        opened = False
        with self.fenced.write(now) as write:
            write.append(JobChanged.with_attempt(row.id, attempt.number, columns), row.week_id)
            if procedure and week:
                failed = Message("{job} failed. {reason}", job=row.id, reason=reason)
                summary = joined(filter(None, [failed, missing, _last_lines(home, folder)]))
                opened = open_incident(write, week, procedure, summary, row.id, kept)
            elif row.kind == JobKind.REVALIDATE and state is JobState.SUCCEEDED and result:
                write.append(DecisionMade.of_result(row.id, result), row.week_id)
            elif state is JobState.SUCCEEDED and (line := _RESULT_LINES.get(row.kind)) is not None:
                if (found := line.of_result(row.id, result or {})) is not None:
                    write.append(found, row.week_id if line is TwinJudged else None)
            elif requeued := requeue_for_restart(write.connection, row.id, state):
                write.append(JobChanged(job_id=row.id, job=requeued), row.week_id)
            else:
                self._resume(write, row, state, reason, now)
        if opened and week and procedure:
            write_issue_line(home, week.playbook.escalation(procedure), now)
        log.info("%s attempt %s: %s. %s", row.id, attempt.number, state, reason)

    def _resume(
        self, write: FencedWrite, row: Row, state: JobState, reason: Message, now: datetime
    ) -> None:
        """LOST | INTERRUPTED -> QUEUED, or the reason why not."""
        match resume(write.connection, self.home, self.settings, row, state, now, self.chance):
            case ResumeAt(at=at):
                planned = Message("Automatic resume at {time} UTC.", time=f"{at:%H:%M:%S}")
                columns = JobColumns(
                    state=JobState.QUEUED, reason=joined([reason, planned]), not_before=at
                )
                body = JobChanged(job_id=row.id, job=columns, resumes=True)
                write.append(body, row.week_id)
            case NotResumed(why=Message() as why):
                columns = JobColumns(reason=joined([reason, why]))
                write.append(JobChanged(job_id=row.id, job=columns), row.week_id)

    def end_waiting(self, row: Row, now: datetime) -> None:
        """QUEUED -> STOPPED: nothing had been started."""
        reason = Message("Stopped by {by} before it was started.", by=row.stop_requested_by)
        columns = JobColumns(state=JobState.STOPPED, reason=reason, ended_at=now, not_before=None)
        with self.fenced.write(now) as write:
            write.append(JobChanged(job_id=row.id, job=columns), row.week_id)
            if requeued := requeue_for_restart(write.connection, row.id, JobState.STOPPED):
                write.append(JobChanged(job_id=row.id, job=requeued), row.week_id)

    def give_up_start(self, row: Row, attempt: Row, now: datetime, *, hung: bool = False) -> None:
        """A start produced no process: try once more, without counting it.

        STARTING -> QUEUED, the second time STARTING -> LOST: a training run is resumed from
        there as after any other failure of the machine.

        :param hung: its shim was there, and did not start the program.
        """
        with self.fenced.write(now) as write:
            if row.spawns_lost < _LOST_STARTS_ALLOWED:
                reason = _START_HUNG if hung else _START_VANISHED
                waits = JobColumns(
                    state=JobState.QUEUED,
                    reason=reason,
                    attempt=row.attempt - 1,
                    started_at=None,
                    spawns_lost=row.spawns_lost + 1,
                )
                body = StartRequeued(job_id=row.id, number=attempt.number, job=waits)
                write.append(body, row.week_id)
            else:
                reason = _STARTS_HUNG if hung else _STARTS_VANISHED
                ended = JobChanged(
                    job_id=row.id,
                    number=attempt.number,
                    job=JobColumns(state=JobState.LOST, reason=reason, ended_at=now, spawns_lost=0),
                    attempt=AttemptColumns(state=JobState.LOST, reason=reason, ended_at=now),
                )
                write.append(ended, row.week_id)
                self._resume(write, row, JobState.LOST, reason, now)
        log.warning("%s: %s", row.id, reason)

    def could_not_start(
        self, row: Row, number: int, error: OSError | TrainweekError, now: datetime
    ) -> None:
        """STARTING -> FAILED; LOST where the machine prevented the start of a later attempt.

        An automatic resume is unattended, as each start of a trial is, and a machine without disk space or free processes
        may have them again later.
        """
        again = row.kind == JobKind.TRIAL or (number > 1 and _may_pass(error))
        state = JobState.LOST if again else JobState.FAILED
        reason = Message("Could not start: {error}", error=_as_sentence(error))
        columns = ProcessColumns(state=state, reason=reason, ended_at=now)
        with self.fenced.write(now) as write:
            write.append(JobChanged.with_attempt(row.id, number, columns), row.week_id)
            if state is JobState.LOST:
                self._resume(write, row, state, reason, now)
        log.error("%s: %s", row.id, reason)

    def _week(self, row: Row) -> Week | None:
        if row.week_id is None:
            return None
        with self.fenced.store.read() as connection:
            return queries.week_by_id(connection, row.week_id)

    @staticmethod
    def _procedure(row: Row, state: JobState, observed: Observation, result: Any) -> str | None:
        """The manual's procedure for this end: crash, data, or none.

        Refused input (a wrong flag, a missing file) is not a crash; bad data is a data
        issue, however the training run noticed it.
        """
        if row.kind != JobKind.TRAIN or state is not JobState.FAILED:
            return None
        if observed.exit is not None and observed.exit.error is not None:
            return None  # no program ran: an engine refused it, or there is no such command
        kind = (result or {}).get("error_kind")
        if kind == "data":
            return "data"
        code = observed.exit.code if observed.exit is not None else (result or {}).get("exit_code")
        refused = code == REFUSED
        return None if refused and kind is not None else "crash"


def _last_lines(home: Home, folder: Path) -> Message | None:
    """Copy the log's last lines to the attempt's folder; returns a sentence with the path."""
    kept = folder / "last_100_lines.log"
    try:
        write_text(kept, tail(home.training_log, 100) + "\n")
    except TrainweekError as error:  # a full disk must not keep the incident from opening
        log.error("%s", error)
        return None
    return Message("Last 100 lines of the log: {file}", file=home.relative(kept))


def _as_sentence(error: OSError | TrainweekError) -> Message:
    if isinstance(error, TrainweekError):
        return joined(filter(None, [literal(error.what), literal(error.remedy)]))
    return literal(f"{str(error).rstrip('.')}.")


def _may_pass(error: OSError | TrainweekError) -> bool:
    """Whether disk space, memory, files or processes ran out: there may be some again later."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return isinstance(cause, OSError) and cause.errno in _TEMPORARY


def _stop_asked_by(row: Row, observed: Observation) -> str | None:
    """Who requested the stop, if that was before the end: an earlier crash stays a crash."""
    late = (
        observed.exit is not None
        and row.stop_requested_at
        and observed.exit.at < row.stop_requested_at
    )
    return None if late else row.stop_requested_by


def _exit_code(observed: Observation) -> int | None:
    """As Python writes it: the negative number of a signal."""
    if observed.exit is None:
        return None
    return observed.exit.code if observed.exit.signal is None else -observed.exit.signal
