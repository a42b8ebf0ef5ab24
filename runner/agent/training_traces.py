"""Traces of the backtest in the training run, and of the training data in the backtest.

Two tests beside those of :mod:`runner.agent.lookahead`, which can't see a scaler that was fitted on
the backtest and then frozen, nor training bars that come again under other times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.decision import lookahead as words
from core.decision.lookahead import LookaheadTest
from core.errors import TrainweekError
from core.market import load_candles
from core.market.repeated_bars import repeated_stretches
from core.timestamps import parse_moment
from core.trading.warm_up import WARM_UP
from runner.agent.features import FEATURE_NAMES, raw_features
from runner.agent.market import Market
from runner.agent.split import training_bars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from core.market import Candles
    from runner.agent.candidate import Candidate
    from runner.agent.normaliser import Normaliser

ALIKE = 5e-3  # standard deviations; the statistics of another year differ by tenths of one
FEWEST = 500  # bars of a part of the backtest that a scaler may have been fitted on


@dataclass(frozen=True)
class TrainingCandles:
    """The candles of the model's training range.

    :ivar exact: they are the very files that it was trained on, by hash.
    """

    frame: pd.DataFrame
    exact: bool


def training_candles(folder: Path, candidate: Candidate) -> TrainingCandles | None:
    """Those of the training folder that the model was trained on; None if it has none."""
    try:
        candles = load_candles(folder)
    except TrainweekError:  # checked by the data check; here they are only compared
        return None
    manifest = candidate.manifest
    first, last = parse_moment(manifest["train_first"]), parse_moment(manifest["train_last"])
    frame = candles.frame.loc[first:last]
    if frame.empty:
        return None
    return TrainingCandles(frame, candles.sha256 == manifest.get("data_sha256"))


def repeated_bars_test(training: TrainingCandles | None, candles: Candles) -> LookaheadTest:
    """No stretch of the backtest may be one of the training data, whatever its times."""
    if training is None:
        return LookaheadTest(passed=None, checked=0, detail=words.no_training_data())
    found = repeated_stretches(training.frame, candles.frame)
    bars = len(candles)
    if not found:
        return LookaheadTest(passed=True, checked=bars, detail=words.bars_differ(bars))
    repeated = sum(stretch.bars for stretch in found)
    detail = words.bars_repeat(min(repeated / bars, 1.0), found[0].sentence())
    return LookaheadTest(passed=False, checked=bars, detail=detail)


def statistics_test(
    candidate: Candidate, training: TrainingCandles | None, market: Market
) -> LookaheadTest:
    """The feature statistics may be those of the training data, not of the backtest."""
    normaliser, tested = candidate.normaliser, raw_features(market)
    known = None
    if training is not None and training.exact:
        known = raw_features(Market.from_frame(training.frame))
        off = min(
            _distance(normaliser, part.mean(axis=0), part.std(axis=0))
            for part in _training_parts(known, candidate)
        )
        if off <= ALIKE:
            return LookaheadTest(passed=True, checked=len(known), detail=words.fitted_on_training())
    nearest = min(_distances(normaliser, tested), default=np.inf)
    if known is not None:
        both = np.concatenate([known, tested])
        nearest = min(nearest, _distance(normaliser, both.mean(axis=0), both.std(axis=0)))
    if nearest <= ALIKE:
        return LookaheadTest(
            passed=False, checked=len(tested), detail=words.fitted_on_backtest(nearest)
        )
    if known is not None:
        return LookaheadTest(passed=None, checked=len(known), detail=words.fitted_elsewhere(off))
    return LookaheadTest(passed=True, checked=len(tested), detail=words.not_of_backtest(nearest))


def _training_parts(raw: np.ndarray, candidate: Candidate) -> Iterator[np.ndarray]:
    """What a scaler may be fitted on: our split's training bars, or all of them."""
    first, last = training_bars(len(raw), candidate.settings)
    for part in (raw[first : last + 1], raw, raw[WARM_UP:]):
        if len(part):
            yield part


def _distance(normaliser: Normaliser, mean: np.ndarray, std: np.ndarray) -> float:
    """The largest difference of a mean or a spread, in the normaliser's standard deviations."""
    off = [np.abs(mean - normaliser.mean) / normaliser.std, np.abs(std / normaliser.std - 1.0)]
    return float(np.max(off))


def _distances(normaliser: Normaliser, raw: np.ndarray) -> Iterator[float]:
    """Of every beginning and every end of the backtest, with and without the warm-up."""
    bars = len(raw)
    zero = np.zeros((1, len(FEATURE_NAMES)))
    sums = np.concatenate([zero, np.cumsum(raw, axis=0)])
    squares = np.concatenate([zero, np.cumsum(raw**2, axis=0)])
    ends: list[tuple[np.ndarray, np.ndarray]] = []
    for first in (0, WARM_UP, WARM_UP + 1):
        last = np.arange(first + FEWEST, bars + 1)
        ends.append((np.full_like(last, first), last))
    for final in (bars, bars - 1):
        begin = np.arange(0, final - FEWEST + 1)
        ends.append((begin, np.full_like(begin, final)))
    for first_bars, last_bars in ends:
        if not len(first_bars):
            continue
        n = (last_bars - first_bars)[:, None]
        mean = (sums[last_bars] - sums[first_bars]) / n
        variance = (squares[last_bars] - squares[first_bars]) / n - mean**2
        std = np.sqrt(np.maximum(variance, 0.0))
        off = np.maximum(
            np.abs(mean - normaliser.mean) / normaliser.std, np.abs(std / normaliser.std - 1.0)
        )
        yield float(off.max(axis=1).min())
