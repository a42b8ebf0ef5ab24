"""The manual's two documents, compared letter by letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from core.decision import DecisionRecord, decision_text, gate_block
from core.vocabulary import Decision, GateStatus
from tests.core.backtest_records import DAY, PLAYBOOK, decision_of, record

VALUES = {
    "sharpe": (1.3127, True),
    "max_drawdown_pct": (12.41, True),
    "win_rate_pct": (47.25, True),
    "profit_factor": (1.614, True),
    "consecutive_losses": (7, False),
    "calmar": (None, False),
}


def decision(**changed: Any) -> DecisionRecord:
    built = decision_of(record())
    gates = []
    for gate in built.gates:
        value, passed = VALUES[gate.id]
        status = GateStatus.OK if value is not None else GateStatus.NO_DRAWDOWN
        gates.append(gate.model_copy(update={"value": value, "passed": passed, "status": status}))
    given = {
        "decision": Decision.PARTIAL, "gates": tuple(gates), "gates_passed": 4,
        "recommendation": "Tune",
    }  # fmt: skip
    return built.model_copy(update=given | changed)


def test_the_gate_block_is_the_manuals_of_half_past_four():
    assert (
        gate_block(decision().gates)
        == """\
Gate 1: Sharpe Ratio ≥ 1.0
  Resultado: 1.31
  Status: ✅ PASS

Gate 2: Max DD ≤ 15.0%
  Resultado: 12.4%
  Status: ✅ PASS

Gate 3: Win Rate ≥ 45.0%
  Resultado: 47.2%
  Status: ✅ PASS

Gate 4: Profit Factor ≥ 1.5
  Resultado: 1.61
  Status: ✅ PASS

Gate 5: Consecutive Losses ≤ 5
  Resultado: 7
  Status: ❌ FAIL

Gate 6: Calmar Ratio ≥ 2.0
  Resultado: n/a (no_drawdown)
  Status: ❌ FAIL"""
    )


def test_the_decision_document_is_the_manuals_of_five_o_clock():
    assert (
        decision_text(decision())
        == """\
═══════════════════════════════════════════════════════════
  REVALIDATION DECISION — 27 FEV 2026
═══════════════════════════════════════════════════════════

DECISION: PARTIAL

GATES PASSED: 4/6
  ✅ Gate 1: Sharpe
  ✅ Gate 2: Max DD
  ✅ Gate 3: Win Rate
  ✅ Gate 4: Profit Factor
  ❌ Gate 5: Consecutive Losses
  ❌ Gate 6: Calmar

RECOMMENDATION: Tune

NEXT STEPS: 27 FEV 17:30 UTC (CTO Approval)

═══════════════════════════════════════════════════════════
"""
    )


def test_no_go_is_written_with_a_dash():
    assert "\nDECISION: NO-GO\n" in decision_text(decision(decision=Decision.NO_GO))


def test_the_approval_is_printed_in_utc_and_on_its_own_day():
    west = timezone(timedelta(hours=-3))
    moved = decision_of(record(), approval_at=datetime(2026, 2, 27, 22, 15, tzinfo=west))
    assert moved.next_steps.line == "28 FEV 01:15 UTC (CTO Approval)"
    assert decision_of(record()).next_steps.line == "27 FEV 17:30 UTC (CTO Approval)"
    launch = datetime(2026, 2, 23, 14, tzinfo=UTC)
    slot = PLAYBOOK.slot("approval")
    assert slot.at(launch) == datetime(DAY.year, DAY.month, DAY.day, 17, 30, tzinfo=UTC)


def test_the_approvals_time_is_the_playbooks():
    def of(**changed: Any) -> str:
        slots = [
            slot.model_copy(update=changed) if slot.kind == "approval" else slot
            for slot in PLAYBOOK.schedule
        ]
        playbook = PLAYBOOK.model_copy(update={"schedule": tuple(slots)})
        return decision_of(record(), playbook=playbook).next_steps.line

    assert of(time="09:45") == "27 FEV 09:45 UTC (CTO Approval)"
    # Counted from a launch that was not given: only the day is known.
    assert of(day=None, time=None, offset="+99h") == "27 FEV (CTO Approval)"
