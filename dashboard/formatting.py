"""Formats of numbers and ages, as messages that follow the viewer's language.

As a plain string each is English, with the same digits as in the machine files.
"""

from __future__ import annotations

import math

from core.language import Message, literal
from core.metrics.conventions import RELATIVE_TOLERANCE
from core.reading import shown_number, with_unit
from core.timestamps import age_text

SIGNIFICANT = 4
MAX_DECIMALS = 12
NONE = literal("–")
number = shown_number  # beside the other formats of numbers
age = age_text


def short(value: float | int | None, limit: float | None = None, unit: str = "") -> Message:
    """Four significant digits, whole numbers whole; a dash for None.

    More digits if rounding would reach or cross the limit: 0.99996 is not "1.000" beside
    a limit of 1.

    :param limit: the limit that the value is compared with.
    """
    return NONE if value is None else with_unit(value, f",.{_decimals(value, limit)}f", unit)


def margin(value: float | int | None, by: float | None, limit: float) -> Message:
    """``+0.3127``: distance to the limit, with the decimals of the value."""
    if value is None or by is None:
        return NONE
    decimals = _decimals(value, limit) if value else _decimals(by, None)
    if isinstance(value, int) and not float(by).is_integer():
        decimals = 1
    return with_unit(by, f"+,.{decimals}f")


def difference(delta: float | None, digits: int | None = None) -> Message:
    """``+0.3127``, ``-2``: a change, with its sign; a dash for None.

    :param digits: decimals; four significant digits without.
    """
    if delta is None:
        return NONE
    return with_unit(delta, f"+,.{_decimals(delta, None) if digits is None else digits}f")


def signed(value: float | None, digits: int = 2, unit: str = "") -> Message | None:
    """``+1.20 %``; None stays None."""
    return None if value is None else with_unit(value, f"+,.{digits}f", unit)


def fixed(value: float | None, digits: int = 2, unit: str = "") -> Message | None:
    """``1.20 %``; None stays None."""
    return None if value is None else with_unit(value, f",.{digits}f", unit)


def share(value: float | None) -> Message | None:
    """``61 %`` for a share; one decimal, or ``> 99.9 %``, near the ends."""
    if value is None:
        return None
    percent = 100 * value
    digits = 1 if 99 < percent < 100 or 0 < percent < 1 else 0
    text = f"{percent:.{digits}f}"
    if digits and text in {"100.0", "0.0"}:
        return beyond(percent > 50)
    return with_unit(percent, f".{digits}f", "%")


def beyond(high: bool) -> Message:
    """``> 99.9 %`` or ``< 0.1 %``: closer to the end than the digits show."""
    template = "> {value} %" if high else "< {value} %"
    return Message(template, value=99.9 if high else 0.1)


def size(count: float | None) -> Message:
    """Bytes with a decimal unit: ``12.4 MB``."""
    if count is None:
        return NONE
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return with_unit(count, ".0f" if unit == "B" else ".1f", unit)
        count /= 1000
    return with_unit(count, ".1f", "TB")


def _decimals(value: float | int, limit: float | None) -> int:
    """Decimals for four significant digits; more if the value is close to its limit."""
    if isinstance(value, int) or value == 0 or not math.isfinite(value):
        return 0
    exponent = int(f"{value:.{SIGNIFICANT - 1}e}".partition("e")[2])
    decimals = min(max(SIGNIFICANT - 1 - exponent, 0), SIGNIFICANT)
    if limit is None or math.isclose(value, limit, rel_tol=RELATIVE_TOLERANCE):
        return decimals
    while decimals < MAX_DECIMALS:
        shown = round(value, decimals)
        if shown != limit and (shown > limit) == (value > limit):
            break
        decimals += 1
    return decimals
