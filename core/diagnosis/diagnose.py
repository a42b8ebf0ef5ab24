"""All scenarios at one moment."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from core.diagnosis.advice import advice
from core.diagnosis.finding import Finding, ScenarioResult, no_data
from core.diagnosis.reward_evidence import rewards
from core.diagnosis.run_view import RunView
from core.diagnosis.scenarios.collapse import as_consequence, collapse
from core.diagnosis.scenarios.crash import crash
from core.diagnosis.scenarios.critic_useless import critic_useless
from core.diagnosis.scenarios.data_issue import data_issue
from core.diagnosis.scenarios.early_determinism import early_determinism
from core.diagnosis.scenarios.exploration_blowup import exploration_blowup
from core.diagnosis.scenarios.flat_reward import flat_reward
from core.diagnosis.scenarios.hung import hung
from core.diagnosis.scenarios.kl_explosion import kl_explosion
from core.diagnosis.scenarios.logging_broken import logging_broken
from core.diagnosis.scenarios.no_metrics import no_metrics
from core.diagnosis.scenarios.not_converging import not_converging
from core.diagnosis.scenarios.overfitting import overfitting
from core.diagnosis.scenarios.policy_dead import policy_dead
from core.diagnosis.scenarios.slowdown import slowdown
from core.language import Message
from core.playbook.text import Text
from core.vocabulary import FindingStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from core.diagnosis.reward_state import RewardState
    from core.facts import Facts
    from core.playbook import Playbook

# The manual's five in its order, then ours.
SCENARIOS = (
    "flat_reward", "kl_explosion", "hung", "no_metrics", "not_converging",
    "crash", "slowdown", "data_issue", "policy_dead", "logging_broken",
    "collapse",
    "critic_useless", "exploration_blowup", "early_determinism", "overfitting",
)  # fmt: skip

_RULES: dict[str, Callable[[RunView], ScenarioResult]] = {
    "kl_explosion": kl_explosion,
    "hung": hung,
    "no_metrics": no_metrics,
    "crash": crash,
    "slowdown": slowdown,
    "data_issue": data_issue,
    "policy_dead": policy_dead,
    "logging_broken": logging_broken,
    "collapse": collapse,
    "critic_useless": critic_useless,
    "exploration_blowup": exploration_blowup,
    "early_determinism": early_determinism,
    "overfitting": overfitting,
}
_BY_REWARD: dict[str, Callable[[RunView, list[RewardState], tuple[str, ...]], ScenarioResult]] = {
    "flat_reward": flat_reward,
    "not_converging": not_converging,
}
# The scenarios that can be critical. A run that shows one of them is not just "not
# converging yet".
CRITICAL = ("kl_explosion", "hung", "data_issue", "policy_dead", "crash", "collapse")
# What changes how the policy acts or learns: a later collapse is its consequence.
_EXPLAIN_COLLAPSE = (
    "kl_explosion", "policy_dead", "critic_useless", "exploration_blowup", "early_determinism",
)  # fmt: skip


def diagnose(
    facts: Facts, playbook: Playbook, only: Collection[str] | None = None
) -> list[Finding]:
    """One finding per scenario, in the order of :data:`SCENARIOS`; also those that are OK.

    A pure function of the facts: events after ``facts.run.until`` and after
    ``facts.as_of_real`` have no influence. Only requested scenarios are judged, each once
    for the same facts.

    :param only: scenarios to judge; None: all. Silence and KL can be judged every few
        minutes, since without the reward's trend it is cheap.
    """
    known = facts.derived.get(_Diagnosis)
    if not isinstance(known, _Diagnosis) or known.playbook is not playbook:
        known = facts.derived[_Diagnosis] = _Diagnosis(facts, playbook)
    return [
        _finding(playbook, scenario, known.result(scenario))
        for scenario in SCENARIOS
        if only is None or scenario in only
    ]


class _Diagnosis:
    """The scenarios of one moment, each judged on first use."""

    def __init__(self, facts: Facts, playbook: Playbook) -> None:
        self.playbook = playbook
        self._results: dict[str, ScenarioResult] = {}
        self._nothing: ScenarioResult | None = None
        if facts.run is None or facts.as_of_real is None:
            why = Message("No run was started.") if facts.reached else Message("Not due yet.")
            self._nothing = no_data(why)
            return
        self._view = RunView(facts, playbook, facts.run, min(facts.run.until, facts.as_of_real))

    def result(self, scenario: str) -> ScenarioResult:
        if self._nothing is not None:
            return self._nothing
        if scenario not in self._results:
            self._results[scenario] = self._judged(scenario)
        return self._results[scenario]

    def _judged(self, scenario: str) -> ScenarioResult:
        if scenario in _RULES:
            found = _RULES[scenario](self._view)
            if scenario == "collapse" and found.status is FindingStatus.FIRING:
                others = {name: self.result(name) for name in _EXPLAIN_COLLAPSE}
                return as_consequence(self._view, found, others)
            return found
        return _BY_REWARD[scenario](self._view, self._rewards, self._troubles)

    @cached_property
    def _rewards(self) -> list[RewardState]:
        return rewards(self._view)

    @cached_property
    def _troubles(self) -> tuple[str, ...]:
        return self._firing(CRITICAL)

    def _firing(self, scenarios: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            scenario
            for scenario in scenarios
            if self.result(scenario).status is FindingStatus.FIRING
        )


def _finding(playbook: Playbook, scenario: str, verdict: ScenarioResult) -> Finding:
    words = advice(playbook, verdict.advice_of or scenario)
    causes, actions = words.causes, words.actions
    if verdict.known is not None:
        cause, first = verdict.known
        causes = (Text(en=str(cause), pt=cause.in_("pt")), *causes)
        actions = (Text(en=str(first), pt=first.in_("pt")), *actions)
    return Finding(
        scenario=scenario,
        status=verdict.status,
        severity=verdict.severity,
        since_step=verdict.since_step,
        headline=verdict.headline,
        evidence_for=verdict.evidence_for,
        evidence_against=verdict.evidence_against,
        causes=causes,
        actions=actions,
        normal_until=verdict.normal_until,
        kind=verdict.kind,
        log_line=words.log_line,
        escalation=words.escalation,
    )
