"""The six gates and the three-way decision, from equity and trades alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from core.errors import InputError
from core.json_model import Count, JsonModel, Number
from core.language import Message, plural
from core.metrics.conventions import (
    DAYS_PER_YEAR,
    HOURS_PER_YEAR,
    Conventions,
    conventions,
    meets_limit,
)
from core.metrics.drawdown import max_drawdown_pct
from core.metrics.metric_value import MetricValue, undefined
from core.metrics.ratios import calmar, lag1_autocorrelation, sharpe
from core.metrics.records import (
    read_equity_csv,
    read_trades_csv,
    require_equity,
    require_trades,
)
from core.metrics.returns import bar_returns, daily_returns, days
from core.metrics.ruin import is_ruined
from core.metrics.tail_shape import TailShape
from core.metrics.trades import (
    expected_longest_run,
    longest_losing_run,
    profit_factor,
    win_rate_pct,
)
from core.playbook.gates import GateId
from core.vocabulary import Decision, GateStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from core.playbook import DecisionRule, GateSpec

__all__ = [
    "GateResult",
    "Scorecard",
    "decide",
    "measure",
    "read_equity_csv",
    "read_trades_csv",
    "score",
]


TRADE_GATES: tuple[GateId, ...] = ("win_rate_pct", "profit_factor", "consecutive_losses")


class GateResult(JsonModel):
    """One gate, judged."""

    id: GateId = Field(description="Name of the gate in files.")
    number: int = Field(ge=1, description="Number of the gate, 1 to 6.")
    name: str = Field(description="Name in the printed gate block.")
    short: str = Field(description="Name in the decision document.")
    value: Number | None = Field(description="Unrounded; null where undefined, see status.")
    unit: str = Field(description="Of value and threshold: % or empty.")
    op: Literal[">=", "<="] = Field(
        description="How the value must compare with the threshold, equality included."
    )
    threshold: float = Field(description="The limit.")
    margin: Number | None = Field(
        description="Distance to the limit; negative if the gate failed, null without a value."
    )
    passed: bool = Field(
        description="Inclusive, relative tolerance 1e-9; a null value is not passed."
    )
    status: GateStatus = Field(description="ok, or why the gate has no value.")
    decimals: Count = Field(description="Decimals of the value in the printed gate block.")
    threshold_decimals: Count = Field(
        description="Decimals of the threshold in the printed gate block."
    )


class GateFacts(JsonModel):
    """Figures shown beside the gates."""

    bars: Count = Field(description="Marked bars.")
    days: float = Field(description="Length of the record in days.")
    return_pct: float = Field(description="Total net return, percent.")
    sharpe_daily: float | None = Field(
        description="Annual Sharpe of daily returns; null where undefined."
    )
    lag1_autocorrelation: float | None = Field(
        description="Correlation of each bar's return with the one before."
    )
    calmar_window_days: float = Field(description="Days that Calmar's annual return is taken from.")
    calmar_extrapolated: bool = Field(description="That window is shorter than a year.")
    trades: Count | None = Field(description="Closed round trips; null: not known.")
    forced_exits: Count | None = Field(description="Round trips closed by force; null: not known.")
    expected_longest_losing_run: float | None = Field(
        description="Of that many independent trades at this loss rate; null without trades."
    )
    trades_lag1: float | None = Field(
        default=None,
        description="Correlation of each round trip's result with the one before; null or absent: "
        "not known.",
    )
    tail: TailShape | None = Field(
        default=None, description="Shape of the round trips' results; null or absent: not known."
    )


@dataclass(frozen=True)
class Scorecard:
    """All gates, the decision, and the figures shown beside them."""

    decision: Decision
    passed: int
    gates: tuple[GateResult, ...]
    conventions: Conventions
    facts: GateFacts

    @property
    def score(self) -> str:
        """``4/6``."""
        return f"{self.passed}/{len(self.gates)}"

    def gate(self, gate_id: str) -> GateResult:
        """The gate with this id."""
        return next(gate for gate in self.gates if gate.id == gate_id)

    def as_dict(self) -> dict[str, Any]:
        """Strict JSON: no NaN, no infinity."""
        return {
            "decision": self.decision.value,
            "score": self.score,
            "gates_passed": self.passed,
            "gates": [gate.as_dict() for gate in self.gates],
            "facts": self.facts.as_dict(),
            "conventions": self.conventions.as_dict(),
        }


def score(
    equity: pd.DataFrame,
    trades: pd.DataFrame | None,
    gates: Sequence[GateSpec],
    rules: Sequence[DecisionRule],
    bars_per_year: int = HOURS_PER_YEAR,
    *,
    span: float | None = None,
    trades_differ: bool = False,
) -> Scorecard:
    """Judge a backtest.

    :param span: length of the record in days, by its times; None: by its bars.
    :param trades_differ: the trades are not those of this equity: their gates have no value.

    :param equity: columns ``time, equity``; the first row is the starting capital.
    :param trades: columns ``exit_time, pnl`` (one row per round trip, net, in quote
        currency); None if unknown: their gates are then undefined.
    :raises InputError: see :func:`core.metrics.records.require_equity` and
        :func:`~core.metrics.records.require_trades`.
    """
    curve = require_equity(equity)
    pnl = None if trades is None else require_trades(trades)
    measured = measure(curve, pnl, bars_per_year)
    if trades_differ:
        measured |= dict.fromkeys(TRADE_GATES, undefined(GateStatus.TRADES_DIFFER))
    results = tuple(
        _judge(spec, measured[spec.id]) for spec in sorted(gates, key=lambda spec: spec.number)
    )
    passed = sum(result.passed for result in results)
    return Scorecard(
        decision=decide(passed, rules).decision,
        passed=passed,
        gates=results,
        conventions=conventions(bars_per_year),
        facts=_facts(
            equity,
            curve,
            pnl,
            trades,
            span or days(len(curve) - 1, bars_per_year),
            measured["sharpe"],
        ),
    )


def measure(
    equity: np.ndarray, pnl: np.ndarray | None, bars_per_year: int = HOURS_PER_YEAR
) -> dict[GateId, MetricValue]:
    """The six values by gate id, unrounded, from clean arrays (``pnl`` in order of exit)."""
    unknown = undefined(GateStatus.INSUFFICIENT_DATA)
    ratio = (
        undefined(GateStatus.RUINED)
        if is_ruined(equity)
        else sharpe(bar_returns(equity), bars_per_year)
    )
    return {
        "sharpe": ratio,
        "max_drawdown_pct": max_drawdown_pct(equity),
        "win_rate_pct": unknown if pnl is None else win_rate_pct(pnl),
        "profit_factor": unknown if pnl is None else profit_factor(pnl),
        "consecutive_losses": unknown if pnl is None else longest_losing_run(pnl),
        "calmar": calmar(equity, bars_per_year),
    }


def decide(passed: int, rules: Sequence[DecisionRule]) -> DecisionRule:
    """The strictest rule whose number of gates is reached.

    :raises InputError: no rule covers this number.
    """
    reached = [rule for rule in rules if passed >= rule.min_passed]
    if not reached:
        raise InputError(
            plural(
                "No decision rule covers {n} passed gate.",
                "No decision rule covers {n} passed gates.",
                passed,
            ),
            Message("Add one with min_passed 0 to the playbook's decision list."),
        )
    return max(reached, key=lambda rule: rule.min_passed)


def _judge(spec: GateSpec, measured: MetricValue) -> GateResult:
    value = measured.value
    margin = None
    if value is not None:
        margin = value - spec.threshold if spec.op == ">=" else spec.threshold - value
    return GateResult(
        id=spec.id,
        number=spec.number,
        name=spec.name,
        short=spec.short,
        value=value,
        unit=spec.unit,
        op=spec.op,
        threshold=spec.threshold,
        margin=margin,
        # Fail closed: what can't be computed is left to a person.
        passed=value is not None and meets_limit(value, spec.op, spec.threshold),
        status=measured.status,
        decimals=spec.decimals,
        threshold_decimals=spec.threshold_decimals,
    )


def _facts(
    frame: pd.DataFrame,
    equity: np.ndarray,
    pnl: np.ndarray | None,
    trades: pd.DataFrame | None,
    window: float,
    hourly: MetricValue,
) -> GateFacts:
    bars = len(equity) - 1
    daily = sharpe(daily_returns(frame["time"], equity), DAYS_PER_YEAR) if bars else hourly
    forced_exits = expected = None
    if trades is not None and "forced_exit" in trades.columns:
        forced = trades["forced_exit"].astype(str).str.lower()
        forced_exits = int(forced.isin(["true", "1"]).sum())
    if pnl is not None and len(pnl):
        expected = expected_longest_run(len(pnl), float(np.count_nonzero(pnl < 0)) / len(pnl))
    return GateFacts(
        bars=bars,
        days=window,
        return_pct=float(equity[-1] / equity[0] - 1.0) * 100.0,
        sharpe_daily=daily.value,
        lag1_autocorrelation=lag1_autocorrelation(bar_returns(equity)),
        calmar_window_days=window,
        calmar_extrapolated=window < DAYS_PER_YEAR,
        trades=None if pnl is None else len(pnl),
        forced_exits=forced_exits,
        expected_longest_losing_run=expected,
        trades_lag1=None if pnl is None else lag1_autocorrelation(pnl),
        tail=None if pnl is None else TailShape.of(pnl),
    )
