"""What to do next, with a link to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from core.schedule import signed
from core.vocabulary import SlotState
from dashboard.components import outcomes
from dashboard.components.checklist import actions_row, open_passes
from dashboard.components.states import badge
from dashboard.data.concerns import signable
from dashboard.formatting import age
from dashboard.navigation import TITLES, link
from dashboard.wording import plain
from runner.week.judged_moment import playbook_of, run_finished

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from core.schedule import SlotView
    from dashboard.data.snapshot import Item, Snapshot
    from dashboard.page import Page
    from runner.incident_records import Incident

TEXT_AND_WAY = (4, 1)
SLOT_QUERY = {"hourly_checks": "slot", "daily_checkin": "day"}


def show(page: Page, snapshot: Snapshot) -> None:
    """The next slot and how many more are due."""
    say, view = page.say, snapshot.next_slot
    waiting = sum(v.state in {SlotState.DUE, SlotState.OVERDUE} for v in snapshot.timeline)
    with st.container(border=True, key="next-due", gap="xsmall"):
        if blocking := [one for one in snapshot.open_incidents if one.is_blocking]:
            _incident(page, snapshot, blocking[-1])
        if view is None and not blocking:
            st.markdown(f":green[:material/done_all:] {say('Nothing left to do this week.')}")
        if view is None:
            return
        text, way = st.columns(TEXT_AND_WAY, vertical_alignment="center", gap="small")
        head = say("Then") if blocking else say("Next")
        line = f"**{head}** {badge(view.state, say)} {_text(page, snapshot, view)}"
        if waiting > 1:
            more = say(plural("{n} more due", "{n} more due", waiting - 1))
            line += f" :gray[· {more}]"
        text.markdown(line)
        with way, _at_the_right():
            label = say.raw("Open {page}", page=TITLES[view.spec.page])
            link(view.spec.page, label, query=slot_query(view))
        if view.state in {SlotState.DUE, SlotState.OVERDUE} and view.spec.checks:
            items = snapshot.items(view.spec)
            if passing := open_passes(items):
                st.markdown(_seen(page, snapshot, view, passing))
                actions_row(page, snapshot, view.spec, items)
            outcomes.show(page, f"slot:{view.spec.id}")


def _seen(page: Page, snapshot: Snapshot, view: SlotView, items: list[Item]) -> str:
    """What the button ticks, with the values that its ticks keep as seen."""
    checks, language = playbook_of(view.spec, snapshot).checks, page.viewer.language
    parts = []
    for judged in (item.judgement for item in items):
        title = plain(checks[judged.check].title.in_(language))
        parts.append(f"{title} **{page.say(judged.value_text)}**")
    return f":small[{' · '.join(parts)}]"


def _incident(page: Page, snapshot: Snapshot, incident: Incident) -> None:
    """The incident that is first: no run may start before it is closed."""
    say = page.say
    text, way = st.columns(TEXT_AND_WAY, vertical_alignment="center", gap="small")
    what = snapshot.procedure(incident.procedure, page.viewer.language)
    close = say(
        "Close the incident **{what}**, opened {time} ago: it blocks every start.",
        what=what,
        time=age(snapshot.now - incident.opened_at),
    )
    text.markdown(f"**{say('Next')}** :red[:material/campaign:] {close}")
    with way, _at_the_right():
        link("escalation", say.raw("Open {page}", page=TITLES["escalation"]))


def _at_the_right() -> DeltaGenerator:
    """Where the links of the box above stand, too."""
    return st.container(horizontal=True, horizontal_alignment="right")


def slot_query(view: SlotView) -> dict[str, str]:
    """What chooses the slot on its page."""
    name = SLOT_QUERY.get(view.spec.page)
    chosen = name is not None and view.spec.kind in {"hourly", "daily"}
    return {name: view.spec.id} if name is not None and chosen else {}


def _text(page: Page, snapshot: Snapshot, view: SlotView) -> str:
    say, language = page.say, page.viewer.language
    title = f"**{plain(view.spec.title.in_(language))}**"
    owner = plain(snapshot.week.playbook.roles[view.spec.owner].title.in_(language))
    time, gap = page.viewer.moment(view.due), age(abs(snapshot.now_week - view.due))
    if view.state is SlotState.OVERDUE:
        when = say("was due {time} ({age} ago)", time=time, age=gap)
    elif view.state is SlotState.DUE:
        when = say("has been due since {time} ({age})", time=time, age=gap)
    else:
        when = say("on {time}, in {age}", time=time, age=gap)
        if view.spec.kind == "preparation" and run_finished(snapshot) is not None:
            when += f"; {say('the run has finished, so it can be done now')}"
        elif view.spec.kind == "delivery" and signed(snapshot.timeline):
            when += f"; {say('the decision is signed, so it can be done now')}"
    text = f"{title} {when} · {owner}"
    if view.spec.kind == "approval" and not signable(snapshot):
        blocked = say("blocked: the decision can't be signed as it is")
        text += f" · :red[:material/block: {blocked}]"
    return text
