"""Short names of weekdays (from Monday)."""

from __future__ import annotations

from core.language import Message

WEEKDAYS = (
    Message("Mon"), Message("Tue"), Message("Wed"), Message("Thu"), Message("Fri"),
    Message("Sat"), Message("Sun"),
)  # fmt: skip
