"""Times of the week in which nobody is on call, or somebody whom no message reaches."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.chain import unnamed
from core.alerts.kinds import EventKind
from core.errors import TrainweekError
from core.language import Message
from core.shifts import gaps, held
from core.timestamps import iso
from core.vocabulary import Severity
from runner.alerts.channels import read_alerts
from runner.week.concern import Concern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.clock import Clock
    from core.paths import Home
    from core.shifts import Shift, Spell
    from core.week import Week
    from runner.week.judged_week import JudgedWeek

AHEAD = timedelta(hours=24)  # real time in which a gap is said before it begins
REACH = Message("Name them in `people` of a channel in alerts.yaml, exactly as the shift does.")


def shift_concerns(week: JudgedWeek) -> Iterator[Concern]:
    """The gaps of now and of the next hours, and who is on call without a channel.

    A week without any shift has none.
    """
    yield from _unreached(week)
    for gap in week_gaps(week.records.shifts, week.week, week.clock):
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


def week_gaps(shifts: Sequence[Shift], week: Week, clock: Clock) -> list[Spell]:
    """All gaps from the first shift to the week's last check, in real time."""
    return gaps(shifts, clock.to_real(week.last_moment))


def unreached(home: Home, people: Sequence[str]) -> tuple[str, ...]:
    """Those of the people whom no channel names; without a readable ``alerts.yaml`` nobody."""
    if not people:
        return ()
    try:
        file = read_alerts(home)
    except (TrainweekError, OSError):  # doctor and the runner's log say what is wrong with it
        return ()
    return () if file is None else unnamed(people, file.channels)


def _unreached(week: JudgedWeek) -> Iterator[Concern]:
    """Those who are on call now or in the next hours, and would get nothing."""
    shifts = week.records.shifts
    parts = sorted(
        (begin, end, one.person)
        for one in shifts
        for begin, end in held(shifts, one)
        if end > week.now and begin <= week.now + AHEAD
    )
    first = {person: (begin, end) for begin, end, person in reversed(parts)}
    for person in unreached(week.home, tuple(first)):
        begin, end = first[person]
        yield Concern(
            Severity.WARNING,
            Message("On call"),
            Message(
                "No channel reaches {person}, on call from {begin:%Y-%m-%d %H:%M} to"
                " {end:%Y-%m-%d %H:%M} UTC.",
                person=person,
                begin=begin,
                end=end,
            ),
            "on_call",
            EventKind.ON_CALL,
            f"on-call:unreached:{person}",
            since=begin if begin <= week.now else None,
            todo=REACH,
        )
