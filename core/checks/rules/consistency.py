"""Whether a decision file is consistent with itself and with the playbook."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.gates import decide
from core.language import Message
from core.metrics.conventions import meets_limit

if TYPE_CHECKING:
    from core.playbook import GateSpec, Playbook


def recorded_gates(decision: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The gate records of a decision, by id; what isn't a record is left out."""
    gates = decision.get("gates")
    if not isinstance(gates, list):
        return {}
    return {
        gate["id"]: gate
        for gate in gates
        if isinstance(gate, Mapping) and isinstance(gate.get("id"), str)
    }


def gate_problems(playbook: Playbook, decision: Mapping[str, Any]) -> list[Message]:
    """Gates that are missing, were judged by another limit, or were judged wrongly."""
    records = recorded_gates(decision)
    problems: list[Message] = []
    for gate in playbook.gates:
        record = records.get(gate.id)
        named = {"number": gate.number, "gate": gate.name}
        if record is None:
            problems.append(Message("gate {number} ({gate}) has no record", **named))
        elif record.get("threshold") != gate.threshold or record.get("op") != gate.op:
            problems.append(
                Message(
                    "gate {number} ({gate}) was judged by {used} {limit}, "
                    "the playbook requires {op} {threshold:g}",
                    **named,
                    used=record.get("op"),
                    limit=record.get("threshold"),
                    op=gate.op,
                    threshold=gate.threshold,
                )
            )
        elif record.get("passed") is not gate_passes(gate, record.get("value")):
            problems.append(
                Message(
                    "gate {number} ({gate}) is recorded as passed={passed}, with the value {value}",
                    **named,
                    passed=str(record.get("passed")),
                    value=record.get("value"),
                )
            )
    return problems


def decision_problems(playbook: Playbook, decision: Mapping[str, Any]) -> list[Message]:
    """Gates, score and decision that don't follow from each other."""
    problems = gate_problems(playbook, decision)
    if problems:
        return problems
    records = recorded_gates(decision)
    passed = sum(records[gate.id]["passed"] is True for gate in playbook.gates)
    score = f"{passed}/{len(playbook.gates)}"
    if decision.get("score") != score:
        problems.append(
            Message(
                "the recorded score is {recorded}, the gates give {score}",
                recorded=decision.get("score"),
                score=score,
            )
        )
    due = decide(passed, playbook.decision).decision.value
    if decision.get("decision") != due:
        problems.append(
            Message(
                "the recorded decision is {recorded}, {score} gives {due}",
                recorded=decision.get("decision"),
                score=score,
                due=due,
            )
        )
    return problems


def gate_passes(gate: GateSpec, value: Any) -> bool:
    """Whether a recorded value passes its gate; a missing or non-finite one never does."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    return meets_limit(value, gate.op, gate.threshold)
