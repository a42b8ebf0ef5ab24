"""How all weeks stand: judged once for all sessions, a part of them at each look.

To judge a week costs some ten milliseconds, so a look judges those that wait longest until its time
is used up, and shows the others as they were judged before, with their ages.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.telemetry import RunReader
from dashboard.data.shared_snapshots import SHARED_FOR
from dashboard.data.snapshot import Snapshot
from dashboard.panels.all_weeks.standing import SETTLED, Standing, standing_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner.client import Client
    from runner.client.current_weeks import CurrentWeek, CurrentWeeks
    from runner.records import WeekRecords

_NEVER = datetime.min.replace(tzinfo=UTC)
BUDGET_S = 0.35  # of one look, for judging
_FIRST_BUDGET_S = 0.6  # while weeks wait for their first time
_CROSSED = SETTLED  # a week's records also tell of lines of other weeks: signatures, rules


log = logging.getLogger("trainweek.dashboard")


@dataclass(frozen=True)
class Row:
    """A week with its standing.

    :ivar standing: None: it waits to be judged for the first time, or can't be.
    :ivar wrong: why it can't be judged; None: it can.
    """

    week: CurrentWeek
    standing: Standing | None
    wrong: str | None = None


@dataclass(frozen=True)
class Board:
    """All weeks at one look, what needs a person first at the top.

    :ivar earlier: weeks that are left out.
    :ivar waiting: weeks that were not judged yet.
    """

    now: datetime
    rows: tuple[Row, ...]
    earlier: int
    waiting: int


@dataclass
class _Kept:
    """What is kept of a week between looks."""

    standing: Standing | None = None
    wrong: str | None = None
    judged: datetime | None = None
    records: WeekRecords | None = None
    read: datetime | None = None  # the records
    reader: RunReader | None = None  # of a run in progress: only new bytes are read
    folder: Path | None = None
    changed: bool = True

    @property
    def until(self) -> datetime:
        """From when on it may stand otherwise."""
        if self.standing is not None:
            return self.standing.until
        return _NEVER if self.judged is None else self.judged + SETTLED


class Standings:
    """The standings of one data directory, for all sessions of this process.

    :param earlier: also of the weeks that are over.
    :param clock: measures what a look may take; tests pass their own.
    """

    def __init__(
        self, *, earlier: bool = False, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._earlier = earlier
        self._clock = clock
        self._weeks: CurrentWeeks | None = None
        self._kept: dict[str, _Kept] = {}
        self._board: Board | None = None
        self._lock = Lock()

    def look(self, client: Client, budget_s: float | None = None) -> Board:
        """All weeks as of now; another session's look of the last second is taken over.

        :param budget_s: of real time, for judging; one week is judged in any case.
        """
        with self._lock:
            board, now = self._board, client.now()
            if board is not None and timedelta(0) <= now - board.now < SHARED_FOR:
                return board
            weeks = self._read_weeks(client)
            if budget_s is None:
                waits = any(kept.judged is None for kept in self._kept.values())
                budget_s = _FIRST_BUDGET_S if waits else BUDGET_S
            until = self._clock() + budget_s
            for week_id in self._stale(weeks, now):
                self._judge(client, week_id, now)
                if self._clock() >= until:
                    break
            self._board = self._made(weeks, now)
            return self._board

    def forget(self) -> None:
        """After a write: the next look reads it."""
        with self._lock:
            self._board = None

    def _read_weeks(self, client: Client) -> CurrentWeeks:
        known = self._weeks
        weeks = client.current_weeks(known, earlier=self._earlier)
        if known is not None and weeks.head < known.head:  # the record was replaced by a restore
            self._kept.clear()
        listed = {week.id for week in weeks.weeks}
        self._kept = {name: kept for name, kept in self._kept.items() if name in listed}
        for name in listed:
            kept = self._kept.setdefault(name, _Kept())
            kept.changed = kept.changed or name in weeks.changed
        self._weeks = weeks
        return weeks

    def _stale(self, weeks: CurrentWeeks, now: datetime) -> list[str]:
        """The weeks to judge: new and changed ones first, then those that wait longest."""
        order = {week.id: (not week.active, place) for place, week in enumerate(weeks.weeks)}
        found = [
            (not kept.changed, kept.judged or _NEVER, order[name], name)
            for name, kept in self._kept.items()
            if kept.changed or kept.until <= now
        ]
        return [name for *_, name in sorted(found)]

    def _judge(self, client: Client, week_id: str, now: datetime) -> None:
        kept = self._kept[week_id]
        try:
            if kept.changed or kept.read is None or now - kept.read >= _CROSSED:
                kept.records, kept.read = client.week_records(week_id, activity=0), now
            kept.changed, kept.judged = False, now
            if kept.records is None:  # it went away since the list was read
                del self._kept[week_id]
                return
            week = Snapshot(client.home, kept.records, now, lambda folder: _reader(kept, folder))
            kept.standing, kept.wrong = standing_of(week), None
        except Exception as error:  # one week must not hide the others
            log.exception("week %s can't be judged", week_id)
            kept.standing, kept.wrong = None, _said(error)
        if kept.standing is None or not kept.standing.live:
            kept.reader = kept.folder = None  # a reader holds the whole history of a run

    def _made(self, weeks: CurrentWeeks, now: datetime) -> Board:
        rows = [
            Row(week, kept.standing, kept.wrong)
            for week in weeks.weeks
            if (kept := self._kept.get(week.id))
        ]
        rows.sort(key=_place)
        waiting = sum(row.standing is None and row.wrong is None for row in rows)
        return Board(now, tuple(rows), weeks.earlier, waiting)


def _place(row: Row) -> tuple[int, tuple[int, bool, bool, bool], bool]:
    """What can't be judged comes first, what was not judged yet last; of equal ones the active week."""
    standing = row.standing
    if standing is None:
        return (0 if row.wrong else 2, (0, False, False, False), not row.week.active)
    return (1, standing.urgency, not row.week.active)


def _said(error: Exception) -> str:
    return error.what if isinstance(error, TrainweekError) else type(error).__name__


def _reader(kept: _Kept, folder: Path) -> RunReader:
    if kept.reader is None or kept.folder != folder:
        kept.reader, kept.folder = RunReader(folder), folder
    return kept.reader
