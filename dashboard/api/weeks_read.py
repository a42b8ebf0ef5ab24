"""The weeks as programs read them: the pages' own snapshots, one for all callers."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from core.language import Message
from core.people import Person
from core.vocabulary import Role
from dashboard.api.problems import not_found
from dashboard.data.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.paths import Home
    from dashboard.data.snapshot import Snapshot
    from runner.client import Client

ACTIVE = "active"  # in place of a week's id
READER = Person("program", Role.VIEWER)  # callers were let in before; nothing is written as this
_MOST_WEEKS = 8


class WeeksRead:
    """Snapshots of a data directory's weeks, each shared by all who ask within its lifetime."""

    def __init__(self, home: Home, now: Callable[[], datetime]) -> None:
        self.home, self.now = home, now
        self._services: dict[str, Services] = {}
        self._lock = Lock()

    @property
    def client(self) -> Client:
        """Reads that are not of one week."""
        return self._of(ACTIVE).client

    def newest(self) -> Snapshot | None:
        """The active week as of now; None without one.

        :raises TrainweekError: the store can't be read.
        """
        services = self._of(ACTIVE)
        with self._lock:
            return services.snapshot()

    def snapshot(self, week: str) -> Snapshot:
        """A week as of now.

        :param week: its id, or ``active``.
        :raises ApiProblem: there is none.
        :raises TrainweekError: the store can't be read.
        """
        if week == ACTIVE:
            if (newest := self.newest()) is not None:
                return newest
            raise not_found(
                Message("There is no active week."), Message("Create one: trainweek week new")
            )
        # Asked of the store that is open: opening one checks the whole database.
        if week in self._services or self.client.week(week) is not None:
            services = self._of(week)
            with self._lock:
                found = services.snapshot()
            if found is not None:
                return found
        raise not_found(
            Message("There is no week {week}.", week=week),
            Message("The weeks are listed at /api/v1/weeks."),
        )

    def forget(self) -> None:
        """After a write: the next read sees it."""
        with self._lock:
            for services in self._services.values():
                services.forget()

    def _of(self, week: str) -> Services:
        with self._lock:
            known = self._services.pop(week, None)
            if known is None:
                asked = None if week == ACTIVE else week
                known = Services(self.home, READER, now=self.now, week_id=asked)
            self._services[week] = known
            while len(self._services) > _MOST_WEEKS:
                self._services.pop(next(iter(self._services)))
            return known
