"""The manual's two documents, to the letter: the gate block and the decision."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from core.timestamps import portuguese_day
from core.vocabulary import GLYPHS, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision.record import RecordedDecision
    from core.gates import GateResult

RULE = "═" * 59
SYMBOLS = {">=": "≥", "<=": "≤"}


def gate_block(gates: Sequence[GateResult]) -> str:
    """The gate block from the gate records of ``decision.json``.

    Values are printed with the manual's decimals, ``n/a`` and the status where
    undefined; whether a gate passed was settled on the unrounded value.
    """
    return "\n\n".join(
        f"Gate {gate.number}: {gate.name} {SYMBOLS[gate.op]} {_limit(gate)}\n"
        f"  Resultado: {_result(gate)}\n"
        f"  Status: {_glyph(gate)} {'PASS' if gate.passed else 'FAIL'}"
        for gate in gates
    )


def decision_text(decision: RecordedDecision) -> str:
    """The decision document from ``decision.json``; ends with a newline."""
    day = date.fromisoformat(decision.day)
    gates = "\n".join(
        f"  {_glyph(gate)} Gate {gate.number}: {gate.short}" for gate in decision.gates
    )
    return f"""\
{RULE}
  REVALIDATION DECISION — {portuguese_day(day, year=True)}
{RULE}

DECISION: {decision.decision.value}

GATES PASSED: {decision.gates_passed}/{len(decision.gates)}
{gates}

RECOMMENDATION: {decision.recommendation}

NEXT STEPS: {decision.next_steps.line}

{RULE}
"""


def approval_line(day: date, approval_at: datetime | None) -> str:
    """``27 FEV 17:30 UTC (CTO Approval)``; the time is left out where it is not known."""
    moment = None if approval_at is None else approval_at.astimezone(UTC)
    on_day = day if moment is None else moment.date()
    day_and_month = portuguese_day(on_day, year=True).rsplit(" ", 1)[0]
    at_time = "" if moment is None else f" {moment:%H:%M} UTC"
    return f"{day_and_month}{at_time} (CTO Approval)"


def _limit(gate: GateResult) -> str:
    return f"{gate.threshold:.{gate.threshold_decimals}f}{gate.unit}"


def _result(gate: GateResult) -> str:
    if gate.value is None:
        return f"n/a ({gate.status.value})"
    return f"{gate.value:.{gate.decimals}f}{gate.unit}"


def _glyph(gate: GateResult) -> str:
    return GLYPHS[Verdict.PASS if gate.passed else Verdict.FAIL]
