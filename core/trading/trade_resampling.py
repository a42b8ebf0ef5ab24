"""Win rate, profit factor and losing streak of round trips that may come in streaks.

Trades are drawn in matched blocks (Carlstein, Do, Hall, Hesterberg and Kuensch 1998): a
block has a random length, its mean by Politis and White (2004), and starts after a trade
with the same sign as the last one drawn. So a losing streak neither breaks nor grows where
two blocks join, as it does with independent draws. The losing streak is that of a new record,
simulated as a chain of two states whose chances of a loss, after a loss and after none, are
drawn from what the record leaves open (Jeffreys' prior): a streak that it could have had counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.metrics.conventions import NO_VOLATILITY
from core.trading.block_length import optimal_block_length
from core.trading.long_run import stretch

if TYPE_CHECKING:
    from core.playbook.gates import GateId

METHOD = (
    "round trips in matched blocks (Carlstein et al. 1998), mean length by Politis and White "
    "(2004) on results and on their signs; win rate and profit factor at least as wide as Student's t "
    "with the error of their 12 lowest cosine frequencies (Mueller and Watson 2008); the losing "
    "streak is that of a new record of as many trades: a two-state chain whose chances are drawn "
    "from their posterior (Jeffreys' prior)"
)
_FEWEST = 20  # below it the optimal length is noise


def trade_block(pnl: np.ndarray) -> float:
    """Mean block length in trades, 1 to a quarter of the record."""
    found = [1.0]
    if len(pnl) >= _FEWEST:
        for series in (pnl, (pnl < 0).astype(float)):
            if float(np.std(series)) > NO_VOLATILITY:
                length = optimal_block_length(series)
                found.append(length if np.isfinite(length) else 1.0)
    return max(1.0, min(max(found), len(pnl) / 4.0))


def resampled_trades(
    pnl: np.ndarray, repetitions: int, seed: int, block: float | None = None
) -> dict[GateId, np.ndarray]:
    """Win rate, profit factor and longest losing run, (repetitions,) each.

    :param block: mean length in trades; None: :func:`trade_block`.
    """
    drawn = pnl[_matched(pnl < 0, repetitions, block or trade_block(pnl), seed)]
    won = np.where(drawn > 0, drawn, 0.0).sum(axis=0)
    lost = -np.where(drawn < 0, drawn, 0.0).sum(axis=0)
    wins = (drawn > 0).mean(axis=0)
    factor = np.divide(won, lost, out=np.full(repetitions, np.nan), where=lost > 0)
    return {
        "win_rate_pct": _wider_share(wins, pnl > 0) * 100.0,
        "profit_factor": _wider_factor(factor, pnl),
        "consecutive_losses": new_streaks(pnl < 0, repetitions, seed),
    }


def _matched(lost: np.ndarray, repetitions: int, block: float, seed: int) -> np.ndarray:
    """Positions of the drawn trades, shape (trades, repetitions)."""
    n, random = len(lost), np.random.default_rng(seed)
    follows = np.roll(lost, 1)
    won_before, lost_before = (np.flatnonzero(follows == sign) for sign in (False, True))
    starts = random.random((n, repetitions))
    joins = random.random((n, repetitions)) < 1.0 / block
    drawn = np.empty((n, repetitions), int)
    drawn[0] = (starts[0] * n).astype(int)
    for i in range(1, n):
        before = drawn[i - 1]
        following = (before + 1) % n
        for sign, places in ((False, won_before), (True, lost_before)):
            here = np.flatnonzero(joins[i] & (lost[before] == sign))
            if len(here):
                following[here] = places[(starts[i, here] * len(places)).astype(int)]
        drawn[i] = following
    return drawn


def new_streaks(lost: np.ndarray, repetitions: int, seed: int) -> np.ndarray:
    """Longest losing runs of new records of as many trades, shape (repetitions,).

    :param lost: whether each trade lost, in order of exit.
    """
    random = np.random.default_rng([seed, 1])
    before, after = lost[:-1], lost[1:]
    after_loss, otherwise = (
        random.beta(
            0.5 + np.count_nonzero(after[where]),
            0.5 + np.count_nonzero(~after[where]),
            repetitions,
        )
        for where in (before, ~before)
    )
    losing = random.random(repetitions) < otherwise / (1.0 + otherwise - after_loss)  # stationary
    longest = current = losing.astype(float)
    for _ in range(len(lost) - 1):
        losing = random.random(repetitions) < np.where(losing, after_loss, otherwise)
        current = (current + 1.0) * losing
        longest = np.maximum(longest, current)
    return longest


def _wider_share(values: np.ndarray, won: np.ndarray) -> np.ndarray:
    """The shares spread to their long-run error."""
    own = float(won.mean())
    by = stretch(float(values.std()), won.astype(float))
    return np.clip(own + (values - own) * by, 0.0, 1.0)


def _wider_factor(values: np.ndarray, pnl: np.ndarray) -> np.ndarray:
    """The factors spread likewise on the log scale; those that are 0 or undefined stay."""
    lost = -float(pnl[pnl < 0].sum())
    own = float(pnl[pnl > 0].sum()) / lost if lost > 0.0 else 0.0
    usable = np.isfinite(values) & (values > 0.0)
    if own <= 0.0 or not usable.any():
        return values
    # Error of log(wins / losses) by the delta method: each trade's influence on it.
    influence = np.where(pnl > 0, pnl / (own * lost), pnl / lost) * len(pnl)
    away = np.log(values, out=np.zeros(len(values)), where=usable) - np.log(own)
    by = stretch(float(away[usable].std()), influence)
    return np.where(usable, own * np.exp(away * by), values)
