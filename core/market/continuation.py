"""Candles that go on where others end: joined only if no bar is missing or different between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.errors import MarketDataError
from core.language import Message, joined
from core.market.candles import PRICES
from core.market.pair_rules import symbol_errors
from core.market.price_rules import JUMP

if TYPE_CHECKING:
    from core.market.candles import Candles

_COMPARED = [*PRICES, "volume"]
_OF_THE_SYMBOL = Message(
    "Give the candles of the decision's symbol; several symbols have a folder each: data/live/SYMBOL"
)


def continued(before: Candles, after: Candles, symbol: str) -> tuple[pd.DataFrame, int]:
    """All bars of ``before`` and those of ``after`` that open later; and how many these are.

    ``after`` may begin earlier, as a file that has grown does: then the bars of both must be equal.

    :param symbol: that both must be of, where the files of ``after`` name theirs.
    :raises MarketDataError: no later bar, a bar is missing between them, one of both differs, another
        symbol, or a price at the seam that no market jumps to.
    """
    name = ", ".join(str(path) for path in after.source_files)
    for issue in symbol_errors(after, symbol):
        raise MarketDataError(
            joined([Message("{file}:", file=name), issue.message]), _OF_THE_SYMBOL
        )
    last, following = before.last, before.last + before.interval
    if after.last <= last:
        raise MarketDataError(
            Message(
                "{file} has no bar after {last:%Y-%m-%d %H:%M} UTC, the last one of the backtest.",
                file=name,
                last=last,
            ),
            Message("Add the hourly candles that came since, from {first:%Y-%m-%d %H:%M} UTC on.",
                first=following),
        )  # fmt: skip
    if after.first > following:
        raise MarketDataError(
            Message(
                "{file} begins at {begins:%Y-%m-%d %H:%M} UTC; the bars from {first:%Y-%m-%d %H:%M} UTC "
                "on are missing after the backtest.",
                file=name,
                begins=after.first,
                first=following,
            ),
            Message("Add the missing candles to the folder, or give a file that has them."),
        )
    same = after.frame.index.intersection(before.frame.index)
    ours, theirs = before.frame.loc[same, _COMPARED], after.frame.loc[same, _COMPARED]
    differs = (ours.to_numpy(float) != theirs.to_numpy(float)).any(axis=1)
    if differs.any():
        raise MarketDataError(
            Message(
                "{file} differs from the signed candles at {bar:%Y-%m-%d %H:%M} UTC.",
                file=name,
                bar=same[differs][0].to_pydatetime(),
            ),
            Message("Give candles of the same market and exchange, or only those that came later."),
        )
    later = after.frame.loc[after.frame.index > pd.Timestamp(last)]
    closed, opened = float(before.frame["close"].iloc[-1]), float(later["open"].iloc[0])
    if max(opened / closed, closed / opened) >= JUMP:
        raise MarketDataError(
            Message(
                "{file} opens at {opened:g} after the backtest, whose last close is {closed:g}: "
                "another symbol or another unit?",
                file=name,
                opened=opened,
                closed=closed,
            ),
            _OF_THE_SYMBOL,
        )
    return pd.concat([before.frame, later]), len(later)
