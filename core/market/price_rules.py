"""Prices that no market makes: another unit, another symbol, a redenomination, a bad tick.

Markets trade on between two bars: an hourly bar opens where the last one closed. Over 18,000
real hours of OGNUSDT the open is at most 1.2 % away from the previous close, the largest hourly
move is 38 %, and no wick is longer than 25 % of the body's end. The limits below are far beyond
that, so that a crash is a warning and never an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.language import Message, joined, literal, plural
from core.market.bar_rules import EXAMPLES, Issue
from core.timestamps import moment_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    from core.market.candles import Candles

JUMP = 2.0  # open / previous close, or its inverse, without a gap between them
MOVE = 8.0  # close / open, or open / previous close across a gap
WICK = 10.0  # high / upper end of the body, or lower end / low
LONG_WICK = 1.5  # a warning: flash crashes do reach this
_AROUND = 24  # bars before and after a jump that tell whether the level stays
_FEWEST = 3  # bars before it; with fewer they may be the wrong ones


def impossible_prices(candles: Candles) -> list[Issue]:
    """Errors: jumps between bars, moves inside them, and wicks."""
    frame = candles.frame
    real = ~frame["is_filled"].to_numpy(dtype=bool)
    before = frame["close"].shift().to_numpy(dtype=float)
    beside = np.concatenate(([False], real[:-1]))  # the bar before is a real one
    with np.errstate(divide="ignore", invalid="ignore"):
        opening = _factor(frame["open"].to_numpy(dtype=float), before)
        inside = _factor(frame["close"].to_numpy(dtype=float), frame["open"].to_numpy(dtype=float))
    jump = real & ((beside & (opening >= JUMP)) | (opening >= MOVE) | (inside >= MOVE))
    stays = np.array([jump[bar] and _stays(frame["close"], bar) for bar in range(len(frame))])
    return [
        *_at(
            "price_level_jumps",
            lambda n, at: plural(
                "The price jumps and stays at the new level, at {n} bar: {at}. Another symbol,"
                " another unit or a redenomination?",
                "The price jumps and stays at the new level, at {n} bars: {at}. Another symbol,"
                " another unit or a redenomination?",
                n,
                at=at,
            ),
            jump & stays,
            candles,
        ),
        *_at(
            "price_spike",
            lambda n, at: plural(
                "{n} bar has a price far from its neighbours: {at}.",
                "{n} bars have a price far from their neighbours: {at}.",
                n,
                at=at,
            ),
            jump & ~stays,
            candles,
        ),
        *_at(
            "absurd_wick",
            lambda n, at: plural(
                "{n} bar has a high or low more than {limit:g} times away from open and close: {at}.",
                "{n} bars have a high or low more than {limit:g} times away from open and close: {at}.",
                n,
                limit=WICK,
                at=at,
            ),
            real & (_wick(frame) > WICK),
            candles,
        ),
    ]


def long_wicks(candles: Candles) -> list[Issue]:
    """A warning: highs and lows that a flash crash can reach."""
    wick = _wick(candles.frame)
    return _at(
        "long_wick",
        lambda n, at: plural(
            "{n} bar has a high or low more than {limit:.0%} away from open and close: {at}.",
            "{n} bars have a high or low more than {limit:.0%} away from open and close: {at}.",
            n,
            limit=LONG_WICK - 1,
            at=at,
        ),
        (wick > LONG_WICK) & (wick <= WICK),
        candles,
    )


def _factor(
    price: npt.NDArray[np.float64], base: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The larger of price / base and its inverse; 1 where one of them is not positive."""
    ratio = price / base
    usable = np.isfinite(ratio) & (ratio > 0)
    return np.where(usable, np.maximum(ratio, 1 / np.where(usable, ratio, 1.0)), 1.0)


def _wick(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    top = frame[["open", "close"]].max(axis=1).to_numpy(dtype=float)
    bottom = frame[["open", "close"]].min(axis=1).to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = frame["high"].to_numpy(dtype=float) / top
        down = bottom / frame["low"].to_numpy(dtype=float)
    longest = np.fmax(up, down)
    return np.where(np.isfinite(longest), longest, 1.0)


def _stays(close: pd.Series, bar: int) -> bool:
    """Whether the level of the bars after the jump is another than before it."""
    earlier = close.iloc[max(0, bar - _AROUND) : bar].median()
    later = close.iloc[bar + 1 : bar + 1 + _AROUND].median()
    if bar < _FEWEST or not (earlier > 0 and later > 0):
        return False
    return bool(max(later / earlier, earlier / later) >= JUMP)


def _at(
    code: str,
    sentence: Callable[[int, Message], Message],
    where: npt.NDArray[np.bool_],
    candles: Candles,
) -> list[Issue]:
    """An issue that names the first bars with their files; empty without any."""
    bars = np.flatnonzero(where)
    if not len(bars):
        return []
    places = []
    for bar in bars[:EXAMPLES]:
        moment = candles.frame.index[bar].to_pydatetime()
        files = candles.raw.files_at(moment)
        place = Message("{moment} UTC", moment=moment_text(moment))
        places.append(joined([place, literal(f"({', '.join(files[:2])})")]) if files else place)
    more = " ..." if len(bars) > EXAMPLES else ""
    at = joined([joined(places, ", "), literal(more)], "")
    return [Issue(code, sentence(len(bars), at), len(bars))]
