"""How the memo writes numbers."""

from __future__ import annotations

from collections.abc import Sequence

NONE = "n/a"


def plain(value: float | None, decimals: int = 2, sign: bool = False) -> str:
    """``1.3127``; whole numbers without decimals; ASCII, for text."""
    if value is None:
        return NONE
    plus = "+" if sign else ""
    if isinstance(value, int):
        return f"{value:{plus}d}"
    return f"{value:{plus},.{decimals}f}"


def figure(value: float | None, decimals: int = 2, sign: bool = False) -> str:
    """:func:`plain` with a real minus sign."""
    return plain(value, decimals, sign).replace("-", "−")


def percent(share: float | None, decimals: int = 1) -> str:
    """A share as ``11.0%``."""
    return NONE if share is None else f"{share:.{decimals}%}"


def chance(value: float | None) -> str:
    """A probability as ``63.0%``. Nothing is 100 % sure, and nothing is impossible."""
    if value is None:
        return NONE
    if value > 0.999:
        return ">99.9%"
    return "<0.1%" if value < 0.001 else f"{value:.1%}"


def interval(ends: Sequence[float] | None, decimals: int = 2) -> str:
    """``[-0.41, 2.90]``."""
    if ends is None:
        return NONE
    return f"[{plain(ends[0], decimals)}, {plain(ends[1], decimals)}]"
