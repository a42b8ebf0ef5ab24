"""Candles that go on where others end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.errors import MarketDataError
from core.market.continuation import continued
from core.market.synthetic import make_market

if TYPE_CHECKING:
    from core.market import Candles

WHOLE = make_market(3, 300, datetime(2026, 1, 1, tzinfo=UTC)).candles


def part(first: int, last: int) -> Candles:
    return replace(WHOLE, frame=WHOLE.frame.iloc[first:last])


def test_bars_that_follow_and_a_file_that_has_grown_join_to_the_same() -> None:
    before = part(0, 200)
    alone, new = continued(before, part(200, 260), "OGNUSDT")
    grown, again = continued(before, part(150, 260), "OGNUSDT")
    assert alone.equals(WHOLE.frame.iloc[:260])
    assert grown.equals(alone)
    assert (new, again) == (60, 60)


@pytest.mark.parametrize(
    ("first", "last", "what"),
    [(201, 260, "are missing after the backtest"), (100, 200, "has no bar after")],
)
def test_a_missing_bar_and_nothing_new_are_refused(first: int, last: int, what: str) -> None:
    with pytest.raises(MarketDataError, match=what) as refused:
        continued(part(0, 200), part(first, last), "OGNUSDT")
    assert refused.value.remedy


def test_another_price_in_a_bar_of_both_is_refused_with_its_time() -> None:
    after = part(150, 260)
    frame = after.frame.copy()
    frame.loc[frame.index[10], "close"] = 0.001
    with pytest.raises(
        MarketDataError, match="differs from the signed candles at 2026-01-07 16:00"
    ):
        continued(part(0, 200), replace(after, frame=frame), "OGNUSDT")


def test_candles_of_another_symbol_are_refused_by_their_name_and_by_their_price() -> None:
    after = part(200, 260)
    named = replace(after, raw=replace(after.raw, symbols={"BTCUSDT": ("live.csv",)}))
    with pytest.raises(
        MarketDataError, match="The candles are of BTCUSDT, the week trades OGNUSDT"
    ):
        continued(part(0, 200), named, "OGNUSDT")
    frame = after.frame.copy()
    frame[["open", "high", "low", "close"]] *= 700_000
    with pytest.raises(MarketDataError, match="another symbol or another unit") as refused:
        continued(part(0, 200), replace(after, frame=frame), "OGNUSDT")
    assert "data/live/SYMBOL" in str(refused.value.remedy)
