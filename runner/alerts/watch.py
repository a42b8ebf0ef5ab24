"""The runner's alerts: look, report what has changed, send it, call the dead man's switch.

All of it in a thread of its own: a slow file, a busy database or a receiver must not hold up the
supervision of jobs.
"""

from __future__ import annotations

import logging
import os
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.chain import Answers
from core.alerts.edges import edges
from core.errors import TrainweekError
from runner.alerts.alert_store import AlertStore
from runner.alerts.channels import read_alerts
from runner.alerts.delivery import Delivery
from runner.alerts.heartbeat import HeartbeatCalls
from runner.alerts.seen_readings import SeenStore
from runner.home.filesystem import OUT_BYTES, free_bytes
from runner.reported_problems import ReportedProblems
from runner.store.alerts import acknowledgements, silences
from runner.store.fenced_store import FencedStore, StaleRunner

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.alerts.acknowledgement import Acknowledgement
    from core.alerts.alerts_file import AlertsFile
    from core.alerts.conditions import Look, Silence
    from core.ledger_bodies.body import LedgerHead
    from core.paths import Home
    from runner.settings import Settings

log = logging.getLogger("trainweek.runner")

TICK_S = 1.0
_PRUNE_S = 3600.0
LOOK_TRUSTED = timedelta(minutes=1)  # at least; nobody looks any more when it is older
_SUBJECT = "The alerts"  # of their problems in the log
_ALIVE_S = 60.0  # a supervision or a look that is older does not count as healthy


class AlertWatch:
    """The alerts of one runner. Without ``alerts.yaml`` it does nothing.

    :param look: what holds now, and the ledger's last line; it gets the line after which
        things are reported that happened once, None at the very first look.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        fenced: FencedStore,
        look: Callable[[int | None], tuple[Look, LedgerHead | None]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.home, self.settings, self.fenced = home, settings, fenced
        self._look, self.now, self.monotonic = look, now, monotonic
        self.store, self._problems = AlertStore(home), ReportedProblems(log)
        self._seen = SeenStore(self.store)
        self.delivery = Delivery(home, self._problems)
        self.heartbeat = HeartbeatCalls(home, os.environ, self._problems)
        self._head: LedgerHead | None = None
        self._began: int | None = None
        self._looked, self._pruned = -float("inf"), monotonic()
        self._healthy_look = -float("inf")  # if the last one could read everything
        self._supervised = monotonic()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def supervised(self) -> None:
        """The supervision of jobs has done a round: without it there is no heartbeat."""
        self._supervised = self.monotonic()

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the present round."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(_ALIVE_S)
        self.heartbeat.close()
        self.delivery.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                with self._problems.guarding(_SUBJECT, through=StaleRunner):
                    self.tick()
            except StaleRunner:  # the supervision ends the runner
                return
            self._ending.wait(TICK_S)

    def tick(self) -> None:
        """Do one round.

        :raises StaleRunner: another runner has taken over; nothing was sent.
        :raises TrainweekError: the file is wrong, or the database can't be used.
        """
        file = read_alerts(self.home)
        if file is None:
            return
        self._require_current()
        now, now_s = self.now(), self.monotonic()
        if now_s - self._looked >= self.settings.alerts_s:
            self._looked = now_s
            self._report(file, now)
        self.delivery.tick(file, now)
        if file.heartbeat is not None and self._healthy(now_s):
            self.heartbeat.tick(file.heartbeat, self._head, now_s)
        if now_s - self._pruned >= _PRUNE_S:
            self._pruned = now_s
            self.store.prune(now)

    def _require_current(self) -> None:
        try:
            self.fenced.check()
        except StaleRunner:
            raise
        except TrainweekError as error:  # damaged: that is what is to be reported
            self._problems.report(_SUBJECT, error)

    def _report(self, file: AlertsFile, now: datetime) -> None:
        look, self._head = self._look(self._began)
        if self._began is None:
            self._began = self.store.begin(self._head.line if self._head else 0)
        self._healthy_look = -float("inf")
        known = self.store.alerts()
        silenced, acknowledged = self._acts()
        answers = Answers(tuple(acknowledged), file.acknowledge_within)
        found = edges(known, look, silenced, now, file.repeat_after, answers)
        if new := self.store.save(found, file.channels, now):
            log.info("Alerts: %s new", new)
        if look.complete:
            self._seen.save(look.readings)
        # Only what is kept was looked at: a full disk must not leave an empty list that looks fine.
        self.store.looked(
            now, max(LOOK_TRUSTED, 3 * timedelta(seconds=self.settings.alerts_s)), look.complete
        )
        if look.complete:
            self._healthy_look = self.monotonic()

    def _acts(self) -> tuple[list[Silence], list[Acknowledgement]]:
        """What people did about alerts."""
        try:
            with self.fenced.store.read() as connection:
                return silences(connection), acknowledgements(connection)
        except TrainweekError:  # a damaged store silences nothing
            return [], []

    def _healthy(self, now_s: float) -> bool:
        """Whether runner, store and disk are well; anything unclear is not."""
        lately = max(_ALIVE_S, 3 * self.settings.alerts_s)
        if now_s - self._supervised > lately or now_s - self._healthy_look > lately:
            return False
        free = free_bytes(self.home)
        return self.fenced.store.damage is None and free is not None and free >= OUT_BYTES
