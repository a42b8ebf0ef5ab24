"""Shifts of the active week: who is on call when, and taking a shift over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.language import Message
from core.ledger_bodies import ShiftRemoved, ShiftSet, ShiftTaken
from core.people import MAX_NAME, is_name
from core.shifts import holding
from core.timestamps import is_zone, iso
from core.vocabulary import Right
from core.week import CREATE_WEEK
from runner.client.base import BaseClient
from runner.outcomes import Conflict, Recorded, Refused
from runner.store.shifts import shifts

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.shifts import Shift

LONGEST_SHIFT = timedelta(days=7)
_LIST = Message("List them: trainweek shifts list")
# Later ones can't be shown in each time zone, nor can another shift follow.
_LAST = datetime.max.replace(tzinfo=UTC) - LONGEST_SHIFT
_OUTSIDE = Refused(
    Message("A shift can't be set in the first or the last days of the calendar."),
    Message("Use another year."),
)


class Shifts(BaseClient):
    """Lists, sets, takes and removes the shifts of a week."""

    def shifts(self, week_id: str | None = None) -> list[Shift]:
        """The shifts of a week as they were written, also those that were removed.

        :param week_id: None: the active week.
        """
        with self.store.read() as connection:
            if week_id is None:
                week = self._meant_week(connection)
                week_id = None if week is None else week.id
            return [] if week_id is None else shifts(connection, week_id)

    def set_shift(
        self, person: str, begin: datetime, end: datetime, zone: str = "UTC"
    ) -> Recorded[Shift] | Refused:
        """Put a person on call. The same once more is answered like the first.

        :param begin: real time, as ``end``.
        :param zone: in which the times were given.
        """
        if denied := self._denied(Right.RECORD):
            return denied
        try:  # two times of one zone are compared by its wall clock, which is set back once a year
            begin, end = begin.astimezone(UTC), end.astimezone(UTC)
        except OverflowError:  # in the first or the last day that a calendar has
            return _OUTSIDE
        if refused := self._wrong(person, begin, end, zone):
            return refused
        with self.store.write() as transaction:
            week_id, known = self._active(transaction.connection)
            if isinstance(known, Refused):
                return known
            for one in known:
                same = (one.person, one.begin, one.end) == (person, begin, end)
                if same and one.removed_at is None:
                    return Recorded(one)
            body = ShiftSet(person=person, begin=iso(begin), end=iso(end), zone=zone)
            entry = self._append(transaction, body, week_id)
            return Recorded(_of(shifts(transaction.connection, week_id), entry.seq))

    def take_shift(self, shift_id: int) -> Recorded[Shift] | Conflict[Shift] | Refused:
        """Take the rest of somebody's shift over, from now, or from its begin.

        The first who does so has it. To remove what this records gives the shift back.
        """
        if denied := self._denied(Right.RECORD):
            return denied
        now, me = self.now(), self.person.name
        with self.store.write() as transaction:
            week_id, known = self._active(transaction.connection)
            if isinstance(known, Refused):
                return known
            found = self._running(known, shift_id, now)
            if isinstance(found, Refused):
                return found
            begin = max(now, found.begin)
            if (other := _taken(known, found, begin)) is not None:
                if other.person == me:
                    return Recorded(other)
                return Conflict(
                    other,
                    Message(
                        "{by} took it over at {time:%Y-%m-%d %H:%M} UTC.",
                        by=other.person,
                        time=other.at,
                    ),
                )
            if found.person == me:
                return Recorded(found)
            body = ShiftTaken(id=found.id, begin=iso(begin), end=iso(found.end), zone=found.zone)
            entry = self._append(transaction, body, week_id)
            return Recorded(_of(shifts(transaction.connection, week_id), entry.seq))

    def remove_shift(self, shift_id: int) -> Recorded[Shift] | Refused:
        """End a shift now, or before it begins; one that was taken over is given back."""
        if denied := self._denied(Right.RECORD):
            return denied
        with self.store.write() as transaction:
            week_id, known = self._active(transaction.connection)
            if isinstance(known, Refused):
                return known
            removed = next((one for one in known if one.id == shift_id), None)
            if removed is not None and removed.removed_at is not None:
                return Recorded(removed)
            found = self._running(known, shift_id, self.now())
            if isinstance(found, Refused):
                return found
            self._append(transaction, ShiftRemoved(id=shift_id), week_id)
            return Recorded(_of(shifts(transaction.connection, week_id), shift_id))

    def _active(self, connection: Connection) -> tuple[str, list[Shift]] | tuple[str, Refused]:
        """The active week and its shifts; the refusal where there is none, or another is shown."""
        if refused := self._elsewhere(connection):
            return "", refused
        week = self._meant_week(connection)
        if week is None:
            return "", Refused(Message("There is no active week."), CREATE_WEEK)
        return week.id, shifts(connection, week.id)

    def _running(self, known: list[Shift], shift_id: int, now: datetime) -> Shift | Refused:
        found = next((one for one in known if one.id == shift_id), None)
        if found is None:
            return Refused(Message("There is no shift {number}.", number=shift_id), _LIST)
        if found.until <= now:
            return Refused(Message("Shift {number} is over.", number=shift_id), _LIST)
        return found

    def _wrong(self, person: str, begin: datetime, end: datetime, zone: str) -> Refused | None:
        if not is_name(person):
            return Refused(
                Message("That is not the name of a person."),
                Message("Give a name of 1 to {most} characters on one line.", most=MAX_NAME),
            )
        if not is_zone(zone):
            return Refused(
                Message("{text} is not a time zone such as America/Sao_Paulo", text=zone),
                Message("Give one, or UTC."),
            )
        if end > _LAST:
            return _OUTSIDE
        if not begin < end or end - begin > LONGEST_SHIFT:
            return Refused(
                Message("A shift ends after it begins, within {n} days.", n=LONGEST_SHIFT.days),
                Message("Change its begin or its end."),
            )
        if end <= self.now():
            return Refused(
                Message("The shift would be over already."), Message("Give an end after now.")
            )
        return None


def _of(known: list[Shift], shift_id: int) -> Shift:
    return next(one for one in known if one.id == shift_id)


def _taken(known: list[Shift], shift: Shift, moment: datetime) -> Shift | None:
    """Who has taken the shift over at a moment; None: nobody."""
    holders = holding(known, moment)
    if shift in holders:
        return None
    above = {one.id: one.replaces for one in known}
    for one in holders:
        place = one.replaces
        while place is not None and place != shift.id:
            place = above.get(place)
        if place == shift.id:
            return one
    return None
