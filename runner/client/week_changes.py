"""Which week is active, which are archived, and when one that has not started is launched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import InputError
from core.language import Message
from core.ledger_bodies import (
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekMended,
    WeekUnarchived,
    WeekUsed,
)
from core.state_words import capitals
from core.text_rules import is_blank
from core.timestamps import iso
from core.vocabulary import ACTIVE_STATES, JobKind, JobState, Right, SweepState
from core.week import require_usable_launch
from runner.client.base import BaseClient, no_week, refused_text
from runner.outcomes import Recorded, Refused
from runner.store import queries, schema
from runner.store.sweeps import sweeps

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import Body
    from core.week import Week

# Their records are counted from the launch, so it can't change after them.
_STARTING = (JobKind.TRAIN, JobKind.REVALIDATE)


class WeekChanges(BaseClient):
    """Changes weeks. Each change is a line of the ledger; a repeated one changes nothing."""

    def use_week(self, week_id: str) -> Recorded[Week] | Refused:
        """Make another week the active one, for everybody.

        It takes the place of the one that was active. Refused while a job of that one is
        waiting or in progress: its pages would be those of a week that can't be acted on.
        A week that is in progress already only becomes the one that is meant when none is named.
        """

        def change(connection: Connection, week: Week) -> Body | Refused | None:
            if week.active:
                return None
            if week.archived_at is not None:
                return archived(week)
            if week.beside:
                return WeekUsed(id=week_id, beside=True)
            active = queries.active_week(connection)
            refused = busy_week(connection, active) if active else None
            return refused or taken_place(connection, week.place, active) or WeekUsed(id=week_id)

        return self._change(week_id, change)

    def begin_week(self, week_id: str) -> Recorded[Week] | Refused:
        """Put a week in progress beside the active one; without an active one it becomes that.

        Refused while another week in progress keeps its runs in the same place.
        """

        def change(connection: Connection, week: Week) -> Body | Refused | None:
            if week.in_progress:
                return None
            if week.archived_at is not None:
                return archived(week)
            alone = queries.active_week(connection) is None
            body = WeekUsed(id=week_id) if alone else WeekBegun(id=week_id)
            return taken_place(connection, week.place, None) or body

        return self._change(week_id, change)

    def close_week(self, week_id: str) -> Recorded[Week] | Refused:
        """End the progress of a week beside the active one: nothing of it falls due any more.

        Refused while a job of it is waiting or in progress.
        """

        def change(connection: Connection, week: Week) -> Body | Refused | None:
            if week.active:
                return Refused(
                    Message("Week {week} is the active one, so it can't be closed.", week=week_id),
                    Message("Make another week the active one first."),
                )
            if not week.in_progress:
                return None
            busy = busy_week(connection, week) or _swept_week(connection, week)
            return busy or WeekClosed(id=week_id)

        return self._change(week_id, change)

    def archive_week(self, week_id: str) -> Recorded[Week] | Refused:
        """Leave a week out of lists. Its records and files stay, and it can still be viewed."""

        def change(connection: Connection, week: Week) -> Body | Refused | None:
            if week.archived_at is not None:
                return None
            if week.active:
                return Refused(
                    Message(
                        "Week {week} is the active one, so it can't be archived.", week=week_id
                    ),
                    Message("Make another week the active one first."),
                )
            if week.in_progress:
                return Refused(
                    Message("Week {week} is in progress, so it can't be archived.", week=week_id),
                    Message("Close it first: trainweek week close {week}", week=week_id),
                )
            busy = busy_week(connection, week) or _swept_week(connection, week)
            return busy or WeekArchived(id=week_id)

        return self._change(week_id, change)

    def unarchive_week(self, week_id: str) -> Recorded[Week] | Refused:
        """List an archived week again."""
        return self._change(
            week_id,
            lambda _, week: None if week.archived_at is None else WeekUnarchived(id=week_id),
        )

    def mend_launch(self, week_id: str, launch: datetime, reason: str) -> Recorded[Week] | Refused:
        """Change the launch time of a week that has not started; its id stays.

        Refused once a training run or a revalidation of it was requested and not withdrawn
        before its start.
        """
        if denied := self._denied(Right.PLAN) or refused_text(reason):
            return denied
        launch = launch.astimezone(UTC)
        try:
            require_usable_launch(launch)
        except InputError as error:
            return Refused.by(error)
        if is_blank(reason):
            return Refused(
                Message("A change of the launch time requires a reason."),
                Message("Enter why it changes."),
            )

        def change(connection: Connection, week: Week) -> Body | Refused | None:
            if week.launch == launch:
                return None
            refused = started_week(connection, week) or _taken(connection, launch)
            mended = WeekMended(id=week_id, launch=launch, before=week.launch, reason=reason)
            return refused or mended

        return self._change(week_id, change)

    def _change(
        self, week_id: str, change: Callable[[Connection, Week], Body | Refused | None]
    ) -> Recorded[Week] | Refused:
        """:param change: the line to write; None: the week is so already."""
        if denied := self._denied(Right.PLAN):
            return denied
        with self.store.write() as transaction:
            week = queries.week_by_id(transaction.connection, week_id)
            if week is None:
                return no_week(week_id)
            body = change(transaction.connection, week)
            if isinstance(body, Refused):
                return body
            if body is None:
                return Recorded(week)
            self._append(transaction, body, week.id)
            return Recorded(queries.week_by_id(transaction.connection, week.id) or week)


def busy_week(connection: Connection, week: Week) -> Refused | None:
    """The refusal of a change while a job of the week is waiting or in progress."""
    jobs = schema.jobs
    job = connection.execute(
        select(jobs)
        .where(jobs.c.week_id == week.id, jobs.c.state.in_(ACTIVE_STATES))
        .order_by(jobs.c.seq)
    ).first()
    if job is None:
        return None
    return Refused(
        Message(
            "Job {job} of week {week} is {state}.",
            job=job.id,
            week=week.id,
            state=capitals(JobState(job.state)),
        ),
        Message("Wait until it has ended, or stop it: trainweek jobs stop {job}", job=job.id),
    )


def taken_place(connection: Connection, place: str | None, leaving: Week | None) -> Refused | None:
    """The refusal of a week whose runs would go where those of another week in progress go.

    :param leaving: the week whose turn it takes.
    """
    other = queries.week_in_place(connection, place)
    if other is None or (leaving is not None and other.id == leaving.id):
        return None
    return Refused(
        Message(
            "Week {week} is in progress and keeps its runs in the same folders.", week=other.id
        ),
        Message("Close it first: trainweek week close {week}", week=other.id),
    )


def _swept_week(connection: Connection, week: Week) -> Refused | None:
    for sweep in sweeps(connection, week.id):
        if sweep.state in (SweepState.RUNNING, SweepState.STOPPING):
            return Refused(
                Message("{sweep} of week {week} is in progress.", sweep=sweep.id, week=week.id),
                Message(
                    "Wait until it has ended, or stop it: trainweek sweep stop {sweep}",
                    sweep=sweep.id,
                ),
            )
    return None


def started_week(connection: Connection, week: Week) -> Refused | None:
    """Why the week's launch time is no longer to be changed; None while it may be."""
    if week.watched is not None:
        return Refused(
            Message("Week {week} watches a run that was started elsewhere.", week=week.id),
            Message("Its launch is the first event of that run."),
        )
    if week.archived_at is not None:
        return archived(week)
    jobs = schema.jobs
    job = connection.execute(
        select(jobs)
        .where(
            jobs.c.week_id == week.id,
            jobs.c.kind.in_(_STARTING),
            (jobs.c.attempt > 0) | jobs.c.state.in_(ACTIVE_STATES),
        )
        .order_by(jobs.c.seq)
    ).first()
    if job is None:
        return None
    return Refused(
        Message(
            "Week {week} has started: {job} was requested at {time}.",
            week=week.id,
            job=job.id,
            time=iso(job.requested_at),
        ),
        Message(
            "Its records are counted from the launch time. For another time, plan another week."
        ),
    )


def _taken(connection: Connection, launch: datetime) -> Refused | None:
    weeks = schema.weeks
    other = connection.execute(select(weeks.c.id).where(weeks.c.launch == launch)).first()
    if other is None:
        return None
    return Refused(
        Message("Week {week} is launched at that time.", week=other.id),
        Message("Give another launch time."),
    )


def archived(week: Week) -> Refused:
    """What an archived week is refused."""
    return Refused(
        Message("Week {week} is archived.", week=week.id),
        Message("Unarchive it first: trainweek week unarchive {week}", week=week.id),
    )
