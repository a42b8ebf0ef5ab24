"""The items of an incident's list of actions: what is still to do, and what is done or skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.people import RUNNER
from core.vocabulary import ItemState, Right
from dashboard.components import outcomes
from dashboard.components.safe_actions import action_button, has_button
from dashboard.wording import plain
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from core.playbook import EscalationSpec
    from core.playbook.text import Step
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.incident_records import Incident, IncidentItem


def steps(page: Page, spec: EscalationSpec) -> None:
    """The procedure's actions, while no incident is open."""
    for step in spec.actions:
        st.markdown(
            f":gray[:material/check_box_outline_blank:] {plain(step.in_(page.viewer.language))}"
        )


def to_do(page: Page, snapshot: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """The open actions of an open incident, each with its buttons; the others are folded away."""
    still = open_actions(snapshot.week, opened)
    if not still:
        text = page.say("Every action is done or skipped.")
        st.markdown(f":green[:material/check_circle: {text}]")
    for index, step in still.items():
        _open_item(page, spec, opened, index, step)
        if step.act is not None and has_button(step.act):
            action_button(page, snapshot, step.act, f"incident:{spec.id}")
    settled(page, snapshot, spec, opened)


def settled(
    page: Page, snapshot: Snapshot, spec: EscalationSpec | None, incident: Incident
) -> None:
    """The actions that are done or skipped, folded away: by whom, when, with the note."""
    if not incident.items or spec is None:
        return
    say = page.say
    done = len(incident.actions_done)
    skipped = len(incident.items) - done
    label = say.raw("Done: {n}", n=done)
    if skipped:
        label += " · " + say.raw("skipped: {n}", n=skipped)
    with st.expander(label, key=f"incident:{incident.id}:settled"):
        for index, item in sorted(incident.items.items()):
            if index >= len(spec.actions):
                continue
            step = plain(spec.actions[index].in_(page.viewer.language))
            icon = (
                ":green[:material/check_circle:]"
                if item.state is ItemState.DONE
                else ":orange[:material/do_not_disturb_on:]"
            )
            st.markdown(f"{icon} {index + 1}\\. {step}  \n:small[{_who(page, snapshot, item)}]")


def _who(page: Page, snapshot: Snapshot, item: IncidentItem) -> str:
    say, note = page.say, item.note
    by = say("the runner") if item.by == RUNNER.name else item.by
    time = page.viewer.moment(snapshot.clock.to_week(item.at))
    if item.state is ItemState.SKIPPED:
        return say("Skipped by {by}, {time}: {reason}", by=by, time=time, reason=note)
    if note:
        return say("Done by {by}, {time}: {note}", by=by, time=time, note=note)
    return say("Done by {by}, {time}.", by=by, time=time)


def _open_item(page: Page, spec: EscalationSpec, opened: Incident, index: int, step: Step) -> None:
    """An open action: its box marks it as done; a note or a reason to skip it are beside it."""
    say, denied = page.say, page.denied(Right.RECORD, also_elsewhere=True)
    key = f"incident:{spec.id}:{opened.id}:do:{index}"
    st.session_state[key] = False  # what is recorded, not what was clicked
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.checkbox(
            f"{index + 1}\\. {plain(step.in_(page.viewer.language))}",
            key=key,
            disabled=denied is not None,
            help=denied,
            on_change=_checked,
            args=(page, spec, opened, index, key),
            width="stretch",
            wrap=True,
        )
        with st.popover(
            say.raw("Note or skip"),
            icon=":material/edit_note:",
            key=f"{key}:more",
            type="tertiary",
            disabled=denied is not None,
            help=denied,
        ):
            st.text_area(
                say.raw("Note, or why it is skipped"), key=f"{key}:note", max_chars=1000, height=72
            )
            with st.container(horizontal=True, gap="small"):
                for name, icon, act in (
                    (Message("Mark as done"), ":material/check:", _do),
                    (Message("Skip"), ":material/do_not_disturb_on:", _skip),
                ):
                    st.button(
                        say.raw(name),
                        key=f"{key}:{act.__name__}",
                        icon=icon,
                        on_click=act,
                        args=(page, spec, opened, index, f"{key}:note"),
                    )


def _checked(page: Page, spec: EscalationSpec, opened: Incident, index: int, key: str) -> None:
    """Record the action whose box was checked.

    A box that leaves the page, as when the incident is closed, can report a change, too.
    """
    if st.session_state.get(key):
        _do(page, spec, opened, index, f"{key}:note")


def _do(page: Page, spec: EscalationSpec, opened: Incident, index: int, note: str) -> None:
    outcomes.act(
        page,
        f"incident:{spec.id}",
        Message("action done"),
        lambda: page.services.client.do_incident_action(opened.id, index, _typed(note)),
    )


def _skip(page: Page, spec: EscalationSpec, opened: Incident, index: int, note: str) -> None:
    outcomes.act(
        page,
        f"incident:{spec.id}",
        Message("action skipped"),
        lambda: page.services.client.skip_incident_action(opened.id, index, _typed(note)),
    )


def _typed(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()
