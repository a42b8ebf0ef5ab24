"""Times of the week in which nobody is on call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.language import Message
from core.shifts import gaps
from core.timestamps import iso
from core.vocabulary import Severity
from runner.week.concern import Concern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.shifts import Spell
    from runner.week.judged_week import JudgedWeek

AHEAD = timedelta(hours=24)  # real time in which a gap is said before it begins


def shift_concerns(week: JudgedWeek) -> Iterator[Concern]:
    """The gaps of now and of the next hours; a week without any shift has none."""
    for gap in week_gaps(week):
        if gap.end > week.now and gap.begin <= week.now + AHEAD:
            yield Concern(
                Severity.WARNING,
                Message("On call"),
                Message(
                    "Nobody is on call from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC.",
                    begin=gap.begin,
                    end=gap.end,
                ),
                "on_call",
                EventKind.ON_CALL,
                f"on-call:{iso(gap.begin)}",
                since=gap.begin if gap.begin <= week.now else None,
            )


def week_gaps(week: JudgedWeek) -> list[Spell]:
    """All gaps from the first shift to the week's last check, in real time."""
    last = week.timeline[-1].at if week.timeline else None
    return gaps(week.records.shifts, None if last is None else week.clock.to_real(last))
