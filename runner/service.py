"""The runner: one process a home that owns its jobs.

``python -m runner.service --home DIR``. It may end at any moment: jobs live on under
their shims, and the next runner adopts them.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from filelock import FileLock, Timeout
from sqlalchemy import Row, select

from core.clock import Clock
from core.errors import ConflictError, SetupError, TrainweekError
from core.paths import Home
from core.timestamps import iso
from core.vocabulary import LIVE_STATES, JobKind
from core.week import Week
from runner.home.filesystem import require_local_disk
from runner.home.log_rotation import cap_logs
from runner.home.runner_identity import RunnerIdentity, how_to_stop, read_identity, write_identity
from runner.log_once import Troubles
from runner.processes.executor import Executor, LocalProcesses
from runner.recovery.hourly_backups import HourlyBackups
from runner.scheduler import due_jobs
from runner.settings import Settings
from runner.store import Store, queries, schema
from runner.store.engine import described_mode
from runner.store.fence import Fence, StaleRunner
from runner.store.requests import submit_body
from runner.supervision.active_jobs import Snapshot
from runner.supervision.supervisor import Supervisor

log = logging.getLogger("trainweek.runner")


class Service:
    """One runner of one home.

    :param now: gives the real moment.
    :param sleep: waits between two looks; returns early when the runner shall end.
    :param take_over: claim the home although a runner holds its lock (one that hangs);
        that one can write nothing any more and ends when it notices.
    :raises ConflictError: another runner holds the home; names host, pid and since when.
    :raises SetupError: the home can't be used.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        executor: Executor | None = None,
        take_over: bool = False,
    ) -> None:
        self.home, self.settings, self.now, self.monotonic = home, settings, now, monotonic
        self._ending, self._troubles = threading.Event(), Troubles(log)
        self._sleep = sleep or self._ending.wait
        require_local_disk(home)
        self.store = Store(home, settings.busy_timeout_s)
        self.store.require_sound()
        self._lock = _locked(home, take_over)
        began = now()
        self.fence = Fence.claim(self.store, socket.gethostname(), os.getpid(), began)
        self.identity = RunnerIdentity.of_this_process(self.fence.epoch, began)
        write_identity(home, self.identity, began)
        self._plan: _Plan | None = None
        self._beat, self._scheduled = monotonic(), -settings.schedule_s
        self.supervisor = Supervisor(
            home,
            self.store,
            self.fence,
            settings,
            executor or LocalProcesses(settings.log_bytes, settings.log_files),
            monotonic,
        )
        self.backups = HourlyBackups(home, settings, began, monotonic())
        for job in self.live_jobs():
            log.info("Adopting %s (%s, pid %s)", job.id, job.state, job.pid)

    def run(self) -> None:
        """Work until :meth:`end` is called or another runner takes over."""
        log.info("Runner epoch %s, pid %s, home %s", self.fence.epoch, os.getpid(), self.home.root)
        log.info(described_mode())
        try:
            while not self._ending.is_set():
                try:
                    self.tick(self.now())
                    self._troubles.over("The runner")
                except StaleRunner:
                    raise
                except TrainweekError as error:
                    # A busy store or a full disk passes; the jobs must not lose their runner.
                    self._troubles.tell("The runner", error)
                self._sleep(self.settings.tick_s)
        except StaleRunner as error:
            log.error("%s", error)
        finally:
            self.close()

    def tick(self, now: datetime) -> None:
        """One look at everything."""
        if self.monotonic() - self._beat >= self.settings.heartbeat_s:
            self._beat = self.monotonic()
            self._sign_of_life(now)
            cap_logs(self.home, self.settings, self._troubles)
        self.supervisor.tick(now)
        self.backups.tick(self.monotonic())
        if (
            self.settings.schedule
            and self.monotonic() - self._scheduled >= self.settings.schedule_s
        ):
            self._scheduled = self.monotonic()
            self._ask_for_due_jobs(now)

    def end(self) -> None:
        """End after the present tick; jobs go on."""
        self._ending.set()

    def close(self) -> None:
        """Give the home free."""
        self.backups.close()
        try:
            with self.fence.write(self.now()) as write:
                write.append("runner", {"action": "end", "epoch": self.fence.epoch}, None)
        except TrainweekError as error:  # ending must not fail for want of a goodbye
            log.warning("%s", error)
        self._lock.release()

    def live_jobs(self) -> list[Row]:
        """Jobs whose processes may be alive."""
        jobs = schema.jobs
        with self.store.read() as look:
            return list(look.execute(select(jobs).where(jobs.c.state.in_(LIVE_STATES))))

    def _sign_of_life(self, now: datetime) -> None:
        present = self.supervisor.active.read().epoch
        if present != self.fence.epoch:
            raise StaleRunner(f"Runner epoch {present} has taken over.", "")
        try:
            write_identity(self.home, self.identity, now)
            self._troubles.over(str(self.home.runner_identity))
        except OSError as error:
            what = f"It can't be written: {error.strerror}."
            self._troubles.tell(str(self.home.runner_identity), what)

    def _ask_for_due_jobs(self, now: datetime) -> None:
        snapshot = self.supervisor.active.read()
        if self._plan is None or self._plan.snapshot is not snapshot:
            self._plan = self._read_plan(snapshot)
        plan = self._plan
        if plan.week is None or plan.busy:
            return
        due = due_jobs(plan.week, plan.clock.to_week(now), plan.asked)
        if not due:
            return
        first = due[0]  # the others follow, one after another
        with self.fence.write(now) as write:
            if queries.active_job(write.connection, first.kind) is None:
                body = submit_body(first.kind, first.params, None, now)
                write.append("request", body, plan.week.id)

    def _read_plan(self, snapshot: Snapshot) -> _Plan:
        with self.store.read() as look:
            week = queries.active_week(look)
            if week is None:
                return _Plan(snapshot)
            jobs = schema.jobs
            params = look.execute(
                select(jobs.c.params).where(
                    jobs.c.kind == JobKind.DAILY_CHECK, jobs.c.week_id == week.id
                )
            ).scalars()
            asked = {date.fromisoformat(p["date"]) for p in params if _is_date(p.get("date"))}
            busy = queries.active_job(look, JobKind.DAILY_CHECK) is not None
            return _Plan(snapshot, week, queries.clock_of(look, week.id), frozenset(asked), busy)


