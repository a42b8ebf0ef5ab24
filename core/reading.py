"""A measured value with its unit, window, source, step and time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from core.language import Message, literal, plural

if TYPE_CHECKING:
    from collections.abc import Callable

LATEST = Message("latest")
_UNITS: dict[str, Callable[[int], Message]] = {
    "bars": lambda count: plural("bar", "bars", count),
    "events": lambda count: plural("event", "events", count),
    "gates": lambda count: plural("gate", "gates", count),
    "steps": lambda count: Message("steps"),
    "steps/s": lambda count: Message("steps/s"),
}


def unit_text(unit: str, value: float) -> Message:
    """A value's unit for people; one that is not a word is the same in each language."""
    found = _UNITS.get(unit)
    return literal(unit) if found is None else found(1 if value == 1 else 2)


def with_unit(value: float, spec: str, unit: str = "") -> Message:
    """A number with its unit; the template needs no translation, so it is no literal."""
    if not unit:
        return Message(f"{{value:{spec}}}", value=value)
    return Message(f"{{value:{spec}}} {{unit}}", value=value, unit=unit_text(unit, value))


def as_set(value: float, unit: str = "") -> Message:
    """``0.01``, ``0.00005``, ``1,000 steps/s``: a setting or a limit as the playbook has it."""
    spec = ",.10g"
    if 1e-9 <= abs(value) < 1e-4:  # g would write 5e-05
        _, _, decimals = f"{Decimal(str(value)):f}".partition(".")
        spec = f",.{len(decimals)}f"
    return with_unit(value, spec, unit)


def shown_number(value: object, unit: str = "") -> Message:
    """A reading for people: ``212,992``, ``45.3``, ``0.0081``; words stay as they are.

    At least four significant digits below 1000; whole numbers with separators above.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return literal(str(value))
    if isinstance(value, float) and not math.isfinite(value):
        return literal(str(value))
    if isinstance(value, int) or abs(value) >= 1000:
        spec = ",.0f"
    elif value == 0:
        spec = ".0f"
    elif abs(value) < 0.0001:
        spec = ".2e"
    else:
        spec = ".4f" if abs(value) < 1 else ".2f"
    return with_unit(value, spec, unit)


@dataclass(frozen=True)
class Reading:
    """One measured value.

    A reading always has a value: where nothing was measured there is None instead of a
    reading, never a reading of zero.
    """

    value: float | int | str | bool
    unit: str = ""  # "steps/s", "h", "" for a bare number or a word
    window: Message = LATEST  # what it was taken over: "latest", "last 10 iterations"
    source: str = ""  # file, relative to the home, and tag or key in it
    step: int | None = None  # training step of the newest point in it
    at: datetime | None = None  # real moment of the newest point in it

    @property
    def number(self) -> float:
        """The value, where it is a number.

        :raises TypeError: it is a word.
        """
        if isinstance(self.value, str):
            raise TypeError(f"{self.value!r} is a word, not a number")
        return self.value

    def age(self, now: datetime) -> timedelta | None:
        """Real time since the newest point; None for readings without a moment."""
        return None if self.at is None else max(now - self.at, timedelta(0))
