"""Comparing a new decision with earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.decision.change import Change, ComparedDecision, GateChange, LapsedApproval, Part
from core.language import Message, literal
from core.metrics.conventions import CONVENTIONS_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    :ivar trained_with: CPU capability, threads and kernel libraries of the training run.
    :ivar revalidated_with: those of the revalidation.
    """

    model: str
    data: str
    playbook: str
    code: str | None
    gates: Sequence[GateResult]
    trained_with: Mapping[str, str] = field(default_factory=dict)
    revalidated_with: Mapping[str, str] = field(default_factory=dict)
    conventions: str = CONVENTIONS_ID

    @classmethod
    def of(cls, decision: RecordedDecision) -> Basis:
        """The inputs of a recorded decision."""
        code = None if decision.trust is None else decision.trust.code
        return cls(
            decision.model.sha256,
            decision.data.sha256,
            decision.playbook.sha256,
            None if code is None else code.tree_sha256,
            decision.gates,
            decision.model.numerics or {},
            decision.numerics or {},
            decision.conventions.id,
        )


def compared(earlier: EarlierDecision, later: RecordedDecision) -> ComparedDecision:
    """Delta per gate, and which inputs are the same, of two recorded decisions."""
    return _compared(earlier, Basis.of(later))


def change_since(earlier: EarlierDecisions, now: Basis) -> Change:
    """Delta per gate, and which inputs are the same, for each earlier decision."""
    previous, production = earlier.previous, earlier.production
    change = Change(
        previous=None if previous is None else _compared(previous, now),
        production=None if production is None else _compared(production, now),
    )
    if earlier.lapsed is None:
        return change
    return change.model_copy(update={"lapsed": _lapsed(earlier.lapsed)})


def _compared(earlier: EarlierDecision, now: Basis) -> ComparedDecision:
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
    more: dict[str, object] = {}
    if earlier.validity is not None:
        more["standing"] = earlier.validity.value
    if differing := tuple(_numerics(before, now)):
        more["numerics"] = differing
    return compared.model_copy(update=more)


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


def _numerics(before: RecordedDecision, now: Basis) -> Iterator[Message]:
    """A sentence for each difference that both records name."""
    if before.conventions.id != now.conventions:
        yield Message(
            "Gates were defined otherwise then ({before}, now {now}): differences between them are"
            " also those of the definitions.",
            before=before.conventions.id,
            now=now.conventions,
        )
    for what, then, present in (
        (Message("Model trained"), before.model.numerics, now.trained_with),
        (Message("Revalidated"), before.numerics, now.revalidated_with),
    ):
        for name, value in present.items():
            earlier = (then or {}).get(name)
            if earlier is not None and earlier != value:
                yield Message(
                    "{what} with {name} {now}; {before} in the earlier decision.",
                    what=what,
                    name=numerics_name(name),
                    now=value,
                    before=earlier,
                )


def numerics_name(name: str) -> Message:
    """How sentences name a part of the numerics."""
    known = {
        "cpu_capability": Message("CPU capability"),
        "threads": Message("number of threads"),
        "mkl": literal("MKL"),
        "onednn": literal("oneDNN"),
        "torch_blas": Message("BLAS of torch"),
        "numpy_blas": Message("BLAS of numpy"),
    }
    return known.get(name) or literal(name)


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
