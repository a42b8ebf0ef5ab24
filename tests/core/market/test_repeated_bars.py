"""Training bars in the backtest under other times: found; chance likeness: not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from core.market.repeated_bars import repeated_stretches
from core.market.synthetic import make_market

START = datetime(2022, 1, 1, tzinfo=UTC)
TRAIN = make_market(3, 6_000, START).candles.frame
OTHER = make_market(4, 3_000, START + timedelta(days=400)).candles.frame


def re_dated(
    first: int, bars: int, factor: float = 1.0, decimals: int | None = None
) -> pd.DataFrame:
    """A stretch of the training data among bars of another market, a year later."""
    frame = OTHER.copy()
    closes = TRAIN["close"].to_numpy()[first : first + bars] * factor
    if decimals is not None:
        closes = closes.round(decimals)
    mixed = frame["close"].to_numpy(copy=True)
    mixed[1_000 : 1_000 + bars] = closes
    return frame.assign(close=mixed)


@pytest.mark.parametrize("bars", [100, 168, 1_500])
@pytest.mark.parametrize("first", [0, 2_345, 4_499])
def test_a_stretch_under_other_times_is_found_with_both_its_places(first: int, bars: int) -> None:
    found = repeated_stretches(TRAIN, re_dated(first, bars))
    assert len(found) == 1
    # The first bar's move comes from another market, and by chance a neighbour may be alike.
    assert bars - 1 <= found[0].bars <= bars + 6
    assert abs(found[0].first - OTHER.index[1_000]) <= timedelta(hours=3)
    assert found[0].first - found[0].earlier_first == OTHER.index[1_000] - TRAIN.index[first]
    assert "repeat the training data of 2022-" in found[0].sentence()
    assert found[0].sentence().in_("pt") != found[0].sentence()


@pytest.mark.parametrize(("factor", "decimals"), [(1.37, None), (1e-3, None), (250.0, 2), (2.0, 4)])
def test_another_price_level_and_rounded_prices_are_the_same_bars(
    factor: float, decimals: int | None
) -> None:
    found = repeated_stretches(TRAIN, re_dated(500, 400, factor, decimals))
    assert sum(stretch.bars for stretch in found) >= 390
    assert found[0].price_ratio == pytest.approx(factor, rel=1e-3)


def test_a_whole_year_that_was_only_re_dated_is_one_stretch() -> None:
    moved = TRAIN.set_axis(TRAIN.index + pd.Timedelta(days=365))
    (found,) = repeated_stretches(TRAIN, moved)
    assert found.bars == len(TRAIN)
    assert found.last == moved.index[-1]


def test_a_repetition_in_a_market_that_is_wilder_elsewhere_is_one_stretch() -> None:
    frame = re_dated(500, 1_500)
    closes = frame["close"].to_numpy(copy=True)
    closes[2_600:] = np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.2, len(closes) - 2_600)))
    (found,) = repeated_stretches(TRAIN, frame.assign(close=closes))
    assert found.bars == pytest.approx(1_500, abs=8)


def test_gaps_and_a_shifted_part_are_stretches_of_their_own() -> None:
    cut = TRAIN.drop(TRAIN.index[2_000:2_003])
    found = repeated_stretches(
        TRAIN, cut.set_axis(TRAIN.index[: len(cut)] + pd.Timedelta(days=730))
    )
    assert len(found) == 2
    assert sum(stretch.bars for stretch in found) >= len(cut) - 1


def test_other_bars_of_the_same_and_of_another_market_are_not_alike() -> None:
    assert repeated_stretches(TRAIN[:4_000], TRAIN[4_000:]) == []
    assert repeated_stretches(TRAIN, OTHER) == []
    assert repeated_stretches(TRAIN, OTHER[:40]) == []


def test_a_market_that_stands_still_or_moves_by_single_ticks_is_not_a_repetition() -> None:
    random = np.random.default_rng(1)
    for rate in (0.0, 0.05, 0.3, 1.0):
        ticks = random.choice([-1, 1], 5_000) * (random.random(5_000) < rate)
        close = 0.05 + 0.0001 * np.cumsum(ticks).clip(-400, 400)
        frame = pd.DataFrame({"close": close}, index=TRAIN.index[:5_000])
        assert repeated_stretches(frame[:3_000], frame[3_000:]) == []


def test_one_crash_that_both_have_is_no_repetition() -> None:
    crashed = []
    for frame in (TRAIN, OTHER):
        closes = frame["close"].to_numpy(copy=True)
        closes[1_000:] *= 0.4
        closes[1_010:] *= 1.9
        crashed.append(frame.assign(close=closes))
    assert repeated_stretches(*crashed) == []


def test_two_markets_that_move_together_are_two_markets() -> None:
    random = np.random.default_rng(2)
    shared, own = random.normal(0, 0.01, 3_000), random.normal(0, 0.004, 3_000)
    frames = [
        pd.DataFrame({"close": np.exp(np.cumsum(moves))}, index=TRAIN.index[:3_000])
        for moves in (shared, shared + own)
    ]
    assert repeated_stretches(*frames) == []
