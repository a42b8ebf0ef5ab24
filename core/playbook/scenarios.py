"""Scenarios to recognise, and procedures for incidents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.language import Message
from core.playbook.text import Identifier, MachineText, Part, Step, Text
from core.vocabulary import Severity

ScenarioId = Literal["flat_reward", "kl_explosion", "hung", "no_metrics", "not_converging"]


class ScenarioSpec(Part):
    """A problem that the data can show, and what to do about it."""

    id: ScenarioId = Field(
        description=Message("Name of the scenario: one with a detector in the code.")
    )
    title: Text = Field(description=Message("Name of the scenario, as shown to people."))
    symptom: Text = Field(description=Message("What the data look like."))
    causes: tuple[Text, ...] = Field(
        default=(), max_length=20, description=Message("Possible causes; suggestions, not claims.")
    )
    actions: tuple[Step, ...] = Field(
        min_length=1, max_length=20, description=Message("What to do, in order.")
    )
    log_line: MachineText = Field(
        description=Message("Line written to training.log when it is found, to the letter.")
    )
    escalation: Identifier | None = Field(
        default=None,
        description=Message("Procedure to follow if it persists: an id of escalations."),
    )
    severity: Severity = Field(description=Message("info (leave it alone), warning or critical."))
    hours: Annotated[float, Field(gt=0, le=1000, strict=True)] | None = Field(
        default=None,
        description=Message(
            "Hours of week time after which it counts; for a normal phase, the hours during which it is normal."
        ),
    )
    threshold: Annotated[float, Field(ge=0, le=1e6, strict=True)] | None = Field(
        default=None,
        description=Message(
            "Value above which the scenario applies; null if it does not depend on a single value."
        ),
    )


class EscalationSpec(Part):
    """A procedure: who is called in which order, and what to do."""

    id: Literal["crash", "performance", "data", "unresponsive"] = Field(
        description=Message("Name of the procedure.")
    )
    title: Text = Field(description=Message("Name of the procedure, as shown to people."))
    chain: tuple[Identifier, ...] = Field(
        min_length=1, max_length=10, description=Message("Who is called, in order: keys of roles.")
    )
    actions: tuple[Step, ...] = Field(
        min_length=1, max_length=20, description=Message("Steps of the procedure, in order.")
    )
    contact: MachineText | None = Field(
        default=None,
        description=Message(
            "Message to the person who is called, to the letter; null if there is none."
        ),
    )
    log_line: MachineText | None = Field(
        default=None,
        description=Message("Line written to training.log when it is opened, to the letter."),
    )
    blocks_start: bool = Field(
        strict=True, description=Message("While it is open no run is started or restarted.")
    )
