"""What can go wrong: scenarios to recognise, procedures to escalate."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.playbook.text import Identifier, MachineText, Part, Step, Text
from core.vocabulary import Severity

ScenarioId = Literal["flat_reward", "kl_explosion", "hung", "no_metrics", "not_converging"]


class ScenarioSpec(Part):
    """A trouble that the data can show, and what to do about it."""

    id: ScenarioId = Field(description="Name of the scenario; one that has a detector in code.")
    title: Text = Field(description="What it is, in a few words.")
    symptom: Text = Field(description="How it looks in the data.")
    causes: tuple[Text, ...] = Field(
        default=(), max_length=20, description="Likely causes; suggestions, not claims."
    )
    actions: tuple[Step, ...] = Field(
        min_length=1, max_length=20, description="What to do, in order."
    )
    log_line: MachineText = Field(
        description="Line written to training.log when it is found, to the letter."
    )
    escalation: Identifier | None = Field(
        default=None, description="Procedure that follows if it persists: an id of escalations."
    )
    severity: Severity = Field(description="info (leave it alone), warning or critical.")
    hours: Annotated[float, Field(gt=0, le=1000, strict=True)] | None = Field(
        default=None,
        description="Week hours after which it counts; for a normal phase, hours until which it is normal.",
    )
    threshold: Annotated[float, Field(ge=0, le=1e6, strict=True)] | None = Field(
        default=None, description="Value beyond which it counts; null if it isn't about one value."
    )


class EscalationSpec(Part):
    """A procedure: who is called in which order, and what is done."""

    id: Literal["crash", "performance", "data", "unresponsive"] = Field(
        description="Name of the procedure."
    )
    title: Text = Field(description="What it is for.")
    chain: tuple[Identifier, ...] = Field(
        min_length=1, max_length=10, description="Who is called, in order: keys of roles."
    )
    actions: tuple[Step, ...] = Field(
        min_length=1, max_length=20, description="What is done, in order."
    )
    contact: MachineText | None = Field(
        default=None,
        description="Message to the person who is called, to the letter; null if there is none.",
    )
    log_line: MachineText | None = Field(
        default=None, description="Line written to training.log when it is opened, to the letter."
    )
    blocks_start: bool = Field(
        strict=True, description="While it is open nothing starts or restarts a training."
    )
