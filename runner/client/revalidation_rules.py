"""Whether a revalidation may start now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, joined, plural
from core.state_words import capitals
from core.text_rules import is_blank
from core.vocabulary import JobKind, JobState
from runner.outcomes import Refused
from runner.store import queries
from runner.store.trials import counted_trials

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.job_params import RevalidateParams
    from core.week import Week


def refused_revalidation(
    connection: Connection, week: Week, asked: RevalidateParams
) -> Refused | None:
    """The refusal; None if it may start."""
    counted = max(counted_trials(connection, week.id).in_all, 1)
    if refused := _too_few_trials(asked.trials, counted):
        return refused
    # Without a report nothing is recorded, so there is nothing to decide on.
    if not asked.save_report or not is_blank(asked.override_reason or ""):
        return None
    troubles = unprepared(connection, week)
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