@dataclass(frozen=True)
class _Plan:
    """What the schedule goes by; it holds as long as its snapshot does."""

    snapshot: Snapshot
    week: Week | None = None
    clock: Clock = field(default_factory=Clock)
    asked: frozenset[date] = frozenset()
    busy: bool = False


def _is_date(text: object) -> bool:
    try:
        return bool(date.fromisoformat(str(text)))
    except ValueError:
        return False


def _locked(home: Home, take_over: bool) -> FileLock:
    if take_over:
        home.runner_lock.unlink(missing_ok=True)  # the old holder keeps a lock on nothing
    lock = FileLock(home.runner_lock, timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        other = read_identity(home)
        who = (
            f"on {other.host}, pid {other.process.pid}, since {iso(other.since)}"
            if other
            else "that has not said who it is"
        )
        raise ConflictError(
            f"A runner works on {home.root} already: {who}.",
            f"Use that one, end it ({how_to_stop(home)}), or give another --home.",
        ) from error
    except OSError as error:
        raise SetupError(
            f"{home.runner_lock} can't be locked: {error.strerror or error}.",
            "The home must lie on a local disk that this user can write to.",
        ) from error
    return lock


def run_runner(home: Home, settings: Settings | None = None, *, take_over: bool = False) -> int:
    """Run a runner in the foreground until SIGTERM or SIGINT; returns the exit code.

    :raises ConflictError: another runner holds the home.
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    service = Service(
        home,
        settings or Settings.from_environment(),
        now=lambda: datetime.now(UTC),
        take_over=take_over,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.end())
    service.run()
    live = service.live_jobs()
    print("Runner ended.", *map(_goes_on, live), sep="\n", file=sys.stderr, flush=True)
    return 0


def _goes_on(job: Row) -> str:
    return (
        f"{job.id} (pid {job.pid}) goes on, and the next runner adopts it. "
        f"To end it: start a runner, then trainweek jobs stop {job.id}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="The runner of one home, in the foreground.")
    parser.add_argument("--home", help="home folder (default: TRAINWEEK_HOME or the checkout)")
    parser.add_argument(
        "--take-over", action="store_true", help="claim the home from a runner that hangs"
    )
    given = parser.parse_args()
    try:
        return run_runner(Home.find(given.home), take_over=given.take_over)
    except TrainweekError as error:
        print(f"error: {error.what}\n  {error.remedy}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
