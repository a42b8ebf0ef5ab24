"""The dashboard's access to the runner's client, with a snapshot shared between ticks.

No Streamlit here. Reads go through :class:`Snapshot`, the week at one moment, which reads
nothing twice; writes go through the client, followed by :meth:`Services.forget`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from core.telemetry import RunReader
from dashboard.data.snapshot import Snapshot
from runner.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.paths import Home
    from core.people import Person
    from runner.client.entry import Entry
    from runner.outcomes import Refused
    from runner.records import WeekRecords

__all__ = ["Services", "Snapshot"]

# Two fragments of one page tick within this; they share one snapshot.
SHARED_FOR = timedelta(seconds=1)
_READERS: dict[Path, RunReader] = {}  # of all sessions; a reader is thread-safe
_READERS_LOCK = Lock()
_MAX_READERS = 8


class Services:
    """The services of pages, for one person who looks at one week of a data directory.

    :param week_id: None: the active week, whichever it is.
    :ivar elsewhere: why nothing can be done to the active week from here, as of the last
        snapshot: another week is shown; None while it is the active one.
    """

    def __init__(
        self,
        home: Home,
        person: Person,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        entry: Entry | None = None,
        week_id: str | None = None,
    ) -> None:
        self.home = home
        self.person = person
        self.now = now
        self.client = Client(home, person, now=now, entry=entry)
        self.client.shown_week = self.week_id = week_id
        self.elsewhere: Refused | None = None
        self._snapshot: Snapshot | None = None
        self._records: WeekRecords | None = None

    def snapshot(self) -> Snapshot | None:
        """The shown week as of now; None if there is no such week, or none at all."""
        kept = self._snapshot
        if kept is not None and timedelta(0) <= self.now() - kept.now < SHARED_FOR:
            return kept
        # Another tab of the same person may be doing this in its own thread.
        self._records = records = self.client.week_records(self.week_id, self._records)
        taken = None if records is None else Snapshot(self.home, records, self.now(), self.reader)
        if records is not None:
            # An act is meant for the week that was on the screen when it was asked for.
            self.client.shown_week = records.week.id
            self.elsewhere = None if records.week.active else self.client.not_here()
        self._snapshot = taken
        return taken

    def forget(self) -> None:
        """Drop the snapshot after a write, so that the next one reads it."""
        self._snapshot = None

    def reader(self, folder: Path) -> RunReader:
        """The one reader of a run's folder, kept so that only new bytes are parsed."""
        with _READERS_LOCK:
            reader = _READERS.pop(folder, None) or RunReader(folder)
            _READERS[folder] = reader
            while len(_READERS) > _MAX_READERS:
                _READERS.pop(next(iter(_READERS)))
            return reader
