"""Rules for single bars: which are wrong, which are unusual, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.language import Message, joined, plural
from core.market.candles import PRICES, Candles
from core.timestamps import moment_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LARGE_MOVE = 0.30  # |close / previous close - 1|
OPEN_JUMP = 0.01  # |open / previous close - 1|
EXAMPLES = 3
Where = pd.Series | npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Issue:
    """One error or warning."""

    code: str
    message: Message
    count: int = 1


def _bars(
    code: str, sentence: Callable[[int, Message], Message], where: Where, candles: Candles
) -> list[Issue]:
    """An issue that counts the bars and names the first few; empty without any.

    :param sentence: builds the message from the count and the first bars.
    :param where: shape (bars,), true for affected bars.
    """
    marked = np.asarray(where)
    moments = tuple(moment.to_pydatetime() for moment in candles.frame.index[marked])
    return listed(code, sentence, moments)


def listed(
    code: str, sentence: Callable[[int, Message], Message], moments: tuple[datetime, ...]
) -> list[Issue]:
    """An issue that counts moments and names the first few; empty without any."""
    if not moments:
        return []
    named = joined([moment_text(moment) for moment in moments[:EXAMPLES]], ", ")
    rest = len(moments) - EXAMPLES
    if rest > 0:
        at = Message("{moments} UTC (+{rest:,})", moments=named, rest=rest)
    else:
        at = Message("{moments} UTC", moments=named)
    return [Issue(code, sentence(len(moments), at), len(moments))]


def price_errors(candles: Candles) -> list[Issue]:
    """Bars that can't be right."""
    frame = candles.frame
    numbers = frame[[*PRICES, "volume"]].to_numpy(dtype=float)
    prices = frame[PRICES].to_numpy(dtype=float)
    top = frame[["open", "close", "low"]].max(axis=1)
    bottom = frame[["open", "close", "high"]].min(axis=1)
    found: list[tuple[str, Callable[[int, Message], Message], Where]] = [
        (
            "not_finite",
            lambda n, at: plural(
                "{n} bar has NaN or infinite values: {at}.",
                "{n} bars have NaN or infinite values: {at}.",
                n,
                at=at,
            ),
            np.logical_not(np.isfinite(numbers).all(axis=1)),
        ),
        (
            "price_not_positive",
            lambda n, at: plural(
                "{n} bar has a price of 0 or below: {at}.",
                "{n} bars have a price of 0 or below: {at}.",
                n,
                at=at,
            ),
            np.any(prices <= 0, axis=1),
        ),
        (
            "volume_negative",
            lambda n, at: plural(
                "{n} bar has a negative volume: {at}.",
                "{n} bars have a negative volume: {at}.",
                n,
                at=at,
            ),
            frame["volume"] < 0,
        ),
        (
            "high_too_low",
            lambda n, at: plural(
                "{n} bar has a high below open, close or low: {at}.",
                "{n} bars have a high below open, close or low: {at}.",
                n,
                at=at,
            ),
            frame["high"] < top,
        ),
        (
            "low_too_high",
            lambda n, at: plural(
                "{n} bar has a low above open, close or high: {at}.",
                "{n} bars have a low above open, close or high: {at}.",
                n,
                at=at,
            ),
            frame["low"] > bottom,
        ),
    ]
    return [issue for one in found for issue in _bars(*one, candles)]


def bar_warnings(candles: Candles) -> list[Issue]:
    """Bars that may be right but are unusual."""
    frame = candles.frame
    real = ~frame["is_filled"]
    close_before = frame["close"].shift()
    move = (frame["close"] / close_before - 1).abs()
    jump = (frame["open"] / close_before - 1).abs()
    found: list[tuple[str, Callable[[int, Message], Message], Where]] = [
        (
            "filled",
            lambda n, at: plural(
                "{n} bar is filled (missing, or without volume at one price): {at}.",
                "{n} bars are filled (missing, or without volume at one price): {at}.",
                n,
                at=at,
            ),
            frame["is_filled"],
        ),
        (
            "zero_volume",
            lambda n, at: plural(
                "{n} bar has no volume: {at}.", "{n} bars have no volume: {at}.", n, at=at
            ),
            real & (frame["volume"] == 0),
        ),
        (
            "flat",
            lambda n, at: plural(
                "{n} bar has a single price: {at}.", "{n} bars have a single price: {at}.", n, at=at
            ),
            real & (frame["high"] == frame["low"]),
        ),
        (
            "large_move",
            lambda n, at: plural(
                "{n} bar moved more than {limit:.0%}: {at}.",
                "{n} bars moved more than {limit:.0%}: {at}.",
                n,
                limit=LARGE_MOVE,
                at=at,
            ),
            move > LARGE_MOVE,
        ),
        (
            "open_jump",
            lambda n, at: plural(
                "{n} bar opens more than {limit:.0%} away from the previous close: {at}.",
                "{n} bars open more than {limit:.0%} away from the previous close: {at}.",
                n,
                limit=OPEN_JUMP,
                at=at,
            ),
            real & (jump > OPEN_JUMP),
        ),
    ]
    return [issue for one in found for issue in _bars(*one, candles)]
