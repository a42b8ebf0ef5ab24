"""Brings jobs and processes together: starts what waits, follows what lives.

A reconciler: it compares the store's rows with the files and processes and acts on
the difference, so a runner that was away does nothing special when it comes back.

::

    QUEUED -> STARTING -> RUNNING -> SUCCEEDED | FAILED | INTERRUPTED | LOST
                 |           |
                 +-> QUEUED  +-> STOPPING -> STOPPED
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Row

from core.errors import TrainweekError
from core.language import Message
from core.paths import Home
from core.timestamps import iso
from core.vocabulary import JobState
from runner.liveness.watcher import Watcher
from runner.processes.executor import Executor, Observation
from runner.reported_problems import ReportedProblems
from runner.settings import Settings
from runner.store import Store
from runner.store.fenced_store import FencedStore, StaleRunner
from runner.supervision.active_jobs import ActiveJobs
from runner.supervision.finish import Finisher
from runner.supervision.start import Starter

log = logging.getLogger("trainweek.runner")

_NOT_SAVED = Message(
    "The process ended, but its exit status could not be saved yet. Is the disk full? See the"
    " attempt's shim.log. Saving is retried."
)


class Supervisor:
    """Supervises the jobs of one home, for one runner.

    :param monotonic: seconds that no change of the machine's clock moves.
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
        self._began = monotonic()
        self._spawned: dict[str, float] = {}  # attempt_id -> when this runner started it
        self._asked: dict[str, float] = {}  # attempt_id -> when it got its SIGTERM
        self._all_asked: set[str] = set()  # ids whose whole tree got its SIGTERM
        self._killed: dict[str, float] = {}  # attempt_id -> seconds that it had resisted
        self._silent: dict[str, float] = {}  # attempt_id -> since when its shim owes us an end
        self._stuck: dict[str, float] = {}  # attempt_id -> since when that shim can do nothing

    def tick(self, now: datetime) -> None:
        """One look at every job that waits or lives.

        One job's trouble (a disk that is full, a folder that is gone) must not keep
        the others from being supervised; it is logged and tried again.

        :raises StaleRunner: another runner has taken over.
        """
        snapshot = self.active.read()
        if snapshot.epoch != self.fenced.epoch:  # before any signal, not only before a write
            raise StaleRunner(f"Runner epoch {snapshot.epoch} has taken over.", "")
        watched = []
        for row in snapshot.jobs:
            try:
                if row.state == JobState.QUEUED:
                    self._waiting(row, now)
                else:
                    attempt = snapshot.attempts[row.id]
                    seen = self._live(row, attempt, now)
                    if seen is not None:
                        watched.append((row, attempt, seen))
                self._problems.solved(row.id)
            except StaleRunner:
                raise
            except (TrainweekError, OSError) as error:
                self._problems.report(row.id, error)
        if self.watcher.due():
            self.watcher.look(watched, now)

    def _waiting(self, row: Row, now: datetime) -> None:
        if row.stop_requested_at is not None:
            self.finisher.end_waiting(row, now)
        elif self._may_start(row, now) and (attempt_id := self.starter.start(row, now)):
            self._spawned[attempt_id] = self.monotonic()

    def _may_start(self, row: Row, now: datetime) -> bool:
        if row.not_before is None or row.not_before <= now:
            return True
        # No wait is longer than this one: the machine's clock was set back meanwhile.
        longest = self.settings.backoff_cap_s * (1 + self.settings.backoff_jitter)
        return (row.not_before - now).total_seconds() > longest

    def _live(self, row: Row, attempt: Row, now: datetime) -> Observation | None:
        """What was seen of a live attempt, if there is nothing to be done about it."""
        folder = self.home.root / attempt.folder
        starting = row.state == JobState.STARTING
        seen = self.executor.observe(
            folder, attempt.attempt_id, search=starting and self._overdue(attempt)
        )
        if (
            seen.exit is not None
            or (seen.found and not seen.alive)
            or self._given_up(row, seen, attempt, folder, now)
        ):
            if row.state == JobState.STOPPING and self._others_have_time(row, attempt, folder):
                return None
            self.finisher.finish(row, attempt, seen, self._killed.get(attempt.attempt_id), now)
        elif starting and not seen.found:
            if self._overdue(attempt):
                self.finisher.give_up_start(row, attempt, now)
        elif starting:
            if seen.process is not None:  # STARTING -> RUNNING
                self._running(row, attempt, seen, now)
            else:
                self._urge(row, attempt, folder, now)
        elif row.state == JobState.RUNNING and row.stop_requested_at is not None:
            self._stop(row, attempt, folder, now)
        elif row.state == JobState.STOPPING:
            self._insist(row, attempt, folder)
        else:
            return seen
        return None

    def _given_up(
        self, row: Row, seen: Observation, attempt: Row, folder: Path, now: datetime
    ) -> bool:  # fmt: skip
        """Whether a shim whose program has ended can't say how any more.

        One that is at work knows the exit code and tries again to write it (a full disk):
        it is waited for, however long that takes, and the job says so. One that stays
        stopped, or in the kernel, is given up.
        """
        attempt_id, moment, grace = attempt.attempt_id, self.monotonic(), self.settings.shim_grace_s
        if not seen.exit_pending:
            self._silent.pop(attempt_id, None)
            self._stuck.pop(attempt_id, None)
            return False
        since = self._silent.setdefault(attempt_id, moment)
        self.executor.wake(folder, attempt_id)  # if it is only stopped, it tells now
        if seen.shim_stuck:
            return moment - self._stuck.setdefault(attempt_id, moment) >= grace
        self._stuck.pop(attempt_id, None)
        if moment - since >= grace and row.reason != _NOT_SAVED:
            self._silent[attempt_id] = moment  # the store may find no room for it either
            columns = {"reason": _NOT_SAVED}
            with self.fenced.write(now) as write:
                body = {"action": "change", "job_id": row.id, "job": columns}
                write.append("job", body, row.week_id)
            log.error("%s: %s", row.id, _NOT_SAVED)
        return False

    def _others_have_time(self, row: Row, attempt: Row, folder: Path) -> bool:
        """Whether those that outlive their stopped program may still save and end.

        The program may have been a mere wrapper (``bash -c``), which SIGTERM ends at once:
        then the trainer itself is asked now.
        """
        attempt_id, moment = attempt.attempt_id, self.monotonic()
        if not self.executor.survivors(folder, attempt_id):
            return False
        asked = self._asked.setdefault(attempt_id, moment)
        if moment - asked >= self.settings.stop_grace_s:
            self._killed.setdefault(attempt_id, self.settings.stop_grace_s)
            return False
        self._ask_all(row, attempt, folder)
        return True

    def _ask_all(self, row: Row, attempt: Row, folder: Path) -> None:
        if attempt.attempt_id not in self._all_asked:
            self._all_asked.add(attempt.attempt_id)
            self.executor.terminate(folder, attempt.attempt_id, whole_tree=True)
            log.info("%s: SIGTERM to all that it started", row.id)

    def _running(self, row: Row, attempt: Row, seen: Observation, now: datetime) -> None:
        assert seen.process is not None
        started = iso(seen.started_at or now)
        columns = {"state": JobState.RUNNING, "pid": seen.process.pid, "started_at": started}
        with self.fenced.write(now) as write:
            body = {
                "action": "change",
                "job_id": row.id,
                "number": attempt.number,
                "job": columns,
                "attempt": columns,
            }
            write.append("job", body, row.week_id)
        log.info("%s attempt %s runs as pid %s", row.id, attempt.number, seen.process.pid)

    def _stop(self, row: Row, attempt: Row, folder: Path, now: datetime) -> None:
        """RUNNING -> STOPPING."""
        columns = {"state": JobState.STOPPING}
        with self.fenced.write(now) as write:
            body = {
                "action": "change",
                "job_id": row.id,
                "number": attempt.number,
                "job": columns,
                "attempt": columns,
            }
            write.append("job", body, row.week_id)
        self._asked[attempt.attempt_id] = self.monotonic()
        self.executor.terminate(folder, attempt.attempt_id)

    def _insist(self, row: Row, attempt: Row, folder: Path) -> None:
        """After the grace nothing of the attempt stays alive.

        The program is asked first and alone: a trainer needs its workers to save, and they
        would die of a SIGTERM. If it has not ended after half of the grace, all are asked:
        a wrapper may have kept the signal to itself.
        """
        asked = self._asked.get(attempt.attempt_id)
        if asked is None:  # another runner asked, or died before it could: ask (again)
            self._asked[attempt.attempt_id] = self.monotonic()
            self.executor.terminate(folder, attempt.attempt_id)
        elif self.monotonic() - asked >= self.settings.stop_grace_s:
            killed = self.executor.kill_tree(folder, attempt.attempt_id)
            if not killed:
                return  # they have ended; their shim has not written it down yet
            self._killed.setdefault(attempt.attempt_id, self.settings.stop_grace_s)
            log.warning("%s did not end on SIGTERM: %s processes killed", row.id, killed)
        elif self.monotonic() - asked >= self.settings.stop_grace_s / 2:
            self._ask_all(row, attempt, folder)

    def _urge(self, row: Row, attempt: Row, folder: Path, now: datetime) -> None:
        """A shim lives and has not started its program: STARTING -> QUEUED | STOPPED in time."""
        self.executor.wake(folder, attempt.attempt_id)  # if it is only stopped, it goes on now
        late, moment = self._overdue(attempt), self.monotonic()
        if stop := row.stop_requested_at is not None:
            since = self._asked.setdefault(attempt.attempt_id, moment)
            late = late or moment - since >= self.settings.stop_grace_s
        if not late:
            return
        self.executor.kill_start(folder, attempt.attempt_id)
        if stop:
            seen = self.executor.observe(folder, attempt.attempt_id, search=True)
            self.finisher.finish(row, attempt, seen, None, now)
        else:
            self.finisher.give_up_start(row, attempt, now, hung=True)

    def _overdue(self, attempt: Row) -> bool:
        """Whether a start should have left a trace by now; an adopted one gets its time too."""
        since = self._spawned.get(attempt.attempt_id, self._began)
        return self.monotonic() - since >= self.settings.start_timeout_s
