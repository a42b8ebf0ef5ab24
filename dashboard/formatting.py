"""How numbers and ages are written. Digits as the machine files have them, dot as point."""

from __future__ import annotations

import math
from datetime import timedelta

from core.metrics.conventions import RELATIVE_TOLERANCE

SIGNIFICANT = 4
MOST_DECIMALS = 12


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


def short(value: float | int | None, limit: float | None = None) -> str:
    """Four significant digits, whole numbers whole; a dash for no number.

    More digits where the rounding would put it on its limit, or on the other side of it:
    0.99996 is not "1.000" beside a limit of 1.

    :param limit: what the value is held against.
    """
    if value is None:
        return "–"
    return f"{value:,.{_decimals(value, limit)}f}"


def margin(value: float | int | None, by: float | None, limit: float) -> str:
    """``+0.3127``: how far ``value`` is on the good side, with the decimals it is shown with."""
    if value is None or by is None:
        return "–"
    decimals = _decimals(value, limit) if value else _decimals(by, None)
    if isinstance(value, int) and not float(by).is_integer():
        decimals = 1
    return f"{by:+,.{decimals}f}"


def _decimals(value: float | int, limit: float | None) -> int:
    """How many decimals four significant digits are; more for what lies hard by its limit."""
    if isinstance(value, int) or value == 0 or not math.isfinite(value):
        return 0
    exponent = int(f"{value:.{SIGNIFICANT - 1}e}".partition("e")[2])
    decimals = min(max(SIGNIFICANT - 1 - exponent, 0), SIGNIFICANT)
    if limit is None or math.isclose(value, limit, rel_tol=RELATIVE_TOLERANCE):
        return decimals
    while decimals < MOST_DECIMALS:
        shown = round(value, decimals)
        if shown != limit and (shown > limit) == (value > limit):
            break
        decimals += 1
    return decimals


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
