"""Archived decisions with their signatures, as programs get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core.language import said
from core.vocabulary import Decision, EvidenceGrade, SignatureAct, SignatureState
from dashboard.api.shapes import Shape, finite
from runner.client.signatures.decision_rows import decision_row

if TYPE_CHECKING:
    from core.language import Language
    from runner.client.signatures.archived_decisions import ArchivedDecision


class GateShape(Shape):
    """One gate: its value compared with its threshold."""

    value: float | None
    threshold: float
    op: str
    passed: bool


class ActShape(Shape):
    """One act of the CTO on a decision."""

    act: SignatureAct
    by: str
    verified: bool
    second: str | None = Field(description="The second person of an override.")
    second_verified: bool | None
    reason: str
    signed_at: str


class DecisionShape(Shape):
    """An archived revalidation with its signatures. Rely only on the signature `STANDS`."""

    sha256: str
    created_at: str | None = Field(description="Null here and below: the archive is not reliable.")
    week: str | None
    run: str | None
    step: int | None
    decision: Decision | None
    score: str | None
    evidence: EvidenceGrade | None
    gates: dict[str, GateShape]
    model_sha256: str | None
    data_sha256: str | None
    playbook_sha256: str | None
    signature: SignatureState = Field(description="Validity of the newest act, computed now.")
    why: str = Field(description="Why the signature has this state.")
    problem: str = Field(description="Why the archive is not reliable; empty if it is.")
    acts: list[ActShape] = Field(description="Every act on it, oldest first.")


_SAME = [
    "sha256",
    "created_at",
    "week",
    "run",
    "step",
    "decision",
    "score",
    "evidence",
    "model_sha256",
    "data_sha256",
    "playbook_sha256",
    "acts",
]


def decision(one: ArchivedDecision, language: Language) -> DecisionShape:
    """An archived decision."""
    row = decision_row(one)
    gates = {name: {**gate, "value": finite(gate["value"])} for name, gate in row["gates"].items()}
    return DecisionShape.model_validate(
        {
            **{name: row[name] for name in _SAME},
            "gates": gates,
            "signature": one.validity.state,
            "why": said(one.validity.reason, language),
            "problem": said(one.problem, language),
        }
    )
