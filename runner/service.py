"""The runner, ``python -m runner.service``: one process per data directory, which owns its jobs.

It may end at any time: jobs continue under their shims, and the next runner adopts them.
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
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Row, select

from core.errors import TrainweekError
from core.ledger_bodies import RunnerEnded
from core.paths import Home
from core.vocabulary import LIVE_STATES
from runner.alerts.watch import AlertWatch
from runner.executors.choice import Executors
from runner.executors.elsewhere import Elsewhere, named, this_machine
from runner.executors.warm import WarmTrials
from runner.home.filesystem import require_local_disk
from runner.home.log_rotation import cap_logs
from runner.home.private_files import require_private_files
from runner.home.runner_identity import RunnerIdentity, read_identity, write_identity
from runner.home.runner_lock import runner_lock
from runner.home.shared_folders import mark_folders, not_the_runners
from runner.processes.procfs import boot_id
from runner.recovery.daily_verification import DailyVerification
from runner.recovery.hourly_backups import HourlyBackups
from runner.reported_problems import ReportedProblems
from runner.settings import Settings, misspelt_variables
from runner.store import open_store, schema
from runner.store.fenced_store import FencedStore, StaleRunner
from runner.store.lease_renewal import LeaseRenewal
from runner.store.opening import described_store
from runner.store.runner_place import RunnerPlace, lock_place
from runner.supervision.paper_replays import PaperReplays
from runner.supervision.scheduled_checks import ScheduledChecks
from runner.supervision.supervisor import Supervisor
from runner.supervision.sweeps import Sweeps
from runner.week.machine_conditions import unplanned_absence
from runner.week.machine_recorder import MachineRecorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.alerts.conditions import Condition, Look
    from core.ledger_bodies.body import LedgerHead
    from runner.executors.executor import Executor
    from runner.week.look import Looks

log = logging.getLogger("trainweek.runner")


class Service:
    """The runner of one data directory.

    :param now: returns the present real time.
    :param sleep: waits between two ticks; returns early at the end of the runner.
    :param take_over: take over from a runner that holds the lock but hangs; it can no
        longer write, and ends at its next tick.
    :param ending: set by a signal that asks the runner to end, also before :meth:`run`.
    :raises ConflictError: another runner is active; names its host, pid and start.
    :raises SetupError: the data directory can't be used.
    :raises IntegrityError: ledger or database is damaged.
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
        ending: threading.Event | None = None,
    ) -> None:
        self.home, self.settings, self.now, self.monotonic = home, settings, now, monotonic
        self._ending, self._problems = ending or threading.Event(), ReportedProblems(log)
        self._sleep = sleep or self._ending.wait
        require_local_disk(home)
        self.store = open_store(home, settings.busy_timeout_s)
        self.store.require_sound()
        self._lock = runner_lock(home, take_over)
        if bare := mark_folders(home, self.store):
            log.warning("%s %s", *not_the_runners(home, bare))
        began = now()
        mine = RunnerPlace(socket.gethostname(), os.getpid(), boot_id(), lock_place(home))
        shared = self.store.database_file is None
        machine = named(this_machine(home)) if shared else None
        self.fenced = FencedStore.claim(
            self.store, mine, began, take_over=take_over, machine=machine
        )
        absence = unplanned_absence(home, self.store, began)
        earlier = read_identity(home)
        self.identity = RunnerIdentity.of_this_process(self.fenced.epoch, began)
        write_identity(home, self.identity, began)
        self._beat = monotonic()
        self._warm = WarmTrials() if settings.sweep_warm else None
        self.supervisor = Supervisor(
            home,
            self.store,
            self.fenced,
            settings,
            executor or self._executors(),
            monotonic,
        )
        self.schedule = ScheduledChecks(
            self.store, self.fenced, self.supervisor.active, settings, monotonic, self._problems
        )
        self.paper = PaperReplays(
            home, self.fenced, self.supervisor.active, settings, monotonic, self._problems
        )
        self.sweeps = Sweeps(home, self.fenced, self.supervisor.active, settings, self._problems)
        self.machine = MachineRecorder(
            home,
            self.store,
            self.fenced.epoch,
            settings.machine_log_s,
            earlier.heartbeat if earlier and earlier.epoch == self.fenced.epoch - 1 else None,
            monotonic,
            self._problems,
        )
        self.lease = LeaseRenewal(self.fenced, settings, monotonic)
        self.backups = HourlyBackups(home, settings, began, monotonic())
        self.verification = DailyVerification(home, began, monotonic())
        self.alerts = AlertWatch(
            home, settings, self.fenced, _look(home, settings, now, absence), now, monotonic
        )
        for job in self.live_jobs():
            log.info("Adopting %s (%s, pid %s)", job.id, job.state, job.pid)

    def run(self) -> None:
        """Run until :meth:`end` is called or another runner takes over."""
        log.info("Runner epoch %s, pid %s, in %s", self.fenced.epoch, os.getpid(), self.home.root)
        log.info(described_store(self.home))
        self.alerts.start()
        self.lease.start()
        try:
            while not self._ending.is_set():
                # A busy store or a full disk is temporary; the runner must not end.
                with self._problems.guarding("The runner", through=StaleRunner):
                    self.tick(self.now())
                self._sleep(self.settings.tick_s)
        except StaleRunner as error:
            log.error("%s", error)
        finally:
            self.close()

    def tick(self, now: datetime) -> None:
        """Do one round: heartbeat, jobs, backups, schedule.

        :raises StaleRunner: another runner has taken over.
        """
        if self.monotonic() - self._beat >= self.settings.heartbeat_s:
            self._beat = self.monotonic()
            self.lease.alive()
            self._write_heartbeat(now)
            cap_logs(self.home, self.settings, self._problems)
        with self._problems.guarding("The supervision of jobs", through=StaleRunner):
            self.supervisor.tick(now)
        with self._problems.guarding("The machine log", through=StaleRunner):
            self.machine.tick(self.supervisor.active.read().begun, now)
        with self._problems.guarding("The hourly backup", through=StaleRunner):
            self.backups.tick(self.monotonic())
        with self._problems.guarding("The daily verification", through=StaleRunner):
            self.verification.tick(now, self.monotonic())
        self.schedule.tick(now)
        self.sweeps.tick(now)
        self.paper.tick(now)
        self.alerts.supervised()

    def end(self) -> None:
        """End after the present tick; jobs continue."""
        self._ending.set()

    def close(self) -> None:
        """Record the end in the store and release the lock."""
        self.lease.close()
        self.backups.close()
        self.verification.close()
        self.alerts.close()
        if self._warm is not None:
            self._warm.close()
        try:
            with self.fenced.write(self.now()) as write:
                write.append(RunnerEnded(epoch=self.fenced.epoch), None)
            self.store.release_runner(self.fenced.epoch)
        except TrainweekError as error:  # the end itself must not fail
            log.warning("%s", error)
        self._lock.release()

    def _executors(self) -> Executors:
        machine = this_machine(self.home)
        shared = self.store.database_file is None
        elsewhere = Elsewhere(machine) if shared else None
        return Executors(self.settings, self.monotonic, machine, elsewhere, self._warm)

    def live_jobs(self) -> list[Row]:
        """Jobs whose processes may be alive."""
        jobs = schema.jobs
        with self.store.read() as connection:
            return list(connection.execute(select(jobs).where(jobs.c.state.in_(LIVE_STATES))))

    def _write_heartbeat(self, now: datetime) -> None:
        present = self.supervisor.active.read().epoch
        if present != self.fenced.epoch:
            raise StaleRunner(present, self.fenced.epoch)
        self.fenced.renew()
        try:
            write_identity(self.home, self.identity, now)
            self._problems.solved(str(self.home.runner_identity))
        except OSError as error:
            what = f"can't be written: {error.strerror}"
            self._problems.report(str(self.home.runner_identity), what)


