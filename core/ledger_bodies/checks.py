"""What people record of a slot: ticks and notes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.ledger_bodies.body import Body, MessageRecord, MessageText, PlainText
from core.vocabulary import Verdict


class Ticked(Body):
    """A person confirmed a check, with the verdict and the value that they saw."""

    kind = "tick"

    slot: PlainText
    check: PlainText
    note: PlainText
    verdict_seen: Annotated[Verdict, Field(strict=False)]
    value_seen: MessageText
    value_seen_message: MessageRecord | None = None
    replaces: int | None  # the earlier tick of this check


class TickWithdrawn(Body):
    """A person took a tick back: its check is open again, and both lines stay."""

    kind = "tick"
    action = "withdraw"

    tick: int  # sequence number of its line
    slot: PlainText
    check: PlainText
    reason: PlainText


class NoteWritten(Body):
    """A person wrote a note on a slot, or on a step of the run: its slot is then ``step:20480``."""

    kind = "note"

    slot: PlainText
    text: PlainText


_STEP = "step:"


def place_of_step(step: int) -> str:
    """Where a note on a step stands, in place of a slot: ``step:20480``."""
    return f"{_STEP}{step}"


def step_of(slot: str) -> int | None:
    """The step of such a place; None for a slot's id."""
    number = slot.removeprefix(_STEP)
    return int(number) if number != slot and number.isdecimal() else None
