"""How often the 95 % intervals hold, on records whose truth is known.

``python -m tests.benchmarks.interval_coverage [--quick]``. Sharpe, win rate and profit factor
are compared with the true value; drawdown, Calmar and losing streak depend on the path and are
compared with a second record of the same process.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

from core.metrics.drawdown import max_drawdown_pct
from core.metrics.tail_shape import TailShape
from core.metrics.trades import longest_losing_run, profit_factor
from core.playbook import DEFAULT, load_playbook
from core.trading.resampling import uncertainty
from core.trading.significance import Moments

if TYPE_CHECKING:
    from collections.abc import Callable

Random = np.random.Generator
YEAR, BARS, TRADES = 8760, 2160, 100
RECORDS, REPETITIONS = 300, 500
QUICK_RECORDS, QUICK_REPETITIONS = 40, 200
DRIFT, SIZE, STREAK = 3e-5, 1e-3, 5
NULL_RECORDS, SURE = 1000, 0.95
SMALL_WIN, CRASH, CRASH_SHARE, SHORT = 1.0, -40.0, 0.03, 40


def first_order(random: Random, n: int, rho: float = 0.0) -> np.ndarray:
    return lfilter([1.0], [1.0, -rho], random.standard_normal(n + 100))[100:]


def garch(random: Random, n: int) -> np.ndarray:
    noise, found, variance = random.standard_normal(n), np.empty(n), 1.0
    for i in range(n):
        found[i] = np.sqrt(variance) * noise[i]
        variance = 0.02 + 0.08 * found[i] ** 2 + 0.9 * variance
    return found


def trending(random: Random, n: int) -> np.ndarray:
    side = np.cumsum(random.random(n) < 0.01) % 2 * 2.0 - 1.0
    return side * 0.15 * random.choice([-1.0, 1.0]) + random.standard_normal(n)


def streaky(random: Random, n: int, rho: float) -> np.ndarray:
    """Results whose signs have this lag-1 autocorrelation; half of them won."""
    draws, won = random.random(n), np.empty(n, bool)
    won[0] = draws[0] < 0.5
    for i in range(1, n):
        won[i] = draws[i] < 0.5 + rho * (0.5 if won[i - 1] else -0.5)
    return _sized(random, won)


def _sized(random: Random, won: np.ndarray) -> np.ndarray:
    size = random.lognormal(0.0, 0.6, len(won))
    return np.where(won, 1.3 * size, -size)


def regimes(random: Random, n: int) -> np.ndarray:
    """A calm rise and a loud fall in turn, 150 bars each on average."""
    loud = (np.cumsum(random.random(n) < 1 / 150) + random.integers(2)) % 2
    return np.where(loud, -0.08, 0.08) + np.where(loud, 1.5, 0.6) * random.standard_normal(n)


def heavy(random: Random, n: int) -> np.ndarray:
    """Student's t with three degrees of freedom, of variance 1: the kurtosis is infinite."""
    return random.standard_t(3, n) / np.sqrt(3.0)


def hidden(random: Random, n: int) -> np.ndarray:
    """Good and bad spells of 15 trades on average, which no lag of one trade describes."""
    good = (np.cumsum(random.random(n) < 1 / 15) + random.integers(2)) % 2
    return _sized(random, random.random(n) < np.where(good, 0.7, 0.3))


PROCESSES: dict[str, Callable[[Random, int], np.ndarray]] = {
    "iid": first_order,
    "AR(1) 0.3": partial(first_order, rho=0.3),
    "GARCH": garch,
    "trending": trending,
    "regimes": regimes,
    "heavy tails": heavy,
}
TRADE_PROCESSES: dict[str, Callable[[Random, int], np.ndarray]] = {
    "independent": partial(streaky, rho=0.0),
    "lag-1 0.3": partial(streaky, rho=0.3),
    "lag-1 0.5": partial(streaky, rho=0.5),
    "hidden spells": hidden,
}


def main(quick: bool) -> None:
    records = QUICK_RECORDS if quick else RECORDS
    repetitions = QUICK_REPETITIONS if quick else REPETITIONS
    print(f"95 % intervals, {records} records of {BARS} bars: share that holds", flush=True)
    for name, process in PROCESSES.items():
        print(f"  {name:<12} {bars_hold(process, records, repetitions)}", flush=True)
    print(f"95 % intervals, {records} records of {TRADES} trades: share that holds", flush=True)
    for name, process in TRADE_PROCESSES.items():
        print(f"  {name:<14}{trades_hold(process, records, repetitions)}", flush=True)
    print(f"PSR(0) above 95 % without skill, {NULL_RECORDS} records of {BARS} bars:", flush=True)
    for name, process in PROCESSES.items():
        print(f"  {name:<12} {false_alarms(process)}", flush=True)
    print(f"Short-volatility shapes, {NULL_RECORDS} records of {SHORT} trades:")
    print(f"  {short_volatility()}")


