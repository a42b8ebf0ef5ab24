"""One check at one moment: what a rule is given, and the answers that it may give."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.checks.judgement import Judgement
from core.facts import Facts
from core.metrics.conventions import meets_limit
from core.playbook import CheckSpec, Playbook
from core.reading import Reading
from core.vocabulary import Verdict

_SIGNS = {">": ">", ">=": "≥", "<": "<", "<=": "≤"}


def meets(value: object, check: CheckSpec) -> bool:
    """Whether a value stands to the check's threshold as it should. NaN never does."""
    limit = check.threshold
    if check.op == "is":
        return value == limit
    if check.op == "in":
        return value in limit
    return meets_limit(value, check.op, limit)


def limit_text(check: CheckSpec) -> str:
    """The limit as people read it: ``< 0.01``, ``≥ 1000 steps/s``, ``INCREASING or STABLE``."""
    if isinstance(check.threshold, str):
        return check.threshold
    if isinstance(check.threshold, tuple):
        return " or ".join(check.threshold)
    unit = "%" if check.unit == "%" else f" {check.unit}" if check.unit else ""
    return f"{_SIGNS[check.op]} {check.threshold:.10g}{unit}"


def plain(value: float) -> str:
    """A number for a sentence: four digits, no exponent where it isn't needed."""
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


@dataclass(frozen=True)
class Case:
    """What a rule judges. Each method is one of the answers."""

    check: str
    spec: CheckSpec
    facts: Facts
    playbook: Playbook

    @property
    def limit(self) -> str:
        return limit_text(self.spec)

    def judged(self, reading: Reading, why: str, evidence: str = "") -> Judgement:
        """PASS or FAIL, as the reading's value stands to the threshold."""
        passes = meets(reading.value, self.spec)
        return self.say(Verdict.PASS if passes else Verdict.FAIL, why, reading, evidence)

    def pending(self, why: str, reading: Reading | None = None) -> Judgement:
        """Too early to tell."""
        return self.say(Verdict.PENDING, why, reading)

    def unknown(self, why: str) -> Judgement:
        """It should be there, and is not."""
        return self.say(Verdict.UNKNOWN, why)

    def failed(self, why: str, reading: Reading | None = None, evidence: str = "") -> Judgement:
        return self.say(Verdict.FAIL, why, reading, evidence)

    def warned(self, why: str, reading: Reading, evidence: str = "") -> Judgement:
        """Neither fine nor failed: a person has to look."""
        return self.say(Verdict.WARN, why, reading, evidence)

    def say(
        self, verdict: Verdict, why: str, reading: Reading | None = None, evidence: str = ""
    ) -> Judgement:
        return Judgement(self.check, verdict, self.facts.as_of, why, self.limit, reading, evidence)

    def sourced(self, reading: Reading) -> Reading:
        """A reading of the run whose source is relative to the home, not to the run's folder."""
        run = self.facts.run
        if run is None or not run.source or reading.source.startswith(run.source):
            return reading
        return replace(reading, source=f"{run.source}/{reading.source}")
