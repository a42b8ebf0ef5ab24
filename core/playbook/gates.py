"""The risk gates and the decision rule."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

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

    id: GateId = Field(description="Name in files; each of the six stands once.")
    number: int = Field(ge=1, le=6, strict=True, description="Number of the gate, 1 to 6.")
    name: _Name = Field(description="Name in the printed gate block, to the letter.")
    short: _Name = Field(description="Name in the decision document, to the letter.")
    op: Literal[">=", "<="] = Field(
        description="A value passes if it stands so to the threshold, equality included."
    )
    threshold: float = Field(
        ge=-1e6, le=1e6, strict=True, description="The limit, compared with the unrounded value."
    )
    unit: str = Field(
        default="", max_length=10, description="Unit of value and threshold: % or empty."
    )
    decimals: int = Field(
        ge=0, le=6, strict=True, description="Decimals of the value in the printed gate block."
    )
    threshold_decimals: int = Field(
        default=1,
        ge=0,
        le=6,
        strict=True,
        description="Decimals of the threshold in the printed gate block.",
    )
    title: Text = Field(description="What the gate asks, as people read it.")


class DecisionRule(Part):
    """How many passed gates make which decision."""

    decision: Decision = Field(description="GO, PARTIAL or NO-GO.")
    min_passed: int = Field(
        ge=0, le=6, strict=True, description="Fewest passed gates for this decision."
    )
    recommendation: Literal["Deploy", "Tune", "Retrain"] = Field(
        description="What the decision document recommends, to the letter."
    )
    next_steps: Text = Field(description="What follows from the decision.")
