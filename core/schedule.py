"""The timeline of a week: which slots are done, due, overdue, upcoming or skipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.vocabulary import SlotState, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from core.playbook import SlotSpec

# Kinds judged as of their own time; the others are work that counts once it is done.
JUDGED_AT_A_MOMENT = frozenset({"hourly", "daily", "anomaly"})
_BEFORE_SIGNING = frozenset({"preparation", "revalidation", "results"})
_WORST_FIRST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PENDING)


def due_at(slot: SlotSpec, week_launch: datetime, created: datetime | None) -> datetime:
    """When a slot's work is due, in week time: at its time, or when a later week was created.

    A check of the run is judged as of the slot's own time, whenever the week was created.
    """
    at = slot.at(week_launch)
    if created is None or slot.kind in JUDGED_AT_A_MOMENT:
        return at
    return max(at, created)


@dataclass(frozen=True)
class SlotView:
    """One slot of a week, and its state."""

    spec: SlotSpec
    at: datetime  # week time, UTC
    state: SlotState
    due_from: datetime  # its time, or the creation of a week that was created later
    due: datetime  # as pages show it; see due_at
    troubles: tuple[
        Verdict, ...
    ] = ()  # verdicts that did not pass when they were ticked, the worst first


def timeline(
    week_launch: datetime,
    slots: Collection[SlotSpec],
    now_week: datetime,
    done: Mapping[str, bool],
    anomaly_days: Collection[date] = frozenset(),
    seen: Mapping[str, Collection[Verdict]] | None = None,
    run_finished: datetime | None = None,
    created: datetime | None = None,
) -> list[SlotView]:
    """All slots of a week in order of time, judged at a week moment.

    :param done: slot id to True, once the slot's work is recorded: all its ticks, or its
        job, summary or signature.
    :param anomaly_days: UTC days whose daily check found an anomaly.
    :param seen: slot id to the verdicts that people saw when they ticked its items: a slot
        that is done can contain failed or unknown ones.
    :param run_finished: week time at which the week's run completed; None: it has not.
    :param created: week time at which the week was created: nothing is overdue because of hours
        before that; None: before its first slot.
    """
    checked = {
        slot.at(week_launch).date()
        for slot in slots
        if slot.kind == "daily" and done.get(slot.id, False)
    }
    views = []
    for slot in slots:
        at = slot.at(week_launch)
        due_from = at if created is None else max(at, created)
        state = _state(slot, at, due_from, now_week, done, anomaly_days, checked, run_finished)
        troubles = worst_first((seen or {}).get(slot.id, ()))
        views.append(
            SlotView(slot, at, state, due_from, due_at(slot, week_launch, created), troubles)
        )
    return sorted(views, key=lambda view: view.at)


def next_up(views: Iterable[SlotView]) -> SlotView | None:
    """What to do next: the oldest slot that is overdue or due, else the first upcoming one.

    After an early signature what leads to it has been done, whatever its time.
    """
    views = sorted(views, key=lambda view: view.at)
    if signed(views):
        views = [
            view
            for view in views
            if view.state is not SlotState.UPCOMING or view.spec.kind not in _BEFORE_SIGNING
        ]
    for states in ({SlotState.OVERDUE, SlotState.DUE}, {SlotState.UPCOMING}):
        for view in views:
            if view.state in states:
                return view
    return None


def overdue(views: Iterable[SlotView]) -> list[SlotView]:
    """The slots that are late, the oldest first: what pages count and alerts report."""
    late = [view for view in views if view.state is SlotState.OVERDUE]
    return sorted(late, key=lambda view: view.at)


def signed(views: Iterable[SlotView]) -> bool:
    """Whether the week's decision is signed."""
    return any(view.spec.kind == "approval" and view.state is SlotState.DONE for view in views)


def current(views: Iterable[SlotView], now_week: datetime) -> SlotView | None:
    """Whose checks are wanted: the oldest that is due or overdue, else the latest that has come."""
    views = sorted(views, key=lambda view: view.at)
    waiting = [view for view in views if view.state in {SlotState.OVERDUE, SlotState.DUE}]
    come = [view for view in views if view.at <= now_week]
    return next(iter(waiting or come[-1:] or views), None)


def worst_first(seen: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that do not pass, the worst first."""
    return tuple(sorted((v for v in seen if v in _WORST_FIRST), key=_WORST_FIRST.index))


def _state(
    slot: SlotSpec,
    at: datetime,
    due_from: datetime,
    now: datetime,
    done: Mapping[str, bool],
    anomaly_days: Collection[date],
    checked_days: Collection[date],
    run_finished: datetime | None,
) -> SlotState:
    if done.get(slot.id, False):
        return SlotState.DONE
    ended = run_finished is not None and run_finished < at and slot.kind in JUDGED_AT_A_MOMENT
    if (
        slot.only_after_anomaly
        and at.date() not in anomaly_days
        and (now >= at or ended or at.date() in checked_days)
    ):
        return SlotState.SKIPPED  # no anomaly was found, or the day was not checked in time
    if ended:
        return SlotState.RUN_FINISHED  # nothing changes until its time comes
    if now < at:
        return SlotState.UPCOMING
    if now - due_from < timedelta(minutes=slot.grace_minutes):
        return SlotState.DUE
    return SlotState.OVERDUE
