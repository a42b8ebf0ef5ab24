"""The renewal of a shared store's lease in a thread: a tick may take longer than the lease lasts."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from runner.store.fenced_store import StaleRunner

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.settings import Settings
    from runner.store.fenced_store import FencedStore

log = logging.getLogger("trainweek.store")
_HANGS = 10  # leases without a sign of the ticks: then the runner hangs, and may be replaced


class LeaseRenewal:
    """Renews the lease of one runner for as long as its ticks go on."""

    def __init__(
        self, fenced: FencedStore, settings: Settings, monotonic: Callable[[], float]
    ) -> None:
        self._fenced, self._settings, self._monotonic = fenced, settings, monotonic
        self._ending, self._alive = threading.Event(), monotonic()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; with a record in a file there is no lease."""
        if self._fenced.store.database_file is None:
            self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
            self._thread.start()

    def alive(self) -> None:
        """The ticks go on."""
        self._alive = self._monotonic()

    def close(self) -> None:
        """End it, before the lease is let go."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(self._settings.heartbeat_s):
            if self._monotonic() - self._alive > _HANGS * self._settings.runner_lease_s:
                continue
            try:
                self._fenced.renew()
            except StaleRunner:
                return  # the next tick ends the runner
            except TrainweekError as error:
                log.debug("The lease was not renewed: %s", error)  # the tick reports it
