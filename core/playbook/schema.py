"""The playbook: the operations manual as one validated object."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from core.playbook.gates import DecisionRule, GateSpec
from core.playbook.settings import RevalidationSettings, TrainingSettings
from core.playbook.slots import CheckSpec, SlotSpec
from core.playbook.text import Identifier, Part, Text
from core.playbook.troubles import EscalationSpec, ScenarioSpec
from core.vocabulary import Role


class RoleSpec(Part):
    """Somebody in the chains of the manual, with the rights that trainweek gives them."""

    title: Text = Field(description="Name of the role, as people read it.")
    rights: Role = Field(description="Rights of the role: viewer, engineer, lead or cto.")


class Playbook(Part):
    """The operations manual as data. References between its parts are checked on loading."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")] = Field(
        description="Name of the playbook in records."
    )
    title: Text = Field(description="Name of the manual.")
    objective: Text = Field(description="What the week is for.")
    symbol: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,20}$")] = Field(
        description="Market that is traded, as the exchange writes it."
    )
    interval: Annotated[str, StringConstraints(pattern=r"^[1-9]\d?[mhd]$")] = Field(
        description="Length of one bar; 1h, as only hourly candles are supported."
    )
    tag: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")] = Field(
        description="Tag of the training; becomes part of the run's name."
    )
    roles: dict[Identifier, RoleSpec] = Field(
        min_length=1, description="Who takes part in the week."
    )
    training: TrainingSettings = Field(description="How the agent is trained.")
    revalidation: RevalidationSettings = Field(
        description="How the model is backtested and scored."
    )
    checks: dict[Identifier, CheckSpec] = Field(
        min_length=1, description="All items of all checklists."
    )
    schedule: tuple[SlotSpec, ...] = Field(
        min_length=1, max_length=200, description="The moments of the week."
    )
    gates: tuple[GateSpec, ...] = Field(description="The six risk gates.")
    decision: tuple[DecisionRule, ...] = Field(
        description="From passed gates to a decision, best first."
    )
    scenarios: tuple[ScenarioSpec, ...] = Field(description="Troubles that the data can show.")
    escalations: tuple[EscalationSpec, ...] = Field(description="Procedures for incidents.")

    def slot(self, slot_id: str) -> SlotSpec:
        """:raises KeyError: no such slot."""
        return _by_id(self.schedule, slot_id)

    def gate(self, gate_id: str) -> GateSpec:
        """:raises KeyError: no such gate."""
        return _by_id(self.gates, gate_id)

    def scenario(self, scenario_id: str) -> ScenarioSpec:
        """:raises KeyError: no such scenario."""
        return _by_id(self.scenarios, scenario_id)

    def escalation(self, escalation_id: str) -> EscalationSpec:
        """:raises KeyError: no such procedure."""
        return _by_id(self.escalations, escalation_id)

    def find_scenario(self, scenario_id: str | None) -> ScenarioSpec | None:
        """None if this playbook has no such scenario."""
        return next((spec for spec in self.scenarios if spec.id == scenario_id), None)

    def find_escalation(self, escalation_id: str | None) -> EscalationSpec | None:
        """None if this playbook has no such procedure."""
        return next((spec for spec in self.escalations if spec.id == escalation_id), None)

    def scenario_limit(
        self, scenario_id: str, name: Literal["hours", "threshold"], default: float
    ) -> float:
        """The ``hours`` or ``threshold`` of a scenario; ``default`` where none is given."""
        spec = self.find_scenario(scenario_id)
        given = None if spec is None else getattr(spec, name)
        return default if given is None else float(given)

    def slots_of_kind(self, kind: str) -> tuple[SlotSpec, ...]:
        """The slots of a kind, in the playbook's order."""
        return tuple(slot for slot in self.schedule if slot.kind == kind)


def _by_id(parts, wanted):
    for part in parts:
        if part.id == wanted:
            return part
    raise KeyError(wanted)
