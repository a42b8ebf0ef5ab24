"""The risk gates and the decision rule."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from core.language import Message
from core.playbook.text import Part, Text
from core.vocabulary import Decision

GateId = Literal[
    "sharpe",
    "max_drawdown_pct",
    "win_rate_pct",
    "profit_factor",
    "consecutive_losses",
    "calmar",
]
GATE_IDS: tuple[GateId, ...] = get_args(GateId)
_Name = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class GateSpec(Part):
    """One gate: the metric of the backtest and its limit."""

    id: GateId = Field(description=Message("Name in files; each of the six appears once."))
    number: int = Field(
        ge=1,
        le=len(GATE_IDS),
        strict=True,
        description=Message("Number of the gate, 1 to {last}.", last=len(GATE_IDS)),
    )
    name: _Name = Field(description=Message("Name in the printed gate block, to the letter."))
    short: _Name = Field(description=Message("Name in the decision document, to the letter."))
    op: Literal[">=", "<="] = Field(
        description=Message("How the value is compared with the threshold, equality included.")
    )
    threshold: float = Field(
        ge=-1e6,
        le=1e6,
        strict=True,
        description=Message("Limit, compared with the unrounded value."),
    )
    unit: str = Field(
        default="", max_length=10, description=Message("Unit of value and threshold: % or empty.")
    )
    decimals: int = Field(
        ge=0,
        le=6,
        strict=True,
        description=Message("Decimals of the value in the printed gate block."),
    )
    threshold_decimals: int = Field(
        default=1,
        ge=0,
        le=6,
        strict=True,
        description=Message("Decimals of the threshold in the printed gate block."),
    )
    title: Text = Field(description=Message("What the gate measures, as shown to people."))


class DecisionRule(Part):
    """Which decision follows from how many passed gates."""

    decision: Decision = Field(description=Message("GO, PARTIAL or NO-GO."))
    min_passed: int = Field(
        ge=0,
        le=len(GATE_IDS),
        strict=True,
        description=Message("Minimum passed gates for this decision."),
    )
    recommendation: Literal["Deploy", "Tune", "Retrain"] = Field(
        description=Message("Recommendation in the decision document, to the letter.")
    )
    next_steps: Text = Field(description=Message("Next steps after this decision."))
