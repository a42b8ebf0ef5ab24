"""Short names of weekdays (from Monday) and months (from January)."""

from __future__ import annotations

from core.language import Message

WEEKDAYS = (
    Message("Mon"), Message("Tue"), Message("Wed"), Message("Thu"), Message("Fri"),
    Message("Sat"), Message("Sun"),
)  # fmt: skip
MONTHS = (
    Message("Jan"), Message("Feb"), Message("Mar"), Message("Apr"), Message("May"),
    Message("Jun"), Message("Jul"), Message("Aug"), Message("Sep"), Message("Oct"),
    Message("Nov"), Message("Dec"),
)  # fmt: skip
