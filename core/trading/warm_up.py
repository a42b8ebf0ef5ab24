"""Which bars a backtest judges: the first ones only fill the features."""

from __future__ import annotations

from core.language import Message, plural

WARM_UP = 336  # bars until the features' recursions no longer depend on their start


def judged_bars(bars: int, warm_up: int = WARM_UP) -> Message:
    """One sentence for every place that says which bars are judged.

    The first decision is made on the close of the bar after the warm-up, so the first return
    that is judged is the one of the bar after that.

    :param bars: of the backtest data, filled ones included.
    """
    return plural(
        "{n:,} bar is judged, once; the first {skipped:,} are not: {warm_up:,} of warm-up for the "
        "features, and the one of the first decision.",
        "{n:,} bars are judged, each once; the first {skipped:,} are not: {warm_up:,} of warm-up "
        "for the features, and the one of the first decision.",
        max(bars - warm_up - 1, 0),
        skipped=warm_up + 1,
        warm_up=warm_up,
    )
