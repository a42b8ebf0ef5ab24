"""The choice of one slot of a page; it is kept in the URL."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.language import Message, plural
from core.vocabulary import SlotState, Verdict
from dashboard.components.choice import choice
from dashboard.components.states import icon, word

if TYPE_CHECKING:
    from core.playbook import SlotSpec
    from core.schedule import SlotView
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def choose(
    page: Page, snapshot: Snapshot, kinds: set[str], *, key: str, label: str
) -> SlotSpec | None:
    """The chosen slot, from a row of their states; None if the playbook has no such slot.

    Without a choice in the URL: the first slot that is due, else the latest one.
    """
    views = [view for view in snapshot.timeline if view.spec.kind in kinds]
    if not views:
        return None
    by_id = {view.spec.id: view for view in views}
    chosen = choice(
        label,
        list(by_id),
        lambda slot_id: _caption(page, by_id[slot_id], key),
        key=key,
        start=_first(views, snapshot).spec.id,
    )
    return by_id[chosen].spec


def mark_of(view: SlotView) -> str:
    """The slot's icon; a slot that is done with failures shows the worst verdict."""
    worst = view.troubles[0] if view.state is SlotState.DONE and view.troubles else None
    return icon(worst or view.state)


def said(page: Page, view: SlotView) -> str:
    """``Done``, ``Overdue``, ``Done, 1 failed, 2 unknown``."""
    parts = [word(view.state, page.say)]
    if view.state is SlotState.DONE:
        parts += [
            page.say.raw(_counted(verdict, count))
            for verdict, count in Counter(view.troubles).items()
        ]
    return ", ".join(parts)


def _counted(verdict: Verdict, count: int) -> Message:
    if verdict is Verdict.FAIL:
        return plural("{n} failed", "{n} failed", count)
    if verdict is Verdict.WARN:
        return plural("{n} with a warning", "{n} with a warning", count)
    if verdict is Verdict.PENDING:
        return plural("{n} pending", "{n} pending", count)
    return plural("{n} unknown", "{n} unknown", count)


def _first(views: list[SlotView], snapshot: Snapshot) -> SlotView:
    waiting = [v for v in views if v.state in {SlotState.OVERDUE, SlotState.DUE}]
    come = [v for v in views if v.at <= snapshot.now_week]
    return (waiting or come[-1:] or views)[0]


def _caption(page: Page, view: SlotView, key: str) -> str:
    when = f"{view.at:%H:%M}" if key == "slot" else page.viewer.day(view.at)
    return f"{mark_of(view)} {when} {said(page, view)}"
