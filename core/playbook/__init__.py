"""The operations manual as data: schema, loading, and the playbook of phase 4."""

from core.playbook.extension import whole_text
from core.playbook.gates import DecisionRule, GateSpec
from core.playbook.loading import (
    DEFAULT,
    check_playbook,
    default_playbook_text,
    load_playbook,
    parse_playbook,
    playbook_problems,
)
from core.playbook.metrics import METRICS, Metric
from core.playbook.scenarios import EscalationSpec, ScenarioSpec
from core.playbook.schema import Playbook, RoleSpec
from core.playbook.settings import RevalidationSettings, TrainingSettings
from core.playbook.slots import CheckSpec, SlotSpec
from core.playbook.text import Step, Text

__all__ = [
    "DEFAULT",
    "METRICS",
    "CheckSpec",
    "DecisionRule",
    "EscalationSpec",
    "GateSpec",
    "Metric",
    "Playbook",
    "RevalidationSettings",
    "RoleSpec",
    "ScenarioSpec",
    "SlotSpec",
    "Step",
    "Text",
    "TrainingSettings",
    "check_playbook",
    "default_playbook_text",
    "load_playbook",
    "parse_playbook",
    "playbook_problems",
    "whole_text",
]
