"""The frame of every page: week, both times, run and runner with their ages, the viewer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from core.drill import DRILL, NOT_REAL
from core.drill_paths import is_drill
from core.language import plural
from core.vocabulary import TrainingStatus
from dashboard import tab
from dashboard.components import headings, moment_banner, week_banner
from dashboard.components.alerts import alerts, one_state
from dashboard.components.boundary import boundary
from dashboard.components.run_state import progress, run_state
from dashboard.components.silencing import silence_lines
from dashboard.formatting import age
from dashboard.navigation import ONLY_WATCHED, OVERDUE
from dashboard.text_links import text_link
from dashboard.wording import plain
from dashboard.wording.names import ROLES

if TYPE_CHECKING:
    from core.schedule import SlotView
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


_DRILL_ICON = ":material/fire_extinguisher:"


def show(page: Page, title: str) -> None:
    """Draw the frame and redraw it on each tick; an error in it leaves the page below intact."""

    def body() -> None:
        with boundary(page.say):
            _draw(page, title)

    page.live(body)
    page.watch()


def _draw(page: Page, title: str) -> None:
    snapshot = page.snapshot()
    drill = is_drill(page.services.home)
    st.session_state[ONLY_WATCHED] = snapshot is not None and snapshot.week.only_watched
    late = _count_overdue(snapshot)
    tab.show(f"{page.say.raw(DRILL)} {title}" if drill else title, snapshot, page.say)
    with st.container(gap="xxsmall", key="frame"):
        headings.title(f"{title} :small[{_week(page, snapshot)}]")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if snapshot is not None:
                two = (
                    None
                    if snapshot.clock.is_identity
                    else page.say(
                        "This week runs on its own clock (a demo or a replay). Schedule, checks, ticks "
                        "and the age of readings use week time; event files, logs, jobs and the states "
                        "above use real time."
                    )
                )
                st.markdown(_time(page, snapshot), width="content", help=two)
                st.markdown(_run(page, snapshot), width="content", help=_run_help(page, snapshot))
            if not _only_watched(snapshot):
                st.markdown(_runner(page, snapshot), width="content")
            if late:
                _overdue(page, late)
            with st.container(width="content", key="frame-who"):
                st.markdown(_person(page))
    with st.container(gap="xsmall", key="frame-alerts"):
        moment_banner.show(page)
        if drill:
            st.warning(f"**{page.say.text(DRILL)}** {page.say.text(NOT_REAL)}", icon=_DRILL_ICON)
        week_banner.show(page)
        _alerts(page, snapshot)
        _silences(page, snapshot)


def _count_overdue(snapshot: Snapshot | None) -> list[SlotView]:
    """The late slots; the whole page is drawn again once the menu shows other counts."""
    late = [] if snapshot is None else snapshot.overdue
    before, now = st.session_state.get(OVERDUE), dict(Counter(view.spec.page for view in late))
    st.session_state[OVERDUE] = now
    if now != (before or {}):
        st.rerun()
    return late


def _overdue(page: Page, late: list[SlotView]) -> None:
    text = page.say(plural("{n} overdue", "{n} overdue", len(late)))
    names = ", ".join(view.spec.title.in_(page.viewer.language) for view in late)
    badge = f":red-badge[:material/alarm: {text}]"
    with st.container(width="content", key="links-overdue"):
        st.markdown(text_link(late[0].spec.page, badge, tip=names))


def _silences(page: Page, snapshot: Snapshot | None) -> None:
    """What is silenced until when, so that nobody takes the quiet for good news."""
    if snapshot is None:
        return
    for line in silence_lines(page, snapshot):
        st.markdown(f":small[:orange[:material/notifications_paused: {line}]]")


def _week(page: Page, snapshot: Snapshot | None) -> str:
    say = page.say
    if page.no_moment is not None or week_banner.is_missing(page):
        return ""
    if snapshot is None:
        return f":gray-badge[:material/event_busy: {say('No week yet')}]"
    week = snapshot.week
    if week.only_watched:
        return f":gray[{plain(week.tag)}]  :blue-badge[:material/visibility: {say('WATCHING')}]"
    text = say(
        ":gray[{tag} · {symbol}] :gray-badge[week {week}]",
        tag=week.tag,
        symbol=week.symbol,
        week=week.id,
    )
    if snapshot.synthetic:
        text += f"  :orange-badge[:material/experiment: {say('SYNTHETIC DATA')}]"
    if week.watched:
        text += f"  :blue-badge[:material/visibility: {say('WATCHING')}]"
    return text


def _time(page: Page, snapshot: Snapshot) -> str:
    if snapshot.clock.is_identity:
        text = f":material/schedule: {plain(page.viewer.moment(snapshot.now_week))}"
    else:  # a demo or a replay: its hours are not the viewer's local time
        week, real = (
            f"{page.viewer.day(at)} {at:%H:%M} UTC" for at in (snapshot.now_week, snapshot.now)
        )
        text = f":material/schedule: {page.say('Week time {time}', time=week)}"
        text += f" :small[:gray[{page.say('real time {time}', time=real)}]]"
    if page.moment is None and not page.viewer.live:
        text += f"  :orange-badge[:material/pause: {page.say('Updates paused')}]"
    return text


def _run(page: Page, snapshot: Snapshot) -> str:
    say = page.say
    if snapshot.run is None:
        return f":gray-badge[:material/radio_button_unchecked: {say('No run yet')}]"
    text, colour, icon = run_state(snapshot, say)
    if snapshot.event_age is not None:
        old = age(snapshot.event_age)
        if snapshot.clock.is_identity:
            text = say("{state}, {age} ago", state=text, age=old)
        else:
            text = say("{state}, {age} ago (real time)", state=text, age=old)
    if snapshot.resumed:
        text += f" · {say(snapshot.resumed)}"
    share = progress(snapshot)
    if snapshot.status is TrainingStatus.RUNNING and share is not None:
        text += f" · {share:.0%}"
    return f":{colour}-badge[:material/{icon}: {text}]"


def _run_help(page: Page, snapshot: Snapshot) -> str | None:
    if snapshot.run is None:
        return None
    what = page.say("Run {run}: its state and the age of its newest event", run=snapshot.run.name)
    return f"{what}. {page.say.text(snapshot.run.reason)}" if snapshot.run.reason else what


def _runner(page: Page, snapshot: Snapshot | None) -> str:
    say = page.say
    if page.moment is not None and snapshot is None:
        return ""
    status = snapshot.runner if snapshot else page.services.client.runner_status()
    if not status.known:
        return f":violet-badge[:material/help: {say('Runner: not known')}]"
    if not status.alive:
        text = say("Runner not running") if status.since else say("No runner")
        return f":red-badge[:material/power_off: {text}]"
    # Drawn once a minute an age would be untrue, and of a past moment it may not be recorded.
    if snapshot is not None and (snapshot.settled or page.moment is not None):
        return f":green-badge[:material/memory: {say('Runner active')}]"
    text = say("Runner active, seen {age} ago", age=age(status.heartbeat_age_s))
    return f":green-badge[:material/memory: {text}]"


def _only_watched(snapshot: Snapshot | None) -> bool:
    """Whether the week only watches a run started elsewhere, which needs no runner."""
    return snapshot is not None and snapshot.week.watched is not None


def _person(page: Page) -> str:
    say, person = page.say, page.viewer.person
    text = f":material/person: {plain(person.name)} · {say(ROLES[person.role])}"
    if not person.verified:
        text += f"  :orange-badge[:material/gpp_maybe: {say('identity unverified')}]"
    return text


def _alerts(page: Page, snapshot: Snapshot | None) -> None:
    found = alerts(page, snapshot)
    for alert in found:
        st.error(alert.text, icon=alert.icon)
    one_state(found)
