"""One finding of a diagnosis: a symptom with its evidence. Causes are suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.language import Message, said
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.playbook.text import Text


@dataclass(frozen=True)
class ScenarioResult:
    """One scenario as its rule judges it, before the playbook's causes and actions.

    ``evidence_for`` and ``evidence_against`` carry numbers and steps.
    """

    status: FindingStatus
    headline: Message
    severity: Severity = Severity.INFO
    since_step: int | None = None
    evidence_for: tuple[Message, ...] = ()
    evidence_against: tuple[Message, ...] = ()
    normal_until: Message | None = None  # when a verdict "normal, leave it alone" will change
    kind: str = ""  # finer name, for example STUCK
    advice_of: str = ""  # the scenario that caused it, whose actions help; "": its own
    known: tuple[Message, Message] | None = None  # its cause and what to do, where it was measured


@dataclass(frozen=True)
class Finding:
    """One scenario's card."""

    scenario: str
    status: FindingStatus
    severity: Severity
    since_step: int | None
    headline: Message
    evidence_for: tuple[Message, ...] = ()
    evidence_against: tuple[Message, ...] = ()
    causes: tuple[Text, ...] = ()
    actions: tuple[Text, ...] = ()  # steps of the playbook may carry a command or a button
    normal_until: Message | None = None
    kind: str = ""
    log_line: str | None = None  # the manual's line for training.log, to the letter
    escalation: str | None = None  # procedure that follows: crash, performance, data

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """JSON of one finding, its sentences in a language."""
        until = self.normal_until
        return {
            "scenario": self.scenario,
            "status": self.status.value,
            "severity": self.severity.value,
            "since_step": self.since_step,
            "headline": said(self.headline, language),
            "evidence_for": [said(text, language) for text in self.evidence_for],
            "evidence_against": [said(text, language) for text in self.evidence_against],
            "causes": [cause.in_(language) for cause in self.causes],
            "actions": [action.in_(language) for action in self.actions],
            "normal_until": None if until is None else said(until, language),
            "kind": self.kind,
        }


def no_data(why: Message) -> ScenarioResult:
    """The result NO_DATA: the scenario can't be judged."""
    return ScenarioResult(FindingStatus.NO_DATA, why)


def clear(why: Message, *against: Message) -> ScenarioResult:
    """The result OK: the scenario does not apply."""
    return ScenarioResult(FindingStatus.OK, why, evidence_against=against)
