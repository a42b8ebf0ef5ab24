"""Above every page while a past moment is shown: which, the way to its neighbours, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.asked_moment import asking_for
from core.language import Message
from dashboard import shown_week
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.schedule import SlotView
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

NOT_KEPT = Message("Not known: this is not recorded, so it can't be shown as of a past moment.")
_TYPED = "moment:typed"


def show(page: Page) -> None:
    """Draw nothing while the pages show now."""
    say = page.say
    if page.no_moment is not None:
        text = f"{say.text(page.no_moment.what)} {say.text(page.no_moment.remedy)}"
        _banner(page, None, text, wrong=True)
    elif page.moment is not None:
        snapshot = page.snapshot()
        if snapshot is None:
            time = page.viewer.moment(page.moment.week)
            text = say(
                "Week {week} did not exist at {time}.", week=page.services.week_id, time=time
            )
            _banner(page, None, text, wrong=True)
        else:
            _banner(page, snapshot, _text(page, snapshot))


def draw_way(page: Page) -> None:
    """The way to a past moment: a field for it, in the sidebar."""
    say = page.say
    if page.snapshot() is None or page.moment is not None:
        return
    with st.popover(say.raw("Look back"), icon=":material/history:", key="moment:way"):
        st.text_input(
            say.raw("Show the pages as they were at (UTC)"),
            key=_TYPED,
            placeholder="2026-02-24T03:10Z",
            help=say("Week time. Write real:2026-11-29T16:12Z for real time."),
        )
        st.button(say.raw("Show"), key="moment:show", on_click=_show_typed)


def _show_typed() -> None:
    shown_week.show_moment(str(st.session_state.get(_TYPED) or "").strip())


def _text(page: Page, snapshot: Snapshot) -> str:
    say = page.say
    time = page.viewer.moment(snapshot.now_week)
    if snapshot.clock.is_identity:
        text = f"**{say('As it was at {time}.', time=time)}**"
    else:
        real = f"{page.viewer.day(snapshot.now)} {snapshot.now:%H:%M:%S} UTC"
        both = say("As it was at week time {time}, real time {real}.", time=time, real=real)
        text = f"**{both}**"
    more = say("You see what was known then; nothing can be done here.")
    return f"{text} {more}"


def _banner(page: Page, snapshot: Snapshot | None, text: str, *, wrong: bool = False) -> None:
    say = page.say
    with st.container(key="moment-banner", gap="xxsmall"):
        (st.error if wrong else st.info)(text, icon=":material/history:")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if snapshot is not None:
                earlier, later = _neighbours(snapshot)
                _step(page, "earlier", Message("Earlier"), ":material/skip_previous:", earlier)
                _step(page, "later", Message("Later"), ":material/skip_next:", later)
            back = say.raw("Back to now")
            if st.button(back, key="moment:now", icon=":material/undo:", type="tertiary"):
                shown_week.show_moment(None)
                st.rerun()


def _neighbours(snapshot: Snapshot) -> tuple[SlotView | None, SlotView | None]:
    """The slots of the schedule before and after the moment."""
    before = [view for view in snapshot.timeline if view.at < snapshot.now_week]
    after = [view for view in snapshot.timeline if view.at > snapshot.now_week]
    return (
        max(before, key=lambda view: view.at, default=None),
        min(after, key=lambda view: view.at, default=None),
    )


def _step(page: Page, key: str, label: Message, icon: str, slot: SlotView | None) -> None:
    """A button that shows the moment of a slot; off where there is none."""
    name = page.say.raw(label)
    if slot is not None:
        title = slot.spec.title.in_(page.viewer.language)
        name = f"{name}: {plain(title)}, {page.viewer.clock(slot.at)}"
    off = slot is None
    if st.button(name, key=f"moment:{key}", icon=icon, type="tertiary", disabled=off) and slot:
        shown_week.show_moment(asking_for(slot.at))
        st.rerun()
