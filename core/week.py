"""A week: a playbook with a launch moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from core.playbook import Playbook, parse_playbook


@dataclass(frozen=True)
class Week:
    """One training week. Its id is its launch date.

    The playbook's text is kept with the week, so that a later edit of the file
    never changes what an earlier week was judged by.
    """

    id: str  # 2026-02-23
    launch: datetime
    playbook_text: str
    playbook_sha256: str
    tag: str
    symbol: str
    active: bool
    created_at: datetime
    watched: str | None = None  # a log folder of somebody else's run, only looked at
    synthetic: bool = False  # the market is made up; said wherever it is used
    playbook_file: str | None = None  # where its text came from; None: trainweek's own

    @cached_property
    def playbook(self) -> Playbook:
        return parse_playbook(self.playbook_text, source=f"playbook of week {self.id}")

    @property
    def launch_day(self) -> date:
        return self.launch.date()

    @cached_property
    def last_day(self) -> date:
        """The day of the last slot: revalidation and decision."""
        return max(slot.at(self.launch) for slot in self.playbook.schedule).date()
