"""One check at one moment: the input of a rule, and its possible answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.checks.judgement import NOTHING, Judgement
from core.language import Message, alternatives, joined
from core.metrics.conventions import meets_limit
from core.reading import Reading, as_set
from core.state_words import shown_word
from core.vocabulary import Verdict

if TYPE_CHECKING:
    from core.facts import Facts
    from core.playbook import CheckSpec, Playbook

SIGNS = {">": ">", ">=": "≥", "<": "<", "<=": "≤"}


def meets(value: object, check: CheckSpec) -> bool:
    """Whether a value meets the check's threshold. NaN never does."""
    limit = check.threshold
    if isinstance(limit, tuple):
        return value in limit
    if check.op == "is" or isinstance(limit, str):
        return value == limit
    return isinstance(value, (int, float)) and meets_limit(value, check.op, limit)


def limit_text(check: CheckSpec) -> Message:
    """The limit as people read it: ``< 0.01``, ``≥ 1,000 steps/s``, ``INCREASING or STABLE``."""
    if isinstance(check.threshold, str):
        return shown_word(check.threshold)
    if isinstance(check.threshold, tuple):
        return alternatives([shown_word(word) for word in check.threshold])
    return joined([SIGNS.get(check.op, "="), as_set(check.threshold, check.unit)])


def plain(value: float) -> Message:
    """A number for a sentence: four digits, an exponent only where it is needed."""
    if abs(value) < 10_000:
        return Message("{value:.4g}", value=value)
    return Message("{value:,.0f}", value=value)


@dataclass(frozen=True)
class Case:
    """The check that a rule judges; each method builds one kind of judgement."""

    check: str
    spec: CheckSpec
    facts: Facts
    playbook: Playbook

    @property
    def limit(self) -> Message:
        """The check's limit as people read it."""
        return limit_text(self.spec)

    def judged(self, reading: Reading, why: Message, evidence: Message = NOTHING) -> Judgement:
        """PASS if the reading's value meets the threshold, else FAIL."""
        passes = meets(reading.value, self.spec)
        return self.say(Verdict.PASS if passes else Verdict.FAIL, why, reading, evidence)

    def pending(self, why: Message, reading: Reading | None = None) -> Judgement:
        """PENDING: too early to tell."""
        return self.say(Verdict.PENDING, why, reading)

    def unknown(self, why: Message) -> Judgement:
        """UNKNOWN: the data should exist by now and does not."""
        return self.say(Verdict.UNKNOWN, why)

    def failed(
        self, why: Message, reading: Reading | None = None, evidence: Message = NOTHING
    ) -> Judgement:
        """FAIL, without a comparison with the threshold."""
        return self.say(Verdict.FAIL, why, reading, evidence)

    def warned(self, why: Message, reading: Reading, evidence: Message = NOTHING) -> Judgement:
        """WARN: neither passed nor failed; a person has to check it."""
        return self.say(Verdict.WARN, why, reading, evidence)

    def say(
        self,
        verdict: Verdict,
        why: Message,
        reading: Reading | None = None,
        evidence: Message = NOTHING,
    ) -> Judgement:
        """A judgement of this check at this moment."""
        return Judgement(self.check, verdict, self.facts.as_of, why, self.limit, reading, evidence)

    def sourced(self, reading: Reading) -> Reading:
        """A reading of the run whose source is relative to the home, not to the run's folder."""
        run = self.facts.run
        if run is None or not run.source or reading.source.startswith(run.source):
            return reading
        return replace(reading, source=joined([run.source, reading.source], "/"))
