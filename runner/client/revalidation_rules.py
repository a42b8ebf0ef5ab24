"""Whether a revalidation may start now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, joined, plural
from core.text_rules import is_blank
from runner.outcomes import Refused
from runner.store.trials import counted_trials

if TYPE_CHECKING:
    from datetime import datetime

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
    # Loads numpy and pandas, which most acts of a client don't need.
    from core.checks.readiness import unprepared
    from runner.client.present_facts import preparation_facts

    troubles = unprepared(week.playbook, preparation_facts(connection, home, week, now))
    if not troubles:
        return None
    return Refused(
        Message("The preparation has not passed. {troubles}", troubles=joined(troubles)),
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
