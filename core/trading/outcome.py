"""The whole record under other assumptions: the result of the same decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from core.gates import decide, measure
from core.json_model import JsonModel, Number
from core.metrics.conventions import meets_limit
from core.playbook.gates import GateId
from core.vocabulary import Decision, GateStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from core.playbook import DecisionRule, GateSpec
    from core.trading.replay import Replay


class GateValue(JsonModel):
    """A gate's value under other assumptions."""

    value: Number | None = Field(description="Unrounded; null where undefined, see status.")
    status: GateStatus = Field(description="ok, or why the gate has no value.")
    passed: bool = Field(description="As the gate itself is judged.")


class Outcome(JsonModel):
    """Return, gates and decision of the whole record."""

    return_pct: float = Field(description="Net return, percent.")
    decision: Decision = Field(description="GO, PARTIAL or NO-GO.")
    score: str = Field(description="Gates passed of all, 4/6.")
    gates: dict[GateId, GateValue] = Field(description="Each gate by its id.")


class _Multiple(JsonModel):
    multiple: float = Field(ge=0, description="Of the recorded costs.")


class _Fee(JsonModel):
    multiple: float = Field(ge=0, description="Of the recorded fee.")
    fee_bps: float = Field(description="Fee per side, basis points.")


class _Slippage(JsonModel):
    slippage_bps: float = Field(ge=0, description="Slippage per side, basis points.")


# The assumption comes first in the file: pydantic puts fields of a later base before the others.
class CostOutcome(Outcome, _Multiple):
    """With fee and slippage multiplied."""


class FeeOutcome(Outcome, _Fee):
    """With another fee; slippage unchanged."""


class SlippageOutcome(Outcome, _Slippage):
    """With another slippage; fee unchanged."""


@dataclass(frozen=True)
class Judge:
    """The playbook's gates on any equity and trades."""

    gates: Sequence[GateSpec]
    rules: Sequence[DecisionRule]
    bars_per_year: int

    def outcome(self, equity: np.ndarray, pnl: np.ndarray) -> Outcome:
        """Return, gates and decision of a whole record.

        :param equity: shape (bars + 1,), any unit.
        :param pnl: net results of the round trips in order of exit.
        """
        measured = measure(equity, pnl, self.bars_per_year)
        gates = {}
        for gate in sorted(self.gates, key=lambda gate: gate.number):
            value = measured[gate.id].value
            gates[gate.id] = GateValue(
                value=value,
                status=measured[gate.id].status,
                passed=value is not None and meets_limit(value, gate.op, gate.threshold),
            )
        passed = sum(gate.passed for gate in gates.values())
        return Outcome(
            return_pct=float(equity[-1] / equity[0] - 1.0) * 100.0,
            decision=decide(passed, self.rules).decision,
            score=f"{passed}/{len(gates)}",
            gates=gates,
        )

    def scenario(self, played: Replay, number: int) -> Outcome:
        """:meth:`outcome` of one scenario of a replay."""
        return self.outcome(played.equity[:, number], played.pnl(number))
