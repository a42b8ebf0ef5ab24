"""Names shown on pages: roles, job kinds, slot kinds, scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.diagnosis.scenario_titles import scenario_title
from core.language import Message
from core.token_scopes import Scope
from core.vocabulary import JobKind, Role

if TYPE_CHECKING:
    from core.language import Language
    from core.playbook import Playbook

ROLES: dict[Role, Message] = {
    Role.VIEWER: Message("Viewer"),
    Role.ENGINEER: Message("ML engineer"),
    Role.LEAD: Message("ML lead"),
    Role.CTO: Message("CTO"),
}
SCOPES: dict[Scope, Message] = {
    Scope.READ: Message("read"),
    Scope.TICK: Message("tick checks, write notes"),
    Scope.OPERATE: Message("operate: training, checks, backups"),
    Scope.DECIDE: Message("decide: revalidate, choose the model, plan weeks"),
}
JOB_KINDS: dict[JobKind, Message] = {
    JobKind.TRAIN: Message("Training run"),
    JobKind.REVALIDATE: Message("Revalidation"),
    JobKind.PREFLIGHT: Message("Pre-flight"),
    JobKind.DAILY_CHECK: Message("Daily check"),
    JobKind.DATA_CHECK: Message("Data check"),
    JobKind.BACKUP: Message("Backup"),
    JobKind.IMPORT_MODEL: Message("Model import"),
    JobKind.PAPER: Message("Replay on paper"),
    JobKind.TRIAL: Message("Trial of a sweep"),
    JobKind.REPRODUCE: Message("Reproduction"),
    JobKind.TWIN: Message("Twin run"),
}
SLOT_KINDS: dict[str, Message] = {
    "preflight": Message("Pre-flight"),
    "launch": Message("Start"),
    "hourly": Message("Hourly"),
    "daily": Message("Check-in"),
    "anomaly": Message("Recheck"),
    "preparation": Message("Preparation"),
    "revalidation": Message("Revalidation"),
    "results": Message("Results"),
    "delivery": Message("Delivery"),
    "approval": Message("Approval"),
}


def scenario_name(playbook: Playbook, scenario: str, language: Language) -> str:
    """The playbook's title, or ours for a scenario that the manual doesn't name."""
    return scenario_title(playbook, scenario).in_(language)
