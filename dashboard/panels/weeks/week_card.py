"""One week of the list: what it is, its state and decision, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import Right, WeekState
from dashboard.components import outcomes
from dashboard.components.states import badge, decided, signed
from dashboard.navigation import link
from dashboard.panels.weeks import launch_time
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.page import Page
    from runner.client.week_list import ListedWeek
    from runner.outcomes import Refused

VIEWED = "this_week"  # the page that "View" opens


def show(page: Page, one: ListedWeek, active: ListedWeek | None) -> None:
    """Draw the week.

    :param active: the active one, for what else its change means.
    """
    say, week = page.say, one.week
    place = f"week:{week.id}"
    with st.container(border=True, gap="xsmall", key=f"week-{week.id}"):
        line = f"**{say('Week {week}', week=week.id)}** "
        if week.active:
            line += f":green-badge[:material/star: {say('Active')}] "
        elif week.in_progress:
            line += f":green-badge[:material/play_circle: {say('In progress')}] "
        st.markdown(f"{line}{badge(one.state, say)} {_decision(page, one)}")
        st.markdown(f":small[:gray[{_what(page, one)}]]")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            _view(page, one)
            if one.state is not WeekState.ARCHIVED:
                if not week.active:
                    _use(page, one, active, place)
                    _progress(page, one, place)
                launch_time.change(page, one, place)
            if not week.in_progress:
                _archive(page, one, place)
        outcomes.show(page, place)


def _what(page: Page, one: ListedWeek) -> str:
    say, week = page.say, one.week
    parts = [
        say("launch {time} UTC", time=page.viewer.stamp(week.launch)),
        say("playbook {playbook}", playbook=week.playbook.id),
        *(plain(text) for text in (week.tag, week.symbol) if text),
    ]
    if week.watched:
        parts.append(say("watches a run started elsewhere"))
    if one.synthetic:
        parts.append(say("synthetic data"))
    return " · ".join(parts)


def _decision(page: Page, one: ListedWeek) -> str:
    say, found = page.say, one.decided
    if found is None or found.brief is None:
        return f":gray[{say('no decision yet')}]"
    made = found.brief
    text = f"{decided(made.decision, made.grade, say)} {plain(made.score)}"
    newest = found.signatures[-1] if found.signatures else None
    text += f" · {signed(found.validity.state, newest.act if newest else None, say)}"
    return f"{text} {say('by {who}', who=newest.by)}" if newest else text


def _view(page: Page, one: ListedWeek) -> None:
    snapshot, week = page.snapshot(), one.week
    if snapshot is not None and snapshot.week.id == week.id:
        st.markdown(f":blue[:material/visibility: {page.say('shown here')}]", width="content")
        return
    with st.container(width="content"):
        shown = None if week.active else week.id
        link(VIEWED, page.say.raw("View week {week}", week=week.id), week=shown)


def _use(page: Page, one: ListedWeek, active: ListedWeek | None, place: str) -> None:
    """Make it the active week; asks first, and says what that changes for everybody."""
    say, week = page.say, one.week
    leaves = active is not None and not week.in_progress
    denied = page.denied(Right.PLAN, also_elsewhere=True) or _text(
        page, active.busy if active and leaves else None
    )
    with st.popover(
        say.raw("Make active"),
        icon=":material/star:",
        disabled=denied is not None,
        help=denied,
        key=f"{place}:use",
    ):
        if active is not None and leaves:
            st.markdown(
                say(
                    "**Everyone then sees {week} instead of {active}, unless they view a chosen "
                    "week.** Starts, checks, the schedule and revalidations then belong to {week}. "
                    "Open incidents of {active} no longer block a start. Nothing of {active} is "
                    "lost; it can be made active again.",
                    week=week.id,
                    active=active.week.id,
                )
            )
        else:
            st.markdown(
                say("Everyone then sees {week}, unless they view a chosen week.", week=week.id)
            )
        st.button(
            say.raw("Make {week} the active week", week=week.id),
            key=f"{place}:use:yes",
            type="primary",
            on_click=outcomes.click(
                page,
                place,
                Message("week {what} is the active one", what=week.id),
                lambda: page.services.client.use_week(week.id),
            ),
        )


def _progress(page: Page, one: ListedWeek, place: str) -> None:
    """Begin the week beside the active one, or close it."""
    say, week, client = page.say, one.week, page.services.client
    denied = page.denied(Right.PLAN, also_elsewhere=True)
    if week.in_progress:
        denied = denied or _text(page, one.busy)
        name, act, done = Message("Close"), client.close_week, Message("closed week")
        what = say("Nothing of it falls due any more, and it can't be acted on.")
    else:
        name, act, done = Message("Begin beside"), client.begin_week, Message("began week")
        what = say("It is started, checked and revalidated beside the active week.")
    st.button(
        say.raw(name),
        key=f"{place}:progress",
        icon=":material/stop_circle:" if week.in_progress else ":material/play_circle:",
        disabled=denied is not None,
        help=denied or what,
        on_click=outcomes.click(page, place, done, lambda: act(week.id)),
    )


def _archive(page: Page, one: ListedWeek, place: str) -> None:
    say, week, client = page.say, one.week, page.services.client
    archived = one.state is WeekState.ARCHIVED
    denied = page.denied(Right.PLAN, also_elsewhere=True) or _text(page, one.busy)
    name, act, done = (
        (Message("Unarchive"), client.unarchive_week, Message("unarchived week"))
        if archived
        else (Message("Archive"), client.archive_week, Message("archived week"))
    )
    st.button(
        say.raw(name),
        key=f"{place}:archive",
        icon=":material/unarchive:" if archived else ":material/archive:",
        disabled=denied is not None,
        help=denied
        or say("Archived weeks are left out of this list. Records and files stay as they are."),
        on_click=outcomes.click(page, place, done, lambda: act(week.id)),
    )


def _text(page: Page, refused: Refused | None) -> str | None:
    if refused is None:
        return None
    return f"{page.say.text(refused.reason)} {page.say.text(refused.remedy)}"
