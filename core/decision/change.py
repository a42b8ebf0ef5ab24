"""What is different from earlier decisions: the section ``change`` of decision.json."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.json_model import IsoMoment, JsonModel, Number, Sentence, Sha256
from core.playbook.gates import GateId
from core.vocabulary import Decision, EvidenceGrade

Part = Literal["model", "data", "playbook", "code"]


class GateChange(JsonModel):
    """One gate, then and now."""

    before: Number | None = Field(description="Value of the earlier decision.")
    now: Number | None = Field(description="Value of this decision.")
    delta: Number | None = Field(description="now - before; null where one has no value.")
    passed_before: bool = Field(description="Whether the gate passed then.")


class ComparedDecision(JsonModel):
    """An earlier decision, and what is different now."""

    sha256: Sha256 = Field(description="Of the earlier decision.json.")
    standing: Literal["STANDS", "VOID", "EXPIRED"] | None = Field(
        default=None,
        description="Validity of its signature when it was compared; absent: not checked.",
    )
    created_at: IsoMoment = Field(description="When it was made.")
    day: str = Field(description="Its week day.")
    week: str | None = Field(description="Its week.")
    decision: Decision = Field(description="GO, PARTIAL or NO-GO.")
    score: str = Field(description="Gates passed of all, 4/6.")
    grade: EvidenceGrade = Field(description="Its evidence grade.")
    model_sha256: Sha256 = Field(description="Of its model.")
    data_sha256: Sha256 = Field(description="Of its backtest data.")
    same: tuple[Part, ...] = Field(description="What is the same as in this decision.")
    gates: dict[GateId, GateChange] = Field(description="Each gate, then and now.")
    numerics: tuple[Sentence, ...] = Field(
        default=(),
        description="Definitions of the numbers, CPU capability, threads and kernel libraries that "
        "differ: the same seed and data give other numbers there; absent or empty: none, or not "
        "recorded then.",
    )


class LapsedApproval(JsonModel):
    """An approval that was no longer valid."""

    sha256: Sha256 = Field(description="Of its decision.json.")
    created_at: IsoMoment = Field(description="When it was made.")
    week: str | None = Field(description="Its week.")
    decision: Decision = Field(description="GO, PARTIAL or NO-GO.")
    score: str = Field(description="Gates passed of all, 4/6.")
    standing: Literal["VOID", "EXPIRED", "ALTERED", "UNTRUSTED"] = Field(
        description="Why its signature was not valid."
    )


class Change(JsonModel):
    """What is different from earlier decisions."""

    previous: ComparedDecision | None = Field(
        description="The revalidation before this one, of any week."
    )
    production: ComparedDecision | None = Field(
        description="The newest approval, if its signature was valid when this was made. Whether its "
        "model was deployed is not known here."
    )
    lapsed: LapsedApproval | None = Field(
        default=None,
        description="The newest approval, if it was no longer valid when this was made.",
    )
