"""Whether a revalidation may start now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import MarketDataError
from core.language import Message, joined, plural
from core.text_rules import is_blank
from runner.client.hold_outs import window_of
from runner.outcomes import Refused
from runner.store.hold_outs import hold_outs
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
    if refused := _locked(connection, home, week, asked):
        return refused
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


def _locked(
    connection: Connection, home: Home, week: Week, asked: RevalidateParams
) -> Refused | None:
    """The refusal on bars that are locked, or whose final look was made."""
    kept = hold_outs(connection)
    if not kept.locks:
        return None
    folder = asked.backtest_data_dir or week.playbook.revalidation.backtest_data_dir
    try:
        refusal = kept.refusal(window_of(home.resolve(folder), week.playbook.symbol))
    except MarketDataError:
        return None  # the job itself says what is wrong with the candles
    return None if refusal is None else Refused(*refusal)


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
