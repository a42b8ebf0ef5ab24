"""The result of a job, or the reason why there is none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.language import Message, joined, literal
from core.reading import Reading
from core.schedule import due_at
from core.state_words import capitals
from core.vocabulary import ACTIVE_STATES, JobState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.checks.case import Case
    from core.checks.judgement import Judgement
    from core.facts import JobFacts

# A pre-flight or a data check of the previous day is out of date.
STALE_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class FinishedJob:
    """A job that succeeded, with the result file it wrote."""

    job: JobFacts
    result: Mapping[str, Any]

    def reading(self, key: str, value: float | int | str | bool, unit: str = "") -> Reading:
        """A value from the result file."""
        return Reading(
            value, unit, source=f"{self.job.source}: result.json, {key}", at=self.job.ended
        )


def result_or_answer(
    case: Case, job: JobFacts | None, name: Message, slot_kind: str
) -> FinishedJob | Judgement:
    """The result of a job that succeeded, else the judgement that says why there is none.

    :param name: the job's name, capitalised as at the start of a sentence.
    :param slot_kind: the slot by whose end the job should have been run.
    """
    facts = case.facts
    if job is None:
        slot = case.playbook.slots_of_kind(slot_kind)[0]
        at = due_at(slot, facts.launch, facts.created)
        if facts.as_of < at + timedelta(minutes=slot.grace_minutes):
            return case.pending(
                Message("{job} not run yet; due {at:%Y-%m-%d %H:%M} UTC.", job=name, at=at)
            )
        return case.unknown(
            Message("{job} was never run; it was due {at:%Y-%m-%d %H:%M} UTC.", job=name, at=at)
        )
    if job.state in ACTIVE_STATES:
        return case.pending(Message("{job} is {state}.", job=name, state=capitals(job.state)))
    if job.state is not JobState.SUCCEEDED:
        why = Message("{job} ended {state}, without a result.", job=name, state=capitals(job.state))
        return case.unknown(joined([why, literal(job.reason)]) if job.reason else why)
    if job.result is None:
        return case.unknown(
            Message(
                "{job} result is missing or unreadable ({source}).", job=name, source=job.source
            )
        )
    return FinishedJob(job, job.result)


def outdated(case: Case, job: JobFacts, name: Message, until: datetime) -> Judgement | None:
    """UNKNOWN for a job that ended more than a day of week time before it was needed.

    :param until: the week moment for which it was run.
    """
    if job.ended is None:
        return None
    age = min(until, case.facts.as_of) - case.facts.clock.to_week(job.ended)
    if age <= STALE_AFTER:
        return None
    hours = age.total_seconds() / 3600
    return case.unknown(Message("{job} is {hours:.0f} h old. Run it again.", job=name, hours=hours))
