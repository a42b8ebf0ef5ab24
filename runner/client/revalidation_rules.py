"""Whether a revalidation may start now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.checks import judge_slot
from core.facts import Facts, JobFacts
from core.language import Message, joined, plural
from core.state_words import capitals
from core.text_rules import is_blank
from core.vocabulary import JobKind, JobState, Verdict
from runner.files import read_json
from runner.outcomes import Refused
from runner.store import queries, rows
from runner.store.trials import counted_trials

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from core.job_params import RevalidateParams
    from core.paths import Home
    from core.week import Week


def refused_revalidation(
    connection: Connection, home: Home, week: Week, asked: RevalidateParams, now: datetime
) -> Refused | None:
    """The refusal; None if it may start."""
    counted = max(counted_trials(connection, week.id).in_all, 1)
    if refused := _too_few_trials(asked.trials, counted):
        return refused
    # Without a report nothing is recorded, so there is nothing to decide on.
    if not asked.save_report or not is_blank(asked.override_reason or ""):
        return None
    troubles = [
        *unprepared(connection, week),
        *_failed_rows(connection, home, week, now),
    ]
    return unprepared_refusal(troubles) if troubles else None


def unprepared(connection: Connection, week: Week) -> list[Message]:
    """What the records say against a revalidation now: an unfinished run, a blocking incident."""
    found = []
    job = queries.newest_job(connection, JobKind.TRAIN, week.id, begun=True)
    if job is not None and job.state != JobState.SUCCEEDED:
        found.append(
            Message("Run {run} is {state}.", run=job.run, state=capitals(JobState(job.state)))
        )
    if held := queries.blocking_incident(connection, week.id):
        found.append(
            Message(
                "The incident {procedure!r} is open: {summary}",
                procedure=held.procedure,
                summary=held.summary,
            )
        )
    return found


def _failed_rows(connection: Connection, home: Home, week: Week, now: datetime) -> list[Message]:
    """The failing rows of the preparation that its jobs' results show: backup and data.

    Of the run, the incidents and the machine, :func:`unprepared` says what counts here.
    """
    clock = queries.clock_of(connection, week.id)
    backup, data = (
        _job_facts(queries.newest_job(connection, kind, week.id), home)
        for kind in (JobKind.BACKUP, JobKind.DATA_CHECK)
    )
    facts = Facts(clock.to_week(now), now, week.launch, clock, backup=backup, data_check=data)
    return [
        judged.why
        for slot in week.playbook.slots_of_kind("preparation")
        for judged in judge_slot(week.playbook, slot.id, facts)
        if judged.verdict is Verdict.FAIL
    ]


def _job_facts(job: Row[Any] | None, home: Home) -> JobFacts | None:
    if job is None:
        return None
    result = read_json(home.attempt(job.id, job.attempt) / "result.json") if job.attempt else None
    return JobFacts(
        id=job.id,
        state=JobState(job.state),
        reason=rows.reason_of(job),
        ended=job.ended_at,
        result=result,
        source=home.relative(home.job(job.id)),
    )


def unprepared_refusal(troubles: list[Message]) -> Refused:
    """The refusal that names what the preparation lacks, and asks for a reason."""
    return Refused(
        Message("The preparation has not passed. {troubles}", troubles=joined(troubles, " ")),
        Message("Finish it, or give the reason to revalidate anyway (--reason)."),
    )


def _too_few_trials(declared: int | None, counted: int) -> Refused | None:
    if declared is None or declared >= counted:
        return None
    return Refused(
        plural(
            "{n} trial is declared; the ledger counts {counted} over all weeks.",
            "{n} trials are declared; the ledger counts {counted} over all weeks.",
            declared,
            counted=counted,
        ),
        Message("Declare at least {counted}, or leave it out.", counted=counted),
    )
