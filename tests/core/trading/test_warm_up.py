"""One way to say how many bars there are, which are judged, and what random policies did."""

from __future__ import annotations

import pytest

from core.market.bar_counts import counted_bars
from core.trading.random_policies import better_than
from core.trading.warm_up import judged_bars


@pytest.mark.parametrize(
    ("bars", "filled", "text"),
    [
        (1, 0, "1 bar"),
        (18264, 0, "18,264 bars"),
        (18264, 17, "18,264 bars, 17 of them filled"),
    ],
)
def test_bars_are_counted_with_the_filled_ones_named(bars: int, filled: int, text: str) -> None:
    assert counted_bars(bars, filled) == text


def test_filled_bars_are_named_in_portuguese_too() -> None:
    assert counted_bars(18264, 17).in_("pt") == "18.264 barras, 17 delas preenchidas"


@pytest.mark.parametrize(
    ("percentile", "n", "text"),
    [
        (0.4, 250, "0.4 % (1 of 250)"),
        (0.0, 500, "0.0 % (0 of 500)"),
        (94.99, 10_000, "94.9 % (9,499 of 10,000)"),
        (100.0, 500, "100.0 % (500 of 500)"),
    ],
)
def test_a_share_of_random_policies_is_cut_and_comes_with_its_count(
    percentile: float, n: int, text: str
) -> None:
    assert better_than(percentile, n) == text


def test_each_bar_after_the_warm_up_is_judged_once() -> None:
    assert judged_bars(8760) == (
        "8,423 bars are judged, each once; the first 337 are not: 336 of warm-up for the features, "
        "and the one of the first decision."
    )
    assert judged_bars(100).startswith("0 bars are judged")
