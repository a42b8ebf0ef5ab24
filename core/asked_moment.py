"""A moment that an address asks for: ``2026-02-24T03:10Z``, as a page's ``?at=`` has it.

It is week time, which is real time unless the week's clock is simulated (a demo or a replay).
``real:2026-11-29T16:12:05Z`` is real time, with the week time that the clock showed then: only
that tells apart the moments of a clock that stood still. Without a zone it is UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import InputError
from core.field_hints import shown
from core.language import Message
from core.timestamps import moment_text

if TYPE_CHECKING:
    from core.clock import Clock

REAL = "real:"
_FORM = Message("Use the form 2026-02-24T03:10Z; times are in UTC unless they say otherwise.")
# A browser reads the + of an offset as a space.
_LOST_PLUS = re.compile(r"(T[0-9:.,]+) ([0-9]{2}:?[0-9]{2})$")


@dataclass(frozen=True)
class AskedMoment:
    """A past moment in both times.

    :ivar shown: the week time to show there; None: what the week's clock showed then.
    """

    real: datetime
    week: datetime
    shown: datetime | None = None


def asked_moment(text: str, clock: Clock, now: datetime) -> AskedMoment:
    """The moment that a text means in a week.

    :param clock: of the week, as it is known now.
    :param now: real time.
    :raises InputError: no moment, or one that has not come yet.
    """
    text = text.strip()
    moment = _parsed(text.removeprefix(REAL).strip(), text)
    real: datetime | None = moment
    week = moment
    try:
        if text.startswith(REAL):
            week = clock.to_week(moment)
        else:
            real = clock.to_real(moment)
    except OverflowError:
        raise _no_moment(text) from None
    if real is None or real > now:
        raise InputError(
            Message(
                "{asked} UTC has not come yet: it is {now} UTC now.",
                asked=moment_text(moment),
                now=moment_text(now if text.startswith(REAL) else clock.to_week(now)),
            ),
            Message("Go back to now, or choose an earlier moment."),
        )
    return AskedMoment(real, week, None if text.startswith(REAL) else week)


def asking_for(week: datetime) -> str:
    """What an address says for a week moment: ``2026-02-24T03:10Z``; seconds only if it has any."""
    week = week.astimezone(UTC)
    if week.second or week.microsecond:
        return week.isoformat().replace("+00:00", "Z")
    return f"{week:%Y-%m-%dT%H:%MZ}"


def asking_for_real(real: datetime) -> str:
    """What an address says for a real moment."""
    return REAL + asking_for(real)


def _parsed(text: str, asked: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_moment(asked) from None


def _no_moment(text: str) -> InputError:
    return InputError(Message("{text} is not a moment.", text=shown(text)), _FORM)
