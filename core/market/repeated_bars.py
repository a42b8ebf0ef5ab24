"""Equal stretches of two sets of candles, wherever they stand in time.

Bars that a model has trained on are no test, also under other times or at another price level.
So the moves from bar to bar are compared, not times or prices: each block of the later candles is
correlated with the earlier ones at every offset (by FFT), and what matches is extended bar by bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.language import Message, plural

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd

BLOCK = 64  # bars compared at once; a repetition of less than 96 bars may go unnoticed
STEP = BLOCK // 2
FEWEST_MOVES = 32  # of a block's bars; a market that stands still is equal everywhere
LARGEST = 4.0  # typical moves; one crash that both have must not decide
ALIKE = 0.98  # correlation; two coins at the same hours reach 0.9
CLOSE = 0.25  # typical moves by which a repeated bar may differ, of rounded prices
BUDGET = 1 << 26  # offsets compared; of more bars fewer blocks are compared, evenly spread


@dataclass(frozen=True)
class Stretch:
    """Bars of the later candles that the earlier ones have too.

    :ivar first: open time of its first bar in the later candles.
    :ivar earlier_first: open time of the same bar in the earlier candles.
    :ivar price_ratio: later price / earlier price.
    """

    first: datetime
    last: datetime
    earlier_first: datetime
    earlier_last: datetime
    bars: int
    price_ratio: float

    def sentence(self) -> Message:
        """Where it is, in both."""
        return plural(
            "{n:,} bar from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC repeats the "
            "training data of {earlier_first:%Y-%m-%d %H:%M} to {earlier_last:%Y-%m-%d %H:%M} UTC "
            "(prices x {ratio:.4g})",
            "{n:,} bars from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC repeat the "
            "training data of {earlier_first:%Y-%m-%d %H:%M} to {earlier_last:%Y-%m-%d %H:%M} UTC "
            "(prices x {ratio:.4g})",
            self.bars,
            first=self.first,
            last=self.last,
            earlier_first=self.earlier_first,
            earlier_last=self.earlier_last,
            ratio=self.price_ratio,
        )


def repeated_stretches(earlier: pd.DataFrame, later: pd.DataFrame) -> list[Stretch]:
    """The stretches of ``later`` that ``earlier`` has too, the longest first; empty if none.

    Same times in both are found as well: there the two overlap.

    :param earlier: the training candles: ``close`` by open time; at any price level.
    """
    before, after = earlier["close"].to_numpy(float), later["close"].to_numpy(float)
    if min(len(before), len(after)) <= BLOCK:
        return []
    known, tested = _log_returns(before), _log_returns(after)
    if not known.any():
        return []
    typical = float(np.median(np.abs(known[known != 0.0])))  # one scale, so that bars compare
    known, tested = (np.clip(moves / typical, -LARGEST, LARGEST) for moves in (known, tested))
    covered, found = np.zeros(len(after), bool), []
    for start, offset in _matches(known, tested):
        if covered[start : start + BLOCK].all():
            continue
        first, last = _extended(known, tested, start, offset)
        covered[first : last + 1] = True
        found.append(
            Stretch(
                later.index[first].to_pydatetime(),
                later.index[last].to_pydatetime(),
                earlier.index[first - offset].to_pydatetime(),
                earlier.index[last - offset].to_pydatetime(),
                last - first + 1,
                float(
                    np.median(after[first : last + 1] / before[first - offset : last + 1 - offset])
                ),
            )
        )
    return sorted(found, key=lambda stretch: (-stretch.bars, stretch.first))


def _log_returns(close: np.ndarray) -> np.ndarray:
    """Of each bar's close over the one before; the first is 0. Shape (n,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = np.diff(np.log(close), prepend=np.log(close[:1]))
    finite: np.ndarray = np.nan_to_num(moves, nan=0.0, posinf=0.0, neginf=0.0)
    return finite


def _matches(known: np.ndarray, tested: np.ndarray) -> Iterator[tuple[int, int]]:
    """Begin of each block that matches, and how many bars later than in the known moves it is."""
    size = 1 << int(len(known) + BLOCK - 1).bit_length()
    places = len(known) - BLOCK + 1
    sums, squares = (np.concatenate([[0.0], np.cumsum(v)]) for v in (known, known**2))
    mean = (sums[BLOCK:] - sums[:-BLOCK]) / BLOCK
    spread = np.sqrt(np.maximum(squares[BLOCK:] - squares[:-BLOCK] - BLOCK * mean**2, 0.0))
    spread[spread < 1e-6] = np.inf
    spectrum = np.fft.rfft(known, size)
    for start in _starts(len(tested), size):
        block = tested[start : start + BLOCK]
        if np.count_nonzero(block) < FEWEST_MOVES:
            continue
        centred = block - block.mean()
        length = float(np.sqrt(np.sum(centred**2)))
        if length < 1e-6:
            continue
        product = np.fft.irfft(spectrum * np.conj(np.fft.rfft(centred, size)), size)[:places]
        place = int(np.argmax(product / spread))
        if product[place] / (spread[place] * length) >= ALIKE:
            yield start, start - place


def _starts(bars: int, size: int) -> list[int]:
    """First bars of the blocks that are compared; all of them while the budget lasts."""
    starts = np.append(np.arange(1, bars - BLOCK, STEP), bars - BLOCK)
    most = max(BUDGET // size, 1)
    if len(starts) > most:
        starts = starts[np.linspace(0, len(starts) - 1, most).astype(int)]
    return [int(start) for start in np.unique(starts)]


def _extended(known: np.ndarray, tested: np.ndarray, start: int, offset: int) -> tuple[int, int]:
    """First and last bar of the stretch around a matching block."""
    begin, end = max(offset, 0), min(len(known) + offset, len(tested))
    same = np.abs(tested[begin:end] - known[begin - offset : end - offset]) <= CLOSE
    same[0] = True  # a series' first bar has no move
    before = np.flatnonzero(~same[: start - begin])
    after = np.flatnonzero(~same[start + BLOCK - begin :])
    first = begin if not len(before) else begin + int(before[-1]) + 1
    last = end - 1 if not len(after) else start + BLOCK + int(after[0]) - 1
    return first, last
