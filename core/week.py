"""A week: one run of the playbook, counted from its launch time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from core.errors import InputError
from core.language import Message
from core.playbook import Playbook, parse_playbook

if TYPE_CHECKING:
    from datetime import date, datetime

# A slot is at most months from the launch, so all times of a week have four digits for the year.
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


def require_usable_launch(launch: datetime) -> None:
    """Refuse a launch whose slots could leave the range of dates that a calendar has.

    :raises InputError: before 1970 or after 9000.
    """
    if not _FIRST_YEAR <= launch.year <= _LAST_YEAR:
        raise InputError(
            Message("A week can't be launched in the year {year}.", year=str(launch.year)),
            Message(
                "Give a launch from {first} to {last}.",
                first=str(_FIRST_YEAR),
                last=str(_LAST_YEAR),
            ),
        )


@dataclass(frozen=True)
class Week:
    """One training week. Its id is the launch date that it was created with, with ``-2`` … for a
    further one of that day; it stays when the launch time is changed.

    The week keeps the playbook's text, so that a later edit of the file never changes
    how an earlier week was judged.
    """

    id: str  # 2026-02-23
    launch: datetime
    playbook_text: str
    playbook_sha256: str
    tag: str
    symbol: str  # empty: the run is only watched, and its market is not known
    active: bool
    created_at: datetime
    watched: str | None = None  # log folder of a run that trainweek did not start and only reads
    synthetic: bool = False  # synthetic market; shown wherever it is used
    playbook_file: str | None = None  # source of its text; None: trainweek's own
    archived_at: datetime | None = None  # lists leave it out since then; None: not archived

    @cached_property
    def playbook(self) -> Playbook:
        """The week's playbook."""
        return parse_playbook(self.playbook_text, source=f"playbook of week {self.id}")

    @property
    def only_watched(self) -> bool:
        """Whether `trainweek watch` made it: no manual, market or schedule belongs to its run."""
        return self.watched is not None and not self.symbol

    @property
    def limits(self) -> Playbook | None:
        """The playbook whose limits hold for the run; None for one that is only watched."""
        return None if self.only_watched else self.playbook

    def require_day(self, day: date) -> None:
        """Refuse a day that is outside of the week.

        :raises InputError: names the first and the last day.
        """
        if not self.launch_day <= day <= self.last_day:
            raise InputError(
                Message(
                    "{day:%Y-%m-%d} is not a day of week {week} ({first:%Y-%m-%d} to {last:%Y-%m-%d}).",
                    day=day,
                    week=self.id,
                    first=self.launch_day,
                    last=self.last_day,
                ),
                Message(
                    "Give a day of the active week, or select another week: trainweek week use"
                ),
            )

    @property
    def launch_day(self) -> date:
        """The UTC day of the launch."""
        return self.launch.date()

    @cached_property
    def last_day(self) -> date:
        """The day of the last slot: revalidation and decision."""
        return max(slot.at(self.launch) for slot in self.playbook.schedule).date()
