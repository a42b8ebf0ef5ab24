"""Who is on call when."""

from __future__ import annotations

from core.ledger_bodies.body import Body, PlainText


class ShiftSet(Body):
    """A person is on call from one moment to another. Times are real: ISO 8601, UTC."""

    kind = "shift"
    action = "set"

    person: PlainText
    begin: PlainText
    end: PlainText
    zone: PlainText  # in which the times were given


class ShiftTaken(Body):
    """The author is on call for the rest of another's shift."""

    kind = "shift"
    action = "take"

    id: int  # sequence number of the line of the shift that is taken over
    begin: PlainText
    end: PlainText
    zone: PlainText


class ShiftRemoved(Body):
    """A shift ends now, or does not begin. One that had replaced another gives it back."""

    kind = "shift"
    action = "remove"

    id: int
