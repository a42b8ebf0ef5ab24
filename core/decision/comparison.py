"""Comparing a new decision with earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.change import Change, ComparedDecision, GateChange, LapsedApproval, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision.record import RecordedDecision
    from core.gates import GateResult
    from core.vocabulary import SignatureState


@dataclass(frozen=True)
class EarlierDecision:
    """An earlier decision, by its hash.

    :ivar validity: validity of its signature when it was compared; None: not checked.
    """

    sha256: str
    decision: RecordedDecision
    validity: SignatureState | None = None


@dataclass(frozen=True)
class EarlierDecisions:
    """What a new decision is compared with.

    :ivar previous: the revalidation before this one.
    :ivar production: the newest approval, if its signature is valid.
    :ivar lapsed: the newest approval, if its signature is no longer valid.
    """

    previous: EarlierDecision | None = None
    production: EarlierDecision | None = None
    lapsed: EarlierDecision | None = None


@dataclass(frozen=True)
class Basis:
    """The inputs of a new decision that are compared with earlier ones.

    :ivar code: SHA-256 of the source tree; None: not known.
    """

    model: str
    data: str
    playbook: str
    code: str | None
    gates: Sequence[GateResult]


def change_since(earlier: EarlierDecisions, now: Basis) -> Change:
    """Delta per gate, and which inputs are the same, for each earlier decision."""
    change = Change(
        previous=_compared(earlier.previous, now), production=_compared(earlier.production, now)
    )
    if earlier.lapsed is None:
        return change
    return change.model_copy(update={"lapsed": _lapsed(earlier.lapsed)})


def _compared(earlier: EarlierDecision | None, now: Basis) -> ComparedDecision | None:
    if earlier is None:
        return None
    before = earlier.decision
    then = {gate.id: gate for gate in before.gates}
    compared = ComparedDecision(
        sha256=earlier.sha256,
        created_at=before.created_at,
        day=before.day,
        week=before.week,
        decision=before.decision,
        score=before.score,
        grade=before.evidence.grade,
        model_sha256=before.model.sha256,
        data_sha256=before.data.sha256,
        same=_same(before, now),
        gates={gate.id: _delta(then[gate.id], gate) for gate in now.gates if gate.id in then},
    )
    if earlier.validity is None:
        return compared
    return compared.model_copy(update={"standing": earlier.validity.value})


def _lapsed(earlier: EarlierDecision) -> LapsedApproval:
    before = earlier.decision
    return LapsedApproval.model_validate(
        {
            "sha256": earlier.sha256,
            "created_at": before.created_at,
            "week": before.week,
            "decision": before.decision,
            "score": before.score,
            "standing": earlier.validity,
        }
    )


def _same(before: RecordedDecision, now: Basis) -> tuple[Part, ...]:
    code = None if before.trust is None else before.trust.code
    same: dict[Part, bool] = {
        "model": before.model.sha256 == now.model,
        "data": before.data.sha256 == now.data,
        "playbook": before.playbook.sha256 == now.playbook,
        "code": code is not None and code.tree_sha256 == now.code,
    }
    return tuple(part for part, is_same in same.items() if is_same)


def _delta(then: GateResult, gate: GateResult) -> GateChange:
    before, now = then.value, gate.value
    return GateChange(
        before=before,
        now=now,
        delta=None if before is None or now is None else now - before,
        passed_before=then.passed,
    )
