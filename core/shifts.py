"""Shifts: who is on call from when to when, in real time. Who takes one over has the rest of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


@dataclass(frozen=True)
class Shift:
    """A line of the ledger. Times are real.

    :ivar zone: in which its times were given.
    :ivar by: who wrote it; ``at``: when.
    :ivar replaces: the shift that it took over; None: none.
    """

    id: int
    person: str
    begin: datetime
    end: datetime
    zone: str
    by: str
    at: datetime
    replaces: int | None = None
    removed_by: str | None = None
    removed_at: datetime | None = None

    @property
    def until(self) -> datetime:
        """Its end, or when it was removed."""
        return self.end if self.removed_at is None else min(self.end, self.removed_at)

    def contains(self, moment: datetime) -> bool:
        """Whether it holds then, unless somebody has taken it over."""
        return self.begin <= moment < self.until


@dataclass(frozen=True)
class Spell:
    """A time in which the same people are on call; none: a gap."""

    begin: datetime
    end: datetime
    shifts: tuple[Shift, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Who is on call, each once; whose shift was written first comes first."""
        return tuple(dict.fromkeys(shift.person for shift in self.shifts))


def holding(shifts: Iterable[Shift], moment: datetime) -> tuple[Shift, ...]:
    """The shifts of those who are on call at a moment."""
    then = [shift for shift in shifts if shift.contains(moment)]
    taken = {shift.id: shift.replaces for shift in shifts if shift.replaces is not None}
    covered: set[int] = set()
    for shift in then:
        above = taken.get(shift.id)
        while above is not None:
            covered.add(above)
            above = taken.get(above)
    return tuple(shift for shift in then if shift.id not in covered)


def on_call(shifts: Iterable[Shift], moment: datetime) -> tuple[str, ...]:
    """Who is on call at a moment."""
    return tuple(dict.fromkeys(shift.person for shift in holding(tuple(shifts), moment)))


def spells(shifts: Sequence[Shift], begin: datetime, end: datetime) -> list[Spell]:
    """The time from ``begin`` to ``end`` in order, gaps too."""
    edges = {moment for shift in shifts for moment in (shift.begin, shift.until)}
    moments = sorted({begin, end, *(one for one in edges if begin < one < end)})
    found: list[Spell] = []
    for first, last in pairwise(moments):
        then = holding(shifts, first)
        if found and found[-1].shifts == then:
            found[-1] = Spell(found[-1].begin, last, then)
        else:
            found.append(Spell(first, last, then))
    return found


def next_spell(shifts: Sequence[Shift], moment: datetime) -> Spell | None:
    """The first change of the people on call after a moment to people who are then on call."""
    later = [shift.until for shift in shifts if shift.until > moment]
    if not later:
        return None
    now = on_call(shifts, moment)
    return next(
        (
            spell
            for spell in spells(shifts, moment, max(later))
            if spell.begin > moment and spell.people and spell.people != now
        ),
        None,
    )


def held(shifts: Sequence[Shift], shift: Shift) -> list[tuple[datetime, datetime]]:
    """The parts of a shift that its person has, oldest first; whoever took it over has the rest."""
    parts: list[tuple[datetime, datetime]] = []
    if shift.begin >= shift.until:
        return parts
    for spell in spells(shifts, shift.begin, shift.until):
        if shift not in spell.shifts:
            continue
        if parts and parts[-1][1] == spell.begin:
            parts[-1] = (parts[-1][0], spell.end)
        else:
            parts.append((spell.begin, spell.end))
    return parts


def gaps(shifts: Sequence[Shift], end: datetime | None) -> list[Spell]:
    """Times in which nobody is on call, from the first shift on; without any shift there are none.

    :param end: of the week; None, or one before the last shift's: until the last shift.
    """
    whole = _whole(shifts)
    if whole is None:
        return []
    until = whole[1] if end is None else max(end, whole[1])
    return [spell for spell in spells(shifts, whole[0], until) if not spell.shifts]


def overlaps(shifts: Sequence[Shift]) -> list[Spell]:
    """Times in which more than one person is on call."""
    whole = _whole(shifts)
    if whole is None:
        return []
    return [spell for spell in spells(shifts, *whole) if len(spell.people) > 1]


def _whole(shifts: Sequence[Shift]) -> tuple[datetime, datetime] | None:
    meant = [shift for shift in shifts if shift.begin < shift.until]
    if not meant:
        return None
    return min(shift.begin for shift in meant), max(shift.until for shift in meant)
