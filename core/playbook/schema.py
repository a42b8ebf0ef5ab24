"""The playbook: the operations manual as one validated object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints

from core.language import Message
from core.playbook.gates import DecisionRule, GateSpec
from core.playbook.scenarios import EscalationSpec, ScenarioSpec
from core.playbook.settings import RevalidationSettings, TrainingSettings
from core.playbook.slots import CheckSpec, SlotSpec
from core.playbook.text import Identifier, Part, Text
from core.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

Named = TypeVar("Named", SlotSpec, GateSpec, ScenarioSpec, EscalationSpec)


class RoleSpec(Part):
    """A role of the manual, with its rights in trainweek."""

    title: Text = Field(description=Message("Name of the role, as shown to people."))
    rights: Role = Field(description=Message("Rights of the role: viewer, engineer, lead or cto."))


class Playbook(Part):
    """The operations manual as data. References between its parts are checked on loading."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")] = Field(
        description=Message("Name of the playbook in records.")
    )
    title: Text = Field(description=Message("Name of the manual."))
    objective: Text = Field(description=Message("Goal of the week."))
    symbol: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,20}$")] = Field(
        description=Message("Traded market, as the exchange writes it.")
    )
    interval: Annotated[str, StringConstraints(pattern=r"^[1-9]\d?[mhd]$")] = Field(
        description=Message("Length of one bar; only 1h is supported.")
    )
    tag: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")] = Field(
        description=Message("Tag of the run; part of its name.")
    )
    roles: dict[Identifier, RoleSpec] = Field(
        min_length=1, description=Message("Roles of the week.")
    )
    training: TrainingSettings = Field(description=Message("Settings of the training."))
    revalidation: RevalidationSettings = Field(description=Message("Settings of the revalidation."))
    checks: dict[Identifier, CheckSpec] = Field(
        min_length=1, description=Message("Items of all checklists.")
    )
    schedule: tuple[SlotSpec, ...] = Field(
        min_length=1, max_length=200, description=Message("The slots of the week.")
    )
    gates: tuple[GateSpec, ...] = Field(description=Message("The six risk gates."))
    decision: tuple[DecisionRule, ...] = Field(
        description=Message("Decision by number of passed gates, best first.")
    )
    scenarios: tuple[ScenarioSpec, ...] = Field(
        description=Message("Problems that the data can show.")
    )
    escalations: tuple[EscalationSpec, ...] = Field(
        description=Message("Procedures for incidents.")
    )

    def slot(self, slot_id: str) -> SlotSpec:
        """A slot by its id.

        :raises KeyError: no such slot.
        """
        return _by_id(self.schedule, slot_id)

    def gate(self, gate_id: str) -> GateSpec:
        """A gate by its id.

        :raises KeyError: no such gate.
        """
        return _by_id(self.gates, gate_id)

    def scenario(self, scenario_id: str) -> ScenarioSpec:
        """A scenario by its id.

        :raises KeyError: no such scenario.
        """
        return _by_id(self.scenarios, scenario_id)

    def escalation(self, escalation_id: str) -> EscalationSpec:
        """A procedure by its id.

        :raises KeyError: no such procedure.
        """
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


def _by_id(parts: Iterable[Named], wanted: str) -> Named:
    for part in parts:
        if part.id == wanted:
            return part
    raise KeyError(wanted)