def run_runner(home: Home, settings: Settings | None = None, *, take_over: bool = False) -> int:
    """Run a runner in the foreground until SIGTERM or SIGINT; returns the exit code.

    :raises ConflictError: another runner is active in the data directory.
    :raises SetupError: others may read a secret or a key of it.
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    for name, meant in misspelt_variables().items():
        log.warning("%s sets nothing. Did you mean %s?", name, meant)
    require_private_files(home)
    ending = threading.Event()
    # Before the runner writes that it is there: else a stop in between would look like a kill.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    service = Service(
        home,
        settings or Settings.read(home),
        now=lambda: datetime.now(UTC),
        take_over=take_over,
        ending=ending,
    )
    service.run()
    live = service.live_jobs()
    print("Runner stopped.", *map(_continues, live), sep="\n", file=sys.stderr, flush=True)
    return 0


def _look(
    home: Home, settings: Settings, now: Callable[[], datetime], absence: Condition | None
) -> Callable[[int | None], tuple[Look, LedgerHead | None]]:
    """The look for alerts. What judges a week loads a table library: at the first look."""
    looks: Looks | None = None

    def take(began: int | None) -> tuple[Look, LedgerHead | None]:
        nonlocal looks
        if looks is None:
            from runner.week.look import Looks

            looks = Looks(home, settings, now, absence)
        return looks.take(began)

    return take


def _continues(job: Row) -> str:
    return (
        f"{job.id} (pid {job.pid}) continues; the next runner adopts it. "
        f"To stop it: start a runner, then trainweek jobs stop {job.id}"
    )


def main() -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(
        description="Run the runner of a data directory in the foreground."
    )
    parser.add_argument("--home", help="data directory (default: TRAINWEEK_HOME or the checkout)")
    parser.add_argument(
        "--take-over", action="store_true", help="take over from a runner that hangs"
    )
    given = parser.parse_args()
    try:
        return run_runner(Home.find(given.home), take_over=given.take_over)
    except TrainweekError as error:
        print(f"error: {error.what}\n  {error.remedy}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
