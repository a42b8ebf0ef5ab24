"""New weeks, and the clocks of weeks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.language import Message, joined
from core.ledger_bodies import ClockSet, WeekCreated
from core.path_names import safe_name
from core.vocabulary import Right
from core.week import require_usable_launch
from runner.client.base import no_week
from runner.client.playbook_files import playbook_file
from runner.client.playbook_rules import PlaybookRules
from runner.client.week_changes import busy_week, taken_place
from runner.outcomes import Recorded, Refused
from runner.store import queries

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.clock import Clock
    from core.week import Week


class Weeks(PlaybookRules):
    """Creates weeks and moves their clocks."""

    def create_week(
        self,
        launch: datetime,
        playbook_path: str | Path | None = None,
        tag: str | None = None,
        synthetic: bool = False,
        watched: str | Path | None = None,
        symbol: str | None = None,
        clock_at: datetime | None = None,
        key: str | None = None,
        planned: bool = False,
        beside: bool = False,
    ) -> Recorded[Week] | Refused:
        """Create a week and make it the active one.

        Where another week is active, that takes the right to plan, and no job in progress.
        So do gates, decision rules, revalidation settings or costs that are neither those of
        trainweek's own playbook nor the ones that were approved last.

        :param tag: the name of its runs; None: the playbook's.
        :param watched: log folder of a run that trainweek did not start; it is only read.
        :param symbol: empty for a run that is only looked at; None: the playbook's.
        :param clock_at: week time at which its clock is stopped from the start, for a demo
            or a replay; None: week time is real time.
        :param planned: the active week stays the active one, if there is one.
        :param beside: so it does, and the new one is in progress beside it.
        :raises InputError: the playbook can't be read, or no week can be launched then.
        :raises PlaybookError: the playbook is invalid.
        """
        if denied := self._denied(Right.OPERATE):
            return denied
        launch, planned = launch.astimezone(UTC), planned or beside
        require_usable_launch(launch)
        file = playbook_file(self.home, playbook_path)
        text, playbook = file.text, file.playbook
        if denied := self._denied_rules(text):
            return denied
        with self.store.read() as connection:
            repeated = self._keyed(connection, key, WeekCreated) is not None
            before = queries.active_week(connection)
        if (
            before is not None
            and (beside or not planned)
            and not repeated
            and (denied := self._denied_switch())
        ):
            return denied
        with self.store.write() as transaction:
            if (entry := self._keyed(transaction.connection, key, WeekCreated)) is not None:
                assert isinstance(entry.body, WeekCreated)
                week_id = entry.body.id
            else:
                traded = playbook.symbol if symbol is None else symbol
                free = _free_id(transaction.connection, launch, traded)
                if isinstance(free, Refused):
                    return free
                week_id = free
                active = queries.active_week(transaction.connection)
                planned = planned and active is not None
                if not planned and (refused := _refused_switch(transaction.connection, before)):
                    return refused
                place = queries.place_for(transaction.connection, traded)
                if beside or not planned:
                    other = None if planned else active
                    if refused := taken_place(transaction.connection, place, other):
                        return refused
                body = WeekCreated(
                    id=week_id,
                    launch=launch,
                    playbook_text=text,
                    playbook_sha256=file.sha256,
                    tag=safe_name(tag or playbook.tag, "tag"),
                    symbol=traded,
                    watched=None if watched is None else str(watched),
                    synthetic=synthetic,
                    playbook_file=file.name,
                )
                if planned:
                    body = body.model_copy(update={"active": False})
                    if beside:
                        body = body.model_copy(update={"beside": True})
                if place is not None:
                    body = body.model_copy(update={"place": place})
                self._append(transaction, body, week_id, key)
                if clock_at is not None:
                    point = ClockSet(real=self.now(), week=clock_at, pace=0.0)
                    self._append(transaction, point, week_id)
            made = queries.week_by_id(transaction.connection, week_id)
        assert made is not None
        return Recorded(made)

    def record_clock_point(
        self, week_id: str, real: datetime, week: datetime, pace: float
    ) -> Recorded[Clock] | Refused:
        """Set the week time at a real time, and how fast week time runs from there.

        :raises IntegrityError: week time would run backwards.
        """
        if denied := self._denied(Right.OPERATE):
            return denied
        with self.store.write() as transaction:
            if queries.week_by_id(transaction.connection, week_id) is None:
                return no_week(week_id)
            clock = queries.clock_of(transaction.connection, week_id)
            clock = clock.with_point(real, week, pace)
            self._append(transaction, ClockSet(real=real, week=week, pace=pace), week_id)
        return Recorded(clock)

    def _denied_switch(self) -> Refused | None:
        """Why this person can't put a new week in the place of the active one."""
        refused = self._denied(Right.PLAN)
        return None if refused is None else _or_planned(refused)


def _refused_switch(connection: Connection, known: Week | None) -> Refused | None:
    """Why no new week can take the place of the active one.

    :param known: the active one for which the right was proved; None: there was none.
    """
    active = queries.active_week(connection)
    if active is None:
        return None
    if known is None:
        return Refused(
            Message("Week {week} has just become the active one.", week=active.id),
            Message("Look at it, then try again."),
        )
    refused = busy_week(connection, active)
    return None if refused is None else _or_planned(refused)


def _or_planned(refused: Refused) -> Refused:
    return Refused(
        refused.reason,
        joined(
            [
                refused.remedy,
                Message(
                    "Or plan it beside the active week: trainweek week new --plan"
                    " (on the page Weeks: Plan another week)."
                ),
            ],
            " ",
        ),
    )


def _free_id(connection: Connection, launch: datetime, symbol: str) -> str | Refused:
    """The launch date; for a further week of that day with ``-2``, ``-3`` …

    The same launch time again is the same week, unless another symbol is traded.
    """
    day, number = launch.date().isoformat(), 1
    week_id = day
    while (week := queries.week_by_id(connection, week_id)) is not None:
        if week.launch == launch and week.symbol == symbol:
            return Refused(
                Message("Week {week} already exists.", week=week_id),
                Message(
                    "Use it (trainweek week use {week}), or give another launch time.",
                    week=week_id,
                ),
            )
        number += 1
        week_id = f"{day}-{number}"
    return week_id
