"""The choice of one slot of a page; it is kept in the URL."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.language import Message, plural
from core.schedule import current, worst_first
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
        lambda slot_id: _caption(page, snapshot, by_id[slot_id], key),
        key=key,
        start=(current(views, snapshot.now_week) or views[0]).spec.id,
    )
    return by_id[chosen].spec


def mark_of(snapshot: Snapshot, view: SlotView) -> str:
    """The slot's icon; a slot that is done with failures shows the worst verdict."""
    found = troubles(snapshot, view) if view.state is SlotState.DONE else ()
    return icon(found[0] if found else view.state)


def troubles(snapshot: Snapshot, view: SlotView) -> tuple[Verdict, ...]:
    """The verdicts that do not pass, the worst first.

    As ticked, for a slot that is judged at its own time; else today's, as its page shows them.
    """
    if not view.spec.checks or not snapshot.judged_now(view.spec):
        return view.troubles
    return worst_first(judged.verdict for judged in snapshot.judgements(view.spec))


def changed(snapshot: Snapshot, view: SlotView) -> bool:
    """Whether a check that is judged on today's data differs from what was ticked."""
    return snapshot.judged_now(view.spec) and any(
        item.tick is not None and item.tick.verdict_seen is not item.judgement.verdict
        for item in snapshot.items(view.spec)
    )


def said(page: Page, snapshot: Snapshot, view: SlotView) -> str:
    """``Done``, ``Overdue, 2 fail``, ``Done, 1 fails, 2 unknown, changed since ticked``."""
    parts, done = [word(view.state, page.say)], view.state is SlotState.DONE
    found = troubles(snapshot, view) if done else view.troubles  # before: what was ticked already
    parts += [page.say.raw(_counted(verdict, count)) for verdict, count in Counter(found).items()]
    if done and changed(snapshot, view):
        parts.append(page.say("changed since ticked"))
    return ", ".join(parts)


def _counted(verdict: Verdict, count: int) -> Message:
    if verdict is Verdict.FAIL:
        return plural("{n} fails", "{n} fail", count)
    if verdict is Verdict.WARN:
        return plural("{n} with a warning", "{n} with a warning", count)
    if verdict is Verdict.PENDING:
        return plural("{n} without data yet", "{n} without data yet", count)
    return plural("{n} unknown", "{n} unknown", count)


def _caption(page: Page, snapshot: Snapshot, view: SlotView, key: str) -> str:
    when = f"{view.due:%H:%M}" if key == "slot" else page.viewer.day(view.at)
    return f"{mark_of(snapshot, view)} {when} {said(page, snapshot, view)}"
