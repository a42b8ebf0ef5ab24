"""The checklists that are late, and since when: also one that was complete and was reopened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.alerts.conditions import Condition, said_in_all
from core.alerts.kinds import EventKind
from core.language import Message, joined, plural
from core.vocabulary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.schedule import SlotView
    from runner.tick_records import Withdrawal
    from runner.week.judged_week import JudgedWeek


def late_checklists(week: JudgedWeek) -> Iterator[Condition]:
    """One condition for each checklist that is overdue."""
    for view in week.overdue:
        late = view.due_from + timedelta(minutes=view.spec.grace_minutes)
        since = real_moment(week, late)
        # A message's own times are real: where the week has a clock of its own, it says which this is.
        text = (
            Message("Overdue since {time:%Y-%m-%d %H:%M} UTC.", time=late)
            if week.clock.is_identity
            else Message("Overdue since {time:%Y-%m-%d %H:%M} UTC (week time).", time=late)
        )
        reopened = _reopened(week, view)
        if reopened is not None and reopened.at > since:
            since = reopened.at
            again = Message(
                "{by} reopened it at {time:%Y-%m-%d %H:%M} UTC.", by=reopened.by, time=reopened.at
            )
            text = joined([text, again])
        ticked = {tick.check for tick in week.records.ticks if tick.slot == view.spec.id}
        if left := len(set(view.spec.checks) - ticked):
            open_checks = plural("{n} check is open.", "{n} checks are open.", left)
            text = joined([text, open_checks])
        yield Condition(
            key=f"overdue:{view.spec.id}",
            kind=EventKind.OVERDUE,
            level=Severity.WARNING,
            subject=said_in_all(view.spec.title),
            text=said_in_all(text),
            page=view.spec.page,
            week=week.week.id,
            since=since,
        )


def _reopened(week: JudgedWeek, view: SlotView) -> Withdrawal | None:
    """The newest withdrawal that made a complete checklist incomplete; None: there is none."""
    slot = view.spec.id
    withdrawn = [one for one in week.records.withdrawals if one.slot == slot]
    # From when to when each tick held, by the ledger's lines.
    held: list[tuple[str, int, int | None]] = [
        (tick.check, tick.id, None) for tick in week.records.ticks if tick.slot == slot
    ]
    held += [(one.check, one.tick, one.id) for one in withdrawn]
    for one in reversed(withdrawn):
        before = {
            check
            for check, begun, ended in held
            if begun < one.id and (ended is None or ended >= one.id)
        }
        if before.issuperset(view.spec.checks):
            return one
    return None


def real_moment(week: JudgedWeek, moment: datetime) -> datetime:
    """The real time of a week's moment, at the latest now."""
    real = week.clock.to_real(moment)
    return week.now if real is None else min(real, week.now)
