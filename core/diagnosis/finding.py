"""What a diagnosis says: a symptom with its evidence. Causes are suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.playbook.text import Text
from core.vocabulary import FindingStatus, Severity


class Sentence(str):
    """A sentence in English that knows its Portuguese twin.

    It is the English text wherever a text is wanted: in files, logs and JSON.
    """

    pt: str

    def __new__(cls, en: str, pt: str) -> Sentence:
        made = super().__new__(cls, en)
        made.pt = pt
        return made

    def __getnewargs__(self) -> tuple[str, str]:
        return str(self), self.pt

    def in_(self, language: str) -> str:
        """The sentence in a language; English for one that we don't have."""
        return self.pt if language == "pt" else str(self)


@dataclass(frozen=True)
class ScenarioResult:
    """One scenario as a rule sees it, before the playbook's causes and actions.

    ``evidence_for`` and ``evidence_against`` carry numbers and steps.
    """

    status: FindingStatus
    headline: str
    severity: Severity = Severity.INFO
    since_step: int | None = None
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    normal_until: str | None = None  # when a verdict "normal, leave it alone" will change
    kind: str = ""  # finer name, for example STUCK


@dataclass(frozen=True)
class Finding:
    """One scenario's card."""

    scenario: str
    status: FindingStatus
    severity: Severity
    since_step: int | None
    headline: str
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    causes: tuple[Text, ...] = ()
    actions: tuple[Text, ...] = ()  # steps of the playbook may carry a command or a button
    normal_until: str | None = None
    kind: str = ""
    log_line: str | None = None  # the manual's line for training.log, to the letter
    escalation: str | None = None  # procedure that follows: crash, performance, data

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """JSON of one finding."""
        return {
            "scenario": self.scenario,
            "status": self.status.value,
            "severity": self.severity.value,
            "since_step": self.since_step,
            "headline": str(self.headline),
            "evidence_for": list(self.evidence_for),
            "evidence_against": list(self.evidence_against),
            "causes": [cause.in_(language) for cause in self.causes],
            "actions": [action.in_(language) for action in self.actions],
            "normal_until": self.normal_until,
            "kind": self.kind,
        }


def no_data(why: str) -> ScenarioResult:
    return ScenarioResult(FindingStatus.NO_DATA, why)


def quiet(why: str, *against: str) -> ScenarioResult:
    return ScenarioResult(FindingStatus.OK, why, evidence_against=against)