def bars_hold(process: Callable[[Random, int], np.ndarray], records: int, repetitions: int) -> str:
    random, gates = np.random.default_rng(1), load_playbook(DEFAULT).gates

    def record() -> np.ndarray:
        return SIZE * process(random, BARS) + DRIFT

    long = SIZE * process(random, 400_000) + DRIFT
    truth = DRIFT / float(long.std()) * np.sqrt(YEAR)
    held: dict[str, list[bool]] = {"sharpe": [], "max_drawdown_pct": [], "calmar": []}
    for _ in range(records):
        found = uncertainty(record(), None, gates, YEAR, repetitions).gates
        fresh = record()
        true = {"sharpe": truth, "max_drawdown_pct": _fall(fresh), "calmar": _calmar(fresh)}
        for gate, values in found.items():
            if gate in held and values.ci95 is not None:
                low, high = values.ci95
                held[gate].append(low <= true[gate] <= high)
    return _row(held)


def trades_hold(
    process: Callable[[Random, int], np.ndarray], records: int, repetitions: int
) -> str:
    random, gates = np.random.default_rng(2), load_playbook(DEFAULT).gates
    factor = profit_factor(process(random, 400_000)).value or 0.0
    held: dict[str, list[bool]] = {
        "win_rate_pct": [],
        "profit_factor": [],
        "consecutive_losses": [],
    }
    passes, shown = [], []
    for _ in range(records):
        seen, new = process(random, TRADES), process(random, TRADES)
        found = uncertainty(np.empty(0), seen, gates, YEAR, repetitions).gates
        fresh = longest_losing_run(new).value or 0
        true = {"win_rate_pct": 50.0, "profit_factor": factor, "consecutive_losses": fresh}
        passes.append(fresh <= STREAK)
        shown.append(found["consecutive_losses"].p_pass or 0.0)
        for gate, values in found.items():
            if gate in held and values.ci95 is not None:
                low, high = values.ci95
                held[gate].append(low <= true[gate] <= high)
    chance = f"streak gate: P(pass) shown {np.mean(shown):.2f}, true {np.mean(passes):.2f}"
    return f"{_row(held)}; {chance}"


def false_alarms(process: Callable[[Random, int], np.ndarray]) -> str:
    random, plain, effective = np.random.default_rng(3), [], []
    for _ in range(NULL_RECORDS):
        moments = Moments.of(process(random, BARS))
        if moments is not None:
            whole = Moments(moments.n, moments.sharpe, moments.skew, moments.kurtosis)
            plain.append(whole.psr(0.0) > SURE)
            effective.append(moments.psr(0.0) > SURE)
    return f"all bars {np.mean(plain):.1%}, effective bars {np.mean(effective):.1%}"


def short_volatility() -> str:
    """Small wins and rare crashes that lose in the long run; the opposite has stops."""
    random = np.random.default_rng(4)
    shapes = [
        TailShape.of(np.where(random.random(SHORT) < CRASH_SHARE, CRASH, SMALL_WIN))
        for _ in range(NULL_RECORDS)
    ]
    stopped = [TailShape.of(np.where(random.random(SHORT) < 0.6, 1.0, -1.0)) for _ in shapes]
    unseen = np.mean([shape is not None and shape.losses == 0 for shape in shapes])
    return (
        f"crash not seen yet in {unseen:.0%}; warned {_warned(shapes):.0%}; "
        f"60 % winners with stops: warned {_warned(stopped):.0%}"
    )


def _warned(shapes: list[TailShape | None]) -> float:
    found = [s is not None and (s.rare_large_losses or s.unseen_losses) for s in shapes]
    return float(np.mean(found))


def _fall(returns: np.ndarray) -> float:
    return max_drawdown_pct(np.concatenate([[1.0], np.cumprod(1.0 + returns)])).value or 0.0


def _calmar(returns: np.ndarray) -> float:
    growth = float(np.prod(1.0 + returns)) ** (YEAR / len(returns)) - 1.0
    return growth / (_fall(returns) / 100.0)


def _row(held: dict[str, list[bool]]) -> str:
    return ", ".join(f"{name} {np.mean(each):.0%}" for name, each in held.items() if each)


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
