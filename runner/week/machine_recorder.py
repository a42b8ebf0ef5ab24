"""Writes the machine log: at each interval one line, by the functions with which pages look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.clock import Clock
from core.vocabulary import LIVE_STATES
from runner.client.host import HostLoad, host_load
from runner.files import read_json
from runner.home.filesystem import folder_bytes, free_bytes
from runner.home.machine_log import JobThen, MachineLine, MachineLog
from runner.liveness.status import pulse_of
from runner.store import queries
from runner.store.rows import attempt_of, job_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Row

    from core.paths import Home
    from core.week import Week
    from runner.reported_problems import ReportedProblems
    from runner.store import Store

_THIN_S = 3600.0


class MachineRecorder:
    """The lines of one runner.

    :param every: seconds between two lines; 0: none are written.
    :param before: last heartbeat of the runner before it; None: there was none.
    """

    def __init__(
        self,
        home: Home,
        store: Store,
        epoch: int,
        every: float,
        before: datetime | None,
        monotonic: Callable[[], float],
        problems: ReportedProblems,
    ) -> None:
        self.home, self.store, self.epoch, self.every = home, store, epoch, every
        self.log = MachineLog(home.machine_log)
        self.monotonic = monotonic
        self._before = before
        self._last = self._thinned = -float("inf")
        self._problems = problems

    def tick(self, active: Iterable[tuple[Row, Row]], now: datetime) -> None:
        """Write a line if it is due. A log that can't be written is reported once.

        :param active: the waiting and live jobs that have an attempt, each with its newest.
        """
        passed = self.monotonic()
        if not self.every or passed - self._last < self.every:
            return
        self._last = passed
        try:
            self.log.append(self._line(active, now))
            self._before = None
            if passed - self._thinned >= _THIN_S:
                self._thinned = passed
                if damaged := self.log.thin(now):
                    self._problems.report(str(self.log.path), f"{damaged} damaged lines removed")
                    return
            self._problems.solved(str(self.log.path))
        except OSError as error:
            self._problems.report(str(self.log.path), f"can't be written: {error.strerror}")

    def _line(self, active: Iterable[tuple[Row, Row]], now: datetime) -> MachineLine:
        load = _load(self.home)
        return MachineLine(
            at=now,
            epoch=self.epoch,
            every=self.every,
            before=self._before,
            host=load and load.name,
            cores=load and load.cores,
            cpu=load and load.cpu,
            memory_used=load and load.memory_used,
            memory_total=load and load.memory_total,
            disk_free=free_bytes(self.home),
            disk_total=load and load.disk_total,
            model_bytes=folder_bytes(self.home.model),
            jobs=self._jobs(active, now),
        )

    def _jobs(self, active: Iterable[tuple[Row, Row]], now: datetime) -> dict[str, JobThen]:
        found = {}
        for job_row, attempt_row in active:
            job, attempt = job_of(job_row), attempt_of(attempt_row)
            if job.state not in LIVE_STATES:
                continue
            clock, week = self._week(job.week_id)
            home = self.home.of(None if week is None else week.place)
            playbook = None if week is None else week.playbook
            pulse = pulse_of(home, job, [attempt], clock, playbook, now)
            if pulse is not None:
                progress = read_json(self.home.root / attempt.folder / "progress.json")
                found[job.id] = JobThen.of(pulse, progress)
        return found

    def _week(self, week_id: str | None) -> tuple[Clock, Week | None]:
        if week_id is None:
            return Clock(), None
        with self.store.read() as connection:
            return queries.clock_of(connection, week_id), queries.week_by_id(connection, week_id)


def _load(home: Home) -> HostLoad | None:
    try:
        return host_load(home.root)
    except (OSError, RuntimeError):  # not told by the system
        return None
