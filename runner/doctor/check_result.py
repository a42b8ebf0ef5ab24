"""The result of one check of the doctor."""

from __future__ import annotations

from dataclasses import dataclass

from core.language import Message, literal
from core.vocabulary import GLYPHS, Verdict

_NO_REMEDY = literal("")


@dataclass(frozen=True)
class CheckResult:
    """PASS, WARN (a person should check) or FAIL (broken); the last two have a remedy."""

    subject: str  # home, disk, database, ...
    verdict: Verdict
    what: Message
    remedy: Message = _NO_REMEDY

    def __post_init__(self) -> None:
        if self.verdict is not Verdict.PASS and not self.remedy:
            raise ValueError(f"{self.subject}: a problem without a remedy")

    def text(self, language: str = "en") -> str:
        """One line for a terminal, and a second one with the remedy if there is a problem."""
        line = (
            f"{GLYPHS[self.verdict]} {self.verdict.value:<4}  {self.subject:<11}  "
            f"{self.what.in_(language)}"
        )
        return f"{line}\n{'':22}→ {self.remedy.in_(language)}" if self.remedy else line


def passed(subject: str, what: Message) -> CheckResult:
    """A check without a problem."""
    return CheckResult(subject, Verdict.PASS, what)


def warned(subject: str, what: Message, remedy: Message) -> CheckResult:
    """A problem that a person should check."""
    return CheckResult(subject, Verdict.WARN, what, remedy)


def failed(subject: str, what: Message, remedy: Message) -> CheckResult:
    """Something that is broken."""
    return CheckResult(subject, Verdict.FAIL, what, remedy)
