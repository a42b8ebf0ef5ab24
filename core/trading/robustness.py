"""Where the record breaks: other costs, a later fill, single quarters, regimes and trades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.gates import decide, measure
from core.metrics.conventions import meets_limit
from core.metrics.periods import by_part, quarters, regimes
from core.metrics.returns import bar_returns
from core.playbook import DecisionRule, GateSpec
from core.trading.costs import CostModel
from core.trading.replay import Costs, Replay, Track, replay

FEE_MULTIPLES = (0.0, 1.0, 2.0, 3.0)
SLIPPAGES_BPS = (0.0, 5.0, 10.0, 20.0)
COST_MULTIPLES = (2.0, 3.0)
BEST = 5
_HIGHEST_BPS = 1_000.0


@dataclass(frozen=True)
class Judge:
    """The playbook's gates on any equity and trades."""

    gates: Sequence[GateSpec]
    rules: Sequence[DecisionRule]
    bars_per_year: int

    def outcome(self, equity: np.ndarray, pnl: np.ndarray) -> dict[str, object]:
        """Return, gates and decision of a whole record."""
        measured = measure(equity, pnl, self.bars_per_year)
        gates = {
            gate.id: {
                "value": measured[gate.id].value,
                "status": measured[gate.id].status.value,
                "passed": measured[gate.id].value is not None
                and meets_limit(measured[gate.id].value, gate.op, gate.threshold),
            }
            for gate in sorted(self.gates, key=lambda gate: gate.number)
        }
        passed = sum(gate["passed"] for gate in gates.values())
        return {
            "return_pct": float(equity[-1] / equity[0] - 1.0) * 100.0,
            "decision": decide(passed, self.rules).decision.value,
            "score": f"{passed}/{len(gates)}",
            "gates": gates,
        }

    def scenario(self, played: Replay, number: int) -> dict[str, object]:
        """:meth:`outcome` of one scenario of a replay."""
        return self.outcome(played.equity[:, number], played.pnl(number))


@dataclass(frozen=True)
class Stress:
    """The record under other costs and one bar later.

    :ivar grid: ``fees``, ``slippage``, ``costs`` and ``delay_one_bar`` of decision.json.
    :ivar break_even_bps: costs a side at which nothing is earned; None: not even free.
    :ivar same: the replay at the recorded costs.
    """

    grid: Mapping[str, object]
    break_even_bps: float | None
    same: Replay

    @property
    def doubled(self) -> Mapping[str, Mapping[str, object]]:
        """The gates with fee and slippage doubled, by id."""
        return self.grid["costs"][0]["gates"]


def stress(track: Track, levels: np.ndarray, costs: CostModel, judge: Judge) -> Stress:
    """Replay the recorded levels under every cost of the grid.

    :param levels: held on each bar, shape (n,).
    """
    fees = [replace(costs, fee_bps=costs.fee_bps * m) for m in FEE_MULTIPLES]
    # Without any slippage there is no spread either, so its floor of half a tick goes too.
    slips = [
        replace(costs, slippage_bps=bps, tick=costs.tick if bps else 0.0) for bps in SLIPPAGES_BPS
    ]
    whole = [_times(costs, m) for m in COST_MULTIPLES]
    played = replay(track, levels, Costs.of(costs, *fees, *slips, *whole))
    at = iter(range(1, 1 + len(fees) + len(slips) + len(whole)))
    late = replay(track, _later(levels, track), Costs.of(costs))
    return Stress(
        {
            "fees": [
                {"multiple": m, "fee_bps": model.fee_bps, **judge.scenario(played, next(at))}
                for m, model in zip(FEE_MULTIPLES, fees, strict=True)
            ],
            "slippage": [
                {"slippage_bps": bps, **judge.scenario(played, next(at))} for bps in SLIPPAGES_BPS
            ],
            "costs": [{"multiple": m, **judge.scenario(played, next(at))} for m in COST_MULTIPLES],
            "delay_one_bar": judge.scenario(late, 0),
        },
        break_even_bps(track, levels),
        replay(track, levels, Costs.of(costs)),
    )


def break_even_bps(track: Track, levels: np.ndarray) -> float | None:
    """Costs a side in basis points at which the record earns exactly nothing.

    Searched between 0 and 1000 bps, all costs as a fee; None if it earns nothing even
    without costs, or never trades.
    """
    if not np.any(levels):
        return None

    low, high = 0.0, _HIGHEST_BPS
    for _ in range(3):  # each round narrows the bracket by a factor of 63
        grid = np.linspace(low, high, 64)
        ends = replay(track, levels, Costs.grid(*((bps, 0.0, 0.0) for bps in grid))).equity[-1]
        earning = np.flatnonzero(ends >= 1.0)
        if not len(earning):
            return None
        last = int(earning[-1])
        if last == len(grid) - 1:
            return float(grid[-1])
        low, high = float(grid[last]), float(grid[last + 1])
    gain, loss = float(ends[last]) - 1.0, 1.0 - float(ends[last + 1])
    return low + (high - low) * gain / (gain + loss) if gain + loss > 0 else low


def parts(
    equity: pd.DataFrame, track: Track, trades: pd.DataFrame, bars_per_year: int
) -> dict[str, list[dict[str, object]]]:
    """``quarters`` and ``regimes`` of decision.json."""
    returns = bar_returns(equity["equity"].to_numpy(float))
    before = np.concatenate([track.open[:1], track.close[:-1]])
    market = track.close / before - 1.0
    times = pd.to_datetime(equity["time"], utc=True)
    # A trip that ends at a bar's open belongs to that bar, a forced one to the bar it closes.
    ends = pd.to_datetime(trades["exit_time"], utc=True)
    exits = np.searchsorted(times.to_numpy(), ends.to_numpy(), side="right") - 1
    forced = trades["forced_exit"].astype(bool).to_numpy()
    exits = np.clip(np.where(forced, exits - 1, exits), 0, len(track) - 1)
    return {
        name: by_part(labels, returns, market, exits, bars_per_year)
        for name, labels in (
            ("quarters", quarters(times.iloc[1:])),
            ("regimes", regimes(track.close)),
        )
    }


def best_trades(equity: np.ndarray, pnl: np.ndarray) -> dict[str, float | None]:
    """How much hangs on the five best round trips."""
    net = float(pnl.sum())
    best = float(np.sort(pnl)[-BEST:].sum()) if len(pnl) else 0.0
    return {
        "top5_share": best / net if net > 0 else None,
        "return_without_top5_pct": float((equity[-1] - best) / equity[0] - 1.0) * 100.0,
    }


def _later(levels: np.ndarray, track: Track) -> np.ndarray:
    """Each level one bar later, within its episode."""
    late = np.concatenate([[0.0], levels[:-1]])
    late[track.first] = 0.0
    return late


def _times(costs: CostModel, multiple: float) -> CostModel:
    return CostModel(costs.fee_bps * multiple, costs.slippage_bps * multiple, costs.tick * multiple)
