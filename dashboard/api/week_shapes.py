"""Weeks, their checklists and notes, as programs get them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from core.drill_paths import is_drill
from core.language import said
from core.vocabulary import Severity, SlotState, TrainingStatus, Verdict, WeekState
from dashboard.api.run_shapes import ReadingShape
from dashboard.api.shapes import Shape

if TYPE_CHECKING:
    from core.language import Language
    from core.schedule import SlotView
    from core.week import Week
    from dashboard.data.concerns import Concern
    from dashboard.data.snapshot import Item, Snapshot
    from runner.client.week_list import ListedWeek
    from runner.records import Note, Tick
    from runner.tick_records import Withdrawal


class WeekShape(Shape):
    """A week."""

    id: str
    active: bool
    in_progress: bool
    launch: datetime
    last_day: str = Field(description="YYYY-MM-DD.")
    tag: str
    symbol: str = Field(description="Empty: the run is only watched.")
    watched: str | None = Field(description="Log folder of a run that is only read.")
    synthetic: bool = Field(description="Its market is synthetic.")
    playbook_sha256: str
    created_at: datetime
    archived_at: datetime | None


class ListedWeekShape(WeekShape):
    """A week in the list of weeks."""

    state: WeekState


class ConcernShape(Shape):
    """One statement about the week now; nothing above `info`: nothing is wrong, as far as data say."""

    severity: Severity
    what: str
    text: str
    page: str = Field(description="The page where it is handled.")


class WeekNowShape(WeekShape):
    """A week as of now."""

    drill: bool = Field(description="True: a drill; nothing of it is real.")
    now: datetime = Field(description="Real time of this answer's data.")
    now_week: datetime = Field(description="The same moment in week time.")
    training_status: TrainingStatus
    run: str | None
    runner_alive: bool
    next_slot: str | None
    concerns: list[ConcernShape] = Field(description="The most severe first.")


class TickShape(Shape):
    """A person's confirmation of a check."""

    id: int
    by: str
    role: str
    verified: bool
    note: str
    verdict_seen: Verdict
    value_seen: str
    at: datetime
    at_week: datetime


class WithdrawalShape(Shape):
    """A tick that was taken back."""

    id: int
    tick: int = Field(description="Id of the tick.")
    slot: str
    check: str
    reason: str
    by: str
    at: datetime
    at_week: datetime


class SlotShape(Shape):
    """One slot of the week's schedule."""

    id: str
    title: str
    kind: str
    owner: str
    at: datetime = Field(description="Week time.")
    state: SlotState
    checks: list[str]


class CheckShape(Shape):
    """One check of a slot, judged as of the slot's moment."""

    slot: str
    check: str
    title: str
    verdict: Verdict
    as_of: datetime = Field(description="Week time of the judgement.")
    why: str
    limit: str
    value: str = Field(description="The reading as people read it.")
    reading: ReadingShape | None
    tick: TickShape | None


class NoteShape(Shape):
    """A person's note on a slot."""

    id: int
    slot: str
    text: str
    by: str
    role: str
    verified: bool
    at: datetime
    at_week: datetime


def _fields(week: Week, *, synthetic: bool) -> dict[str, object]:
    return {
        "id": week.id,
        "active": week.active,
        "in_progress": week.in_progress,
        "launch": week.launch,
        "last_day": week.last_day.isoformat(),
        "tag": week.tag,
        "symbol": week.symbol,
        "watched": week.watched,
        "synthetic": synthetic,
        "playbook_sha256": week.playbook_sha256,
        "created_at": week.created_at,
        "archived_at": week.archived_at,
    }


def listed_week(one: ListedWeek) -> ListedWeekShape:
    """A week of the list."""
    return ListedWeekShape.model_validate(
        {**_fields(one.week, synthetic=one.synthetic), "state": one.state}
    )


def week_now(snapshot: Snapshot, concerns: list[Concern], language: Language) -> WeekNowShape:
    """A week as its snapshot shows it."""
    following = snapshot.next_slot
    return WeekNowShape.model_validate(
        {
            **_fields(snapshot.week, synthetic=snapshot.synthetic),
            "drill": is_drill(snapshot.home),
            "now": snapshot.now,
            "now_week": snapshot.now_week,
            "training_status": snapshot.status,
            "run": None if snapshot.run is None else snapshot.run.name,
            "runner_alive": snapshot.runner.alive,
            "next_slot": None if following is None else following.spec.id,
            "concerns": [
                ConcernShape(
                    severity=one.severity,
                    what=one.what,
                    text=said(one.text, language),
                    page=one.page,
                )
                for one in concerns
            ],
        }
    )


def slot(view: SlotView, language: Language) -> SlotShape:
    """A slot with its state."""
    return SlotShape(
        id=view.spec.id,
        title=view.spec.title.in_(language),
        kind=view.spec.kind,
        owner=view.spec.owner,
        at=view.at,
        state=view.state,
        checks=list(view.spec.checks),
    )


def check(slot_id: str, title: str, item: Item, language: Language) -> CheckShape:
    """A judged check with its tick."""
    judged = item.judgement
    return CheckShape(
        slot=slot_id,
        check=judged.check,
        title=title,
        verdict=judged.verdict,
        as_of=judged.as_of,
        why=said(judged.why, language),
        limit=said(judged.told_limit, language),
        value=said(judged.value_text, language),
        reading=None if judged.reading is None else ReadingShape.of(judged.reading, language),
        tick=None if item.tick is None else tick(item.tick, language),
    )


def tick(one: Tick, language: Language) -> TickShape:
    """A recorded tick."""
    return TickShape(
        id=one.id,
        by=one.by,
        role=one.role,
        verified=one.verified,
        note=one.note,
        verdict_seen=one.verdict_seen,
        value_seen=said(one.value_seen, language),
        at=one.at,
        at_week=one.at_week,
    )


def withdrawal(one: Withdrawal) -> WithdrawalShape:
    """A recorded withdrawal of a tick."""
    return WithdrawalShape(
        id=one.id,
        tick=one.tick,
        slot=one.slot,
        check=one.check,
        reason=one.reason,
        by=one.by,
        at=one.at,
        at_week=one.at_week,
    )


def note(one: Note) -> NoteShape:
    """A recorded note."""
    return NoteShape(
        id=one.id,
        slot=one.slot,
        text=one.text,
        by=one.by,
        role=one.role,
        verified=one.verified,
        at=one.at,
        at_week=one.at_week,
    )
