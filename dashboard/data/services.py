"""The dashboard's access to the runner's client, with snapshots that sessions share.

No Streamlit here. Reads go through :class:`Snapshot`, the week at one moment, which reads
nothing twice; writes go through the client, followed by :meth:`Services.forget`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

from core.telemetry import RunReader
from dashboard.data.past_snapshot import PastSnapshot
from dashboard.data.shared_snapshots import SharedSnapshots
from dashboard.data.snapshot import Snapshot
from runner.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.paths import Home
    from core.people import Person
    from runner.client.entry import Entry
    from runner.client.past import Past
    from runner.outcomes import Refused
    from runner.records import WeekRecords

__all__ = ["Services", "Snapshot"]

_READERS: dict[Path, RunReader] = {}  # of all sessions; a reader is thread-safe
_READERS_LOCK = Lock()
_MAX_READERS = 24  # rules are replayed on the runs of the earlier weeks


class Services:
    """The services of pages, for one person who looks at one week of a data directory.

    :param week_id: None: the active week, whichever it is.
    :param shared: the snapshots of all sessions; None: those of this one alone.
    :param past: the moment that is shown, with what was recorded by then; None: now.
    :ivar elsewhere: why nothing can be done from here, as of the last snapshot: the shown week
        is not in progress; None while it is.
    """

    def __init__(
        self,
        home: Home,
        person: Person,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        entry: Entry | None = None,
        week_id: str | None = None,
        shared: SharedSnapshots | None = None,
        past: Past | None = None,
    ) -> None:
        self._root = home
        self.person = person
        if past is None:
            self.client = Client(home, person, now=now, entry=entry)
        else:
            self.client = past.client(person, entry)
        self.now = self.client.now
        self.client.shown_week = self.week_id = week_id
        self.elsewhere: Refused | None = None
        self._shared = SharedSnapshots() if shared is None else shared
        self._snapshot: Snapshot | None = None

    @property
    def home(self) -> Home:
        """The data directory as the shown week sees it."""
        return self._root if self._snapshot is None else self._snapshot.home

    def snapshot(self) -> Snapshot | None:
        """The shown week as of now; None if there is no such week, or none at all."""
        taken = self._shared.newest(self.week_id, self.now, self._take)
        # Another tab of the same person may be doing this in its own thread.
        if taken is not None and taken is not self._snapshot:
            # An act is meant for the week that was on the screen when it was asked for.
            self.client.look_at(taken.week)
            self.elsewhere = None if taken.week.in_progress else self.client.not_here()
        self._snapshot = taken
        return taken

    def _take(self, known: WeekRecords | None) -> Snapshot | None:
        records = self.client.week_records(self.week_id, known)
        made = Snapshot if self.client.moment is None else PastSnapshot
        return None if records is None else made(self._root, records, self.now(), self.reader)

    def forget(self) -> None:
        """Drop the snapshots after a write, so that the next one reads it."""
        self._shared.forget()

    def reader(self, folder: Path) -> RunReader:
        """The one reader of a run's folder, kept so that only new bytes are parsed."""
        with _READERS_LOCK:
            reader = _READERS.pop(folder, None) or RunReader(folder)
            _READERS[folder] = reader
            while len(_READERS) > _MAX_READERS:
                _READERS.pop(next(iter(_READERS)))
            return reader
