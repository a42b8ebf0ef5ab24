"""What a job's facts allow: its result, or the reason why there is none yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.facts import JobFacts
from core.reading import Reading
from core.vocabulary import LIVE_STATES, WAITING_STATES, JobState

# A pre-flight or a data check of the day before says nothing about today.
STALE_AFTER = timedelta(hours=24)


def result_or_answer(
    case: Case, job: JobFacts | None, kind: str, slot_kind: str
) -> Mapping[str, Any] | Judgement:
    """The result of a job that succeeded, else the answer of the check.

    :param kind: how to name the job in a sentence.
    :param slot_kind: the slot by whose end the job should have been run.
    """
    facts = case.facts
    if job is None:
        slot = case.playbook.slots_of_kind(slot_kind)[0]
        at = slot.at(facts.launch)
        if facts.as_of < at + timedelta(minutes=slot.grace_minutes):
            return case.pending(f"The {kind} was not run yet; it is due at {at:%d %b %H:%M} UTC.")
        return case.unknown(f"The {kind} was due at {at:%d %b %H:%M} UTC and was never run.")
    if job.state in LIVE_STATES | WAITING_STATES:
        return case.pending(f"The {kind} is {job.state.value.lower()}.")
    if job.state is not JobState.SUCCEEDED:
        reason = f": {job.reason.rstrip('.')}" if job.reason else ""
        return case.unknown(f"The {kind} ended as {job.state.value} without a result{reason}.")
    if job.result is None:
        return case.unknown(f"The result of the {kind} is missing or unreadable ({job.source}).")
    return job.result


def age(case: Case, job: JobFacts, until: datetime) -> timedelta:
    """Week time between the job's end and a week moment (or the judged one, if earlier)."""
    if job.ended is None:
        return timedelta(0)
    return min(until, case.facts.as_of) - case.facts.clock.to_week(job.ended)


def job_reading(job: JobFacts, key: str, value: Any, unit: str = "") -> Reading:
    """A value out of a job's result file."""
    return Reading(value, unit, source=f"{job.source}: result.json, {key}", at=job.ended)
