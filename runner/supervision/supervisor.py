"""Supervision of jobs: starts waiting ones, follows live ones.

This is a reconciler: it compares the store's rows with files and processes and acts on the
difference, so a runner needs no special steps after a pause or a restart.

::

    QUEUED -> STARTING -> RUNNING -> SUCCEEDED | FAILED | INTERRUPTED | LOST
                 |           |
                 +-> QUEUED  +-> STOPPING -> STOPPED
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.language import Message, literal
from core.ledger_bodies import JobChanged, JobColumns, ProcessColumns
from core.vocabulary import JobState
from runner.liveness.watcher import Watcher
from runner.reported_problems import ReportedProblems
from runner.store.fenced_store import FencedStore, StaleRunner
from runner.supervision.active_jobs import ActiveJobs, handle_of
from runner.supervision.finish import Finisher
from runner.supervision.start import Starter
from runner.supervision.trial_ends import write_hang

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Row

    from core.engine_words import EngineWords
    from core.paths import Home
    from runner.executors.executor import Executor, Handle, Observation
    from runner.settings import Settings
    from runner.store import Store

log = logging.getLogger("trainweek.runner")

_NOT_SAVED = Message(
    "The process ended, but its exit status could not be saved yet. Is the disk full? See the"
    " attempt's shim.log. Saving is retried."
)


class Supervisor:
    """Supervises the jobs of one data directory.

    :param monotonic: returns seconds that don't depend on the machine's clock.
    """

    def __init__(
        self,
        home: Home,
        store: Store,
        fenced: FencedStore,
        settings: Settings,
        executor: Executor,
        monotonic: Callable[[], float],
    ) -> None:
        self.home, self.fenced, self.settings = home, fenced, settings
        self.executor, self.monotonic = executor, monotonic
        self.active = ActiveJobs(store)
        self.finisher = Finisher(home, fenced, settings, executor)
        self.starter = Starter(home, fenced, settings, executor, self.finisher)
        self.watcher = Watcher(home, fenced, settings, monotonic)
        self._problems = ReportedProblems(log)
        self._created = monotonic()
        self._started: dict[str, float] = {}  # attempt_id -> when this runner started it
        self._terminated: dict[str, float] = {}  # attempt_id -> when it got SIGTERM
        self._all_terminated: set[str] = set()  # attempt_ids whose whole tree got SIGTERM
        self._killed: dict[str, float] = {}  # attempt_id -> seconds after which it was killed
        self._exit_pending: dict[str, float] = {}  # attempt_id -> since when its exit is missing
        self._shim_stuck: dict[str, float] = {}  # attempt_id -> since when its shim is stuck

    def tick(self, now: datetime) -> None:
        """Supervise every waiting and live job once.

        A problem of one job (a full disk, a missing folder, a fault of ours) must not stop the
        supervision of the others; it is logged, and retried at the next tick.

        :raises StaleRunner: another runner has taken over.
        """
        snapshot = self.active.read()
        if snapshot.epoch != self.fenced.epoch:  # before any signal, not only before a write
            raise StaleRunner(snapshot.epoch, self.fenced.epoch)
        watched = []
        for row in snapshot.jobs:
            with self._problems.guarding(row.id, through=StaleRunner):
                if row.state == JobState.QUEUED:
                    self._start_or_end(row, now)
                    continue
                attempt = snapshot.attempts[row.id]
                observed = self._supervise(row, attempt, now)
                if observed is not None:
                    watched.append((row, attempt, observed))
        if self.watcher.due():
            self.watcher.tick(watched, now)
            for row, attempt, _ in watched:
                if (why := self.watcher.hung.get(attempt.attempt_id)) is not None:
                    with self._problems.guarding(row.id, through=StaleRunner):
                        self._end_hung(row, attempt, why)

    def _end_hung(self, row: Row, attempt: Row, why: Message) -> None:
        """End a trial that hangs. The reason is a file first: this runner may die meanwhile."""
        handle = handle_of(self.home, attempt)
        write_hang(handle.folder, why)
        self.fenced.check()
        self.executor.end(handle)
        log.warning("%s hangs and was ended: %s", row.id, why)

    def _start_or_end(self, row: Row, now: datetime) -> None:
        if row.stop_requested_at is not None:
            self.finisher.end_waiting(row, now)
        elif self._may_start(row, now) and (attempt_id := self.starter.start(row, now)):
            self._started[attempt_id] = self.monotonic()

    def _may_start(self, row: Row, now: datetime) -> bool:
        if row.not_before is None or row.not_before <= now:
            return True
        # If the wait is longer than possible, the machine's clock was set back.
        longest = self.settings.backoff_cap_s * (1 + self.settings.backoff_jitter)
        return (row.not_before - now).total_seconds() > longest

    def _supervise(self, row: Row, attempt: Row, now: datetime) -> Observation | None:
        """Act on a live attempt; returns its observation if no action was needed."""
        handle = handle_of(self.home, attempt)
        starting = row.state == JobState.STARTING
        observed = self.executor.look(handle, search=starting and self._overdue(attempt))
        if observed.elsewhere:
            if starting and observed.words is not None:
                self._say_why(row, observed.words, now)
            return observed
        if (
            observed.exit is not None
            or (observed.found and not observed.alive)
            or self._shim_given_up(row, observed, attempt, handle, now)
        ):
            if row.state == JobState.STOPPING and self._survivors_have_time(row, attempt, handle):
                return None
            self.finisher.finish(row, attempt, observed, self._killed.get(attempt.attempt_id), now)
        elif starting and not observed.found:
            if self._overdue(attempt):
                self.finisher.give_up_start(row, attempt, now)
        elif starting:
            if observed.process is not None:  # STARTING -> RUNNING
                self._running(row, attempt, observed, now)
            elif observed.words is not None:
                self._watch_engine(row, attempt, handle, observed.words, now)
                return observed
            else:
                self._watch_start(row, attempt, handle, now)
        elif row.state == JobState.RUNNING and row.stop_requested_at is not None:
            self._stop(row, attempt, handle, now)
        elif row.state == JobState.STOPPING:
            self._enforce_stop(row, attempt, handle)
        else:
            return observed
        return None

    def _shim_given_up(
        self, row: Row, observed: Observation, attempt: Row, handle: Handle, now: datetime
    ) -> bool:  # fmt: skip
        """Whether the program has ended and its shim can no longer record the exit.

        A running shim has the exit code and retries to save it (on a full disk): it is waited
        for without a limit, and the job's reason says so. A shim that stays stopped, or waits
        in the kernel, is given up.
        """
        attempt_id, monotonic, grace = (
            attempt.attempt_id,
            self.monotonic(),
            self.settings.shim_grace_s,
        )
        if not observed.exit_pending:
            self._exit_pending.pop(attempt_id, None)
            self._shim_stuck.pop(attempt_id, None)
            return False
        since = self._exit_pending.setdefault(attempt_id, monotonic)
        self.executor.wake(handle)  # if it was only stopped, it can now save the exit
        if observed.shim_stuck:
            return monotonic - self._shim_stuck.setdefault(attempt_id, monotonic) >= grace
        self._shim_stuck.pop(attempt_id, None)
        if monotonic - since >= grace and row.reason != _NOT_SAVED:
            self._exit_pending[attempt_id] = monotonic  # the store may have no disk space either
            body = JobChanged(job_id=row.id, job=JobColumns(reason=_NOT_SAVED))
            with self.fenced.write(now) as write:
                write.append(body, row.week_id)
            log.error("%s: %s", row.id, _NOT_SAVED)
        return False

    def _survivors_have_time(self, row: Row, attempt: Row, handle: Handle) -> bool:
        """Whether processes that outlive the stopped program may still save and end.

        The program may be a wrapper (``bash -c``), which SIGTERM ends at once: then the
        trainer itself gets SIGTERM now.
        """
        attempt_id, monotonic = attempt.attempt_id, self.monotonic()
        if not self.executor.survivors(handle):
            return False
        asked = self._terminated.setdefault(attempt_id, monotonic)
        if monotonic - asked >= self.settings.stop_grace_s:
            self._killed.setdefault(attempt_id, self.settings.stop_grace_s)
            return False
        self._terminate_all(row, attempt, handle)
        return True

    def _terminate_all(self, row: Row, attempt: Row, handle: Handle) -> None:
        if attempt.attempt_id not in self._all_terminated:
            self._all_terminated.add(attempt.attempt_id)
            self.executor.ask_to_end(handle, whole_tree=True)
            log.info("%s: SIGTERM to all of its processes", row.id)

    def _running(self, row: Row, attempt: Row, observed: Observation, now: datetime) -> None:
        assert observed.process is not None
        columns = ProcessColumns(
            state=JobState.RUNNING,
            pid=observed.process.pid,
            started_at=observed.started_at or now,
        )
        if row.reason:  # it waited
            columns = columns.model_copy(update={"reason": literal("")})
        with self.fenced.write(now) as write:
            body = JobChanged.with_attempt(row.id, attempt.number, columns)
            write.append(body, row.week_id)
        log.info("%s attempt %s is running as pid %s", row.id, attempt.number, observed.process.pid)

    def _stop(self, row: Row, attempt: Row, handle: Handle, now: datetime) -> None:
        """RUNNING -> STOPPING."""
        columns = ProcessColumns(state=JobState.STOPPING)
        with self.fenced.write(now) as write:
            body = JobChanged.with_attempt(row.id, attempt.number, columns)
            write.append(body, row.week_id)
        self._terminated[attempt.attempt_id] = self.monotonic()
        self.executor.ask_to_end(handle)

    def _enforce_stop(self, row: Row, attempt: Row, handle: Handle) -> None:
        """Kill all processes of the attempt after the grace period.

        The program alone gets SIGTERM first: a trainer needs its workers to save, and SIGTERM
        would end them. If it has not ended after half of the grace period, all processes get
        SIGTERM, because a wrapper may not have passed it on.
        """
        asked = self._terminated.get(attempt.attempt_id)
        if asked is None:  # an earlier runner sent it, or ended before it could
            self._terminated[attempt.attempt_id] = self.monotonic()
            self.executor.ask_to_end(handle)
        elif self.monotonic() - asked >= self.settings.stop_grace_s:
            killed = self.executor.end(handle)
            if not killed:
                return  # they have ended, but the shim has not saved the exit yet
            self._killed.setdefault(attempt.attempt_id, self.settings.stop_grace_s)
            log.warning("%s did not exit on SIGTERM: %s processes killed", row.id, killed)
        elif self.monotonic() - asked >= self.settings.stop_grace_s / 2:
            self._terminate_all(row, attempt, handle)

    def _watch_engine(
        self, row: Row, attempt: Row, handle: Handle, words: EngineWords, now: datetime
    ) -> None:
        """An engine has it and no program runs yet: say why, and cancel it on request."""
        if row.stop_requested_at is not None and attempt.attempt_id not in self._terminated:
            self._terminated[attempt.attempt_id] = self.monotonic()
            self.executor.end_start(handle)
        self._say_why(row, words, now)

    def _say_why(self, row: Row, words: EngineWords, now: datetime) -> None:
        """Why no program runs yet, as the job's reason."""
        reason = Message("{engine}: {word}", engine=words.engine, word=words.said)
        if row.reason != reason:
            body = JobChanged(job_id=row.id, job=JobColumns(reason=reason))
            with self.fenced.write(now) as write:
                write.append(body, row.week_id)

    def _watch_start(self, row: Row, attempt: Row, handle: Handle, now: datetime) -> None:
        """A shim is alive and has not started its program: STARTING -> QUEUED | STOPPED in time."""
        self.executor.wake(handle)  # if it was only stopped, it continues now
        late, monotonic = self._overdue(attempt), self.monotonic()
        if stop := row.stop_requested_at is not None:
            since = self._terminated.setdefault(attempt.attempt_id, monotonic)
            late = late or monotonic - since >= self.settings.stop_grace_s
        if not late:
            return
        self.executor.end_start(handle)
        if stop:
            observed = self.executor.look(handle, search=True)
            self.finisher.finish(row, attempt, observed, None, now)
        else:
            self.finisher.give_up_start(row, attempt, now, hung=True)

    def _overdue(self, attempt: Row) -> bool:
        """Whether a start should have a process by now; an adopted one also gets the full timeout."""
        since = self._started.get(attempt.attempt_id, self._created)
        return self.monotonic() - since >= self.settings.start_timeout_s
