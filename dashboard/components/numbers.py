"""How numbers and ages are written. Digits as the machine files have them, dot as point."""

from __future__ import annotations

import math
from datetime import timedelta


def number(value: object, unit: str = "") -> str:
    """A reading for people: ``212,992``, ``45.3``, ``0.0081``; words stay words.

    Four significant places at least below 1000, whole numbers with separators above.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        text = str(value)
    elif isinstance(value, int) or abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif value == 0:
        text = "0"
    elif abs(value) < 0.0001:
        text = f"{value:.2e}"
    elif abs(value) < 1:
        text = f"{value:.4f}"
    else:
        text = f"{value:.2f}"
    if unit == "%":
        return f"{text} %"
    return f"{text} {unit}".strip()


def four(value: float | None) -> str:
    """Four decimals, as gates are shown on pages; a dash for no number."""
    return "–" if value is None else f"{value:.4f}"


def age(span: timedelta | float | None) -> str:
    """``12 s``, ``4 min``, ``2 h 10 min``, ``3 d 4 h``; a dash for none."""
    if span is None:
        return "–"
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    seconds = max(int(seconds), 0)
    if seconds < 90:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 36:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def size(count: float | None) -> str:
    """Bytes with a binary-free unit, as ``du -h`` rounds: ``12.4 MB``."""
    if count is None:
        return "–"
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
