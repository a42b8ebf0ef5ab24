"""Walk-forward folds: parts of the training data, one after another, each to train and to test.

::

    | train 1 | embargo | test 1 | embargo | train 2 | embargo | test 2 | ...

No fold trains on a bar that another one tests on, nor within the embargo of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError, MarketDataError
from core.language import Message, plural
from core.trading.training_bars import purge_gap
from core.trading.warm_up import WARM_UP

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from core.playbook.settings import TrainingSettings

OWN_SPLIT = 0  # the number of the week's own split; walk-forward folds count from 1
TEST_SHARE = 0.3  # of the bars of a fold that are not embargo
FEWEST_TEST_BARS = 720  # 30 days of hours: below that a Sharpe says next to nothing


@dataclass(frozen=True)
class Fold:
    """First and last bar of both parts, inclusive."""

    train: tuple[int, int]
    test: tuple[int, int]


def walk_forward(
    bars: int,
    folds: int,
    *,
    embargo: int,
    fewest_train: int,
    fewest_test: int = FEWEST_TEST_BARS,
) -> tuple[Fold, ...]:
    """Cut ``bars`` into equal folds, oldest first; what can't be divided stays at the front.

    :param embargo: bars between each training part and each test part, of the same fold or not.
    :raises InputError: a fold would have too few bars to train or to test.
    """
    if folds < 1:
        return ()
    share = (bars - (2 * folds - 1) * embargo) // folds
    test = max(fewest_test, min(round(share * TEST_SHARE), share - fewest_train))
    train = share - test
    if train < fewest_train:
        needed = fewest_train + fewest_test + 2 * embargo
        most = (bars + embargo) // needed
        raise InputError(
            plural(
                "{n} fold does not fit into {bars:,} bars of training data: it needs {train:,} bars"
                " to train, {embargo:,} of embargo and {test:,} to test.",
                "{n} folds do not fit into {bars:,} bars of training data: each needs {train:,} bars"
                " to train, {embargo:,} of embargo and {test:,} to test.",
                folds,
                bars=bars,
                train=fewest_train,
                embargo=embargo,
                test=fewest_test,
            ),
            Message("Give at most {most}, or more candles.", most=max(most, 0))
            if most
            else Message("Give 0 folds to try the week's own split alone, or more candles."),
        )
    found, first = [], bars - folds * share - (2 * folds - 1) * embargo
    for _ in range(folds):
        tested = first + train + embargo
        found.append(Fold((first, first + train - 1), (tested, tested + test - 1)))
        first = tested + test + embargo
    return tuple(found)


def require_judged(
    trained_to: datetime,
    tested_from: datetime,
    bars: int,
    *,
    interval: timedelta,
    settings: TrainingSettings,
) -> None:
    """Refuse a part to test that has no bar to judge, or judges one within reach of a trained one.

    :param bars: of the part to test, those of the warm-up included.
    :raises MarketDataError: it does.
    """
    if bars < WARM_UP + 3:
        raise MarketDataError(
            Message(
                "{bars:,} bars are too few to test on: {least:,} are needed.",
                bars=bars,
                least=WARM_UP + 3,
            ),
            _OTHER_CANDLES,
        )
    reach = purge_gap(settings) * interval
    judged_from = tested_from + (WARM_UP + 1) * interval
    if tested_from <= trained_to or judged_from <= trained_to + reach:
        raise MarketDataError(
            Message(
                "The fold tests from {first:%Y-%m-%d %H:%M} UTC, within {reach} of its training"
                " bars.",
                first=judged_from,
                reach=str(reach),
            ),
            _OTHER_CANDLES,
        )


_OTHER_CANDLES = Message("Use later candles, or train on earlier ones.")
