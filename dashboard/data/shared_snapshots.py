"""The newest snapshot of each shown week, taken once for all sessions of this process."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dashboard.data.snapshot import Snapshot
    from runner.records import WeekRecords

# Fragments and tabs that tick within this share one snapshot, with all that was computed of it.
SHARED_FOR = timedelta(seconds=1)
_MOST_WEEKS = 16


class SharedSnapshots:
    """Snapshots of one data directory, by the id of the week (None: the active one)."""

    def __init__(self) -> None:
        self._snapshots: dict[str | None, Snapshot] = {}
        self._records: dict[str | None, WeekRecords] = {}
        self._taking: defaultdict[str | None, Lock] = defaultdict(Lock)
        self._lock = Lock()
        self._writes = 0

    def newest(
        self,
        week_id: str | None,
        now: Callable[[], datetime],
        take: Callable[[WeekRecords | None], Snapshot | None],
    ) -> Snapshot | None:
        """The newest snapshot; it is taken if the kept one is older than :data:`SHARED_FOR`.

        Who asks while another thread takes it waits for that one.

        :param take: takes a snapshot, given the records of the one before.
        """
        with self._lock:
            taking = self._taking[week_id]
        with taking:
            with self._lock:
                kept, records = self._snapshots.get(week_id), self._records.get(week_id)
                writes = self._writes
            if kept is not None and timedelta(0) <= now() - kept.now < SHARED_FOR:
                return kept
            taken = take(records)
            with self._lock:
                self._keep(week_id, taken, current=writes == self._writes)
            return taken

    def forget(self) -> None:
        """After a write: the next snapshot reads it, also one that is being taken by another."""
        with self._lock:
            self._writes += 1
            self._snapshots.clear()

    def _keep(self, week_id: str | None, taken: Snapshot | None, *, current: bool) -> None:
        for kept in (self._snapshots, self._records):
            kept.pop(week_id, None)
        if taken is None:
            self._taking.pop(week_id, None)  # what people mistype is not kept
            return
        self._records[week_id] = taken.records
        if current:
            self._snapshots[week_id] = taken
        while len(self._records) > _MOST_WEEKS:
            oldest = next(iter(self._records))
            for each in (self._records, self._snapshots, self._taking):
                each.pop(oldest, None)
