"""Axes of a curve: what is along it, which part is shown, and round numbers in the viewer's language.

Python chooses the ends and the labels: ECharts writes numbers and dates in English only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.language import number_in
from core.timestamps import from_unix

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.language import Language

PARTS = 6  # of an axis, at most
FINE_PARTS = 14  # of an axis that shows a chosen part: its ends are closer to what was chosen
_TIMES = (  # seconds between two labels of a time axis
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
)  # fmt: skip
DAY, MINUTE = 86_400, 60  # seconds


@dataclass(frozen=True)
class Scale:
    """An axis: its ends, and evenly spaced labels, the first and the last one at the ends.

    On a log axis they are evenly spaced powers of 10.
    """

    low: float
    high: float
    labels: tuple[str, ...]

    @property
    def step(self) -> float:
        """Distance of two labels."""
        return (self.high - self.low) / max(len(self.labels) - 1, 1)


def linear(low: float, high: float, language: Language, parts: int = PARTS) -> Scale:
    """Round numbers around a range."""
    if high <= low:
        room = abs(low) * 0.1 or 1.0
        low, high = low - room, high + room
    step = _round_step((high - low) / parts)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if last == first:
        last += 1
    places = [number * step for number in range(first, last + 1)]
    return Scale(places[0], places[-1], tuple(_number(x, step, language) for x in places))


def powers(low: float, high: float, language: Language) -> Scale:
    """Powers of 10 around a range of positive numbers."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    last = max(last, first + 1)
    labels = [_power(exponent, language) for exponent in range(first, last + 1)]
    return Scale(10.0**first, 10.0**last, tuple(labels))


def times(
    low: float,
    high: float,
    written: Callable[[datetime, float], str],
    shift: float = 0.0,
    parts: int = PARTS,
) -> Scale:
    """Round moments around a range of unix times.

    :param written: a moment as its label; seconds between two labels.
    :param shift: seconds of the shown time zone before UTC; days begin there.
    """
    if high <= low:
        low, high = low - 30, high + 30
    wanted = (high - low) / parts
    step = next((each for each in _TIMES if each >= wanted), _TIMES[-1])
    first = math.floor((low + shift) / step)
    last = max(math.ceil((high + shift) / step), first + 1)
    places = [number * step - shift for number in range(first, last + 1)]
    labels = [written(from_unix(place), step) for place in places]
    return Scale(places[0], places[-1], tuple(labels))


def spans(low: float, high: float, parts: int = PARTS) -> Scale:
    """Round spans of time, of seconds."""
    if high <= low:
        high = low + 60
    wanted = (high - low) / parts
    step = next((each for each in _TIMES if each >= wanted), _TIMES[-1])
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    places = [number * step for number in range(first, last + 1)]
    return Scale(float(places[0]), float(places[-1]), tuple(_span(place) for place in places))


def _span(seconds: int) -> str:
    """``1:30 h``, ``4 d 6 h``: hours and minutes, or minutes and seconds below an hour."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    span = timedelta(seconds=seconds)
    hours, minutes = divmod(span.seconds // 60, 60)
    if span.days:
        return f"{sign}{span.days} d" + (f" {hours} h" if hours else "")
    if hours:
        return f"{sign}{hours}:{minutes:02d} h" if minutes else f"{sign}{hours} h"
    rest = span.seconds % 60
    return f"{sign}{minutes}:{rest:02d} min" if rest else f"{sign}{minutes} min"


def _round_step(wanted: float) -> float:
    """1, 2, 2.5 or 5 times a power of 10, at least as much as wanted."""
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= wanted * 0.999)


def _number(value: float, step: float, language: Language) -> str:
    unit, power = "", 1.0
    for name, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if step >= size / (2 if size > 1e3 else 1):
            unit, power = f" {name}", size
            break
    value, step = value / power, step / power
    if 0 < step < 1e-4:
        return number_in(f"{value:.1e}" if value else "0", language)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, decimals) != round(step, decimals + 1):  # a step of 2.5
        decimals += 1
    text = f"{value:,.{decimals}f}"
    return number_in("0" if value == 0 else text, language) + (unit if value else "")


def _power(exponent: int, language: Language) -> str:
    if -4 <= exponent <= 5:
        return number_in(f"{10.0**exponent:,.{max(-exponent, 0)}f}", language)
    return f"1e{exponent}"
