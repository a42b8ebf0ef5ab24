"""One thing that was looked at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from core.vocabulary import GLYPHS, Verdict


@dataclass(frozen=True)
class Examined:
    """PASS, WARN (look at it) or FAIL (broken); the latter two with their remedy."""

    subject: str  # home, disk, database, ...
    verdict: Verdict
    what: str  # what was seen
    remedy: str = ""

    def __post_init__(self) -> None:
        if self.verdict is not Verdict.PASS and not self.remedy:
            raise ValueError(f"{self.subject}: trouble without a remedy")

    def text(self) -> str:
        line = f"{GLYPHS[self.verdict]} {self.verdict.value:<4}  {self.subject:<11}  {self.what}"
        return f"{line}\n{'':22}→ {self.remedy}" if self.remedy else line


def passed(subject: str, what: str) -> Examined:
    return Examined(subject, Verdict.PASS, what)


def warned(subject: str, what: str, remedy: str) -> Examined:
    return Examined(subject, Verdict.WARN, what, remedy)


def failed(subject: str, what: str, remedy: str) -> Examined:
    return Examined(subject, Verdict.FAIL, what, remedy)
