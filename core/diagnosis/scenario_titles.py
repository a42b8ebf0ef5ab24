"""The title of each scenario: the playbook's, or ours where the manual has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, literal

if TYPE_CHECKING:
    from core.playbook import Playbook
    from core.playbook.text import Readable

# Scenarios that the manual does not have; the playbook names the others.
SCENARIOS: dict[str, Message] = {
    "crash": Message("Crash"),
    "slowdown": Message("Slowdown"),
    "data_issue": Message("Data issue"),
    "policy_dead": Message("Policy stopped updating"),
    "logging_broken": Message("Logging broken"),
    "collapse": Message("Reward collapse"),
    "critic_useless": Message("Critic useless"),
    "exploration_blowup": Message("Exploration blow-up"),
    "early_determinism": Message("Early determinism"),
    "overfitting": Message("Overfitting"),
}


def scenario_title(playbook: Playbook, scenario: str) -> Readable:
    """The playbook's title, ours, or the id of a scenario that neither knows."""
    spec = playbook.find_scenario(scenario)
    return spec.title if spec is not None else SCENARIOS.get(scenario) or literal(scenario)
