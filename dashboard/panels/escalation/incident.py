"""An incident: its summary, the procedure's actions one by one, and how it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, plural
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.safe_actions import action_button, has_button
from dashboard.formatting import age
from dashboard.wording import plain
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.playbook import EscalationSpec
    from core.playbook.text import Step
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Incident

WORK_AND_END = (3, 2)  # column widths: actions, and the form that closes the incident


def work(page: Page, snapshot: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """The open incident of a procedure: summary, actions, and the form that closes it."""
    say = page.say
    st.error(
        say(
            "Opened by {by}, {time} ({age} ago): {summary}",
            by=opened.opened_by,
            time=page.viewer.moment(opened.opened_at_week),
            age=age(snapshot.now - opened.opened_at),
            summary=opened.summary,
        ),
        icon=":material/campaign:",
    )
    todo, end = st.columns(WORK_AND_END, gap="medium")
    with todo.container(gap="xsmall"):
        done = say("{done} of {total} done", done=len(opened.actions_done), total=len(spec.actions))
        st.markdown(f"**{say('What to do')}** :gray[{done}]")
        actions(page, snapshot, spec, opened)
    with end.container(gap="xsmall"):
        machine_text(page, spec)
        if not spec.blocks_start:
            _interventions(page, snapshot, spec)
        _close(page, snapshot, spec, opened)


def _close(page: Page, snapshot: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """The closing form; open actions don't block it, but they are listed."""
    right = Right.CLOSE if opened.blocks_start else Right.RECORD
    say, denied, key = page.say, page.denied(right), f"incident:{spec.id}"
    undone = open_actions(snapshot.week, opened)

    def close() -> None:
        reason = str(st.session_state.get(f"{key}:reason") or "").strip()
        outcomes.act(
            page,
            key,
            Message("incident {what}", what=spec.title.in_(page.viewer.language)),
            lambda: page.services.client.close_incident(opened.id, reason),
        )

    st.text_area(
        say.raw("Root cause, and why it is safe to restart"), key=f"{key}:reason", max_chars=1000, height=72,
        disabled=denied is not None,
    )  # fmt: skip
    if undone:
        left = (n for n, step in enumerate(spec.actions, start=1) if step in undone)
        text = say(
            plural(
                "Not done: action {numbers}. To close the incident anyway, give the reason; the "
                "ledger records it.",
                "Not done: actions {numbers}. To close the incident anyway, give the reason; the "
                "ledger records it.",
                len(undone),
                numbers=", ".join(map(str, left)),
            )
        )
        st.markdown(f":small[:orange[:material/pending_actions: {text}]]")
    label = (
        plural("Close with {n} action not done", "Close with {n} actions not done", len(undone))
        if undone
        else Message("Close incident")
    )
    st.button(
        say.raw(label),
        key=f"{key}:close",
        icon=":material/task_alt:",
        disabled=denied is not None,
        help=denied,
        on_click=close,
    )


def _listed(page: Page, steps: Sequence[Step]) -> str:
    """``“Stop the training.” “Check the data.”``"""
    return " ".join(f"“{step.in_(page.viewer.language)}”" for step in steps)


def actions(page: Page, snapshot: Snapshot, spec: EscalationSpec, opened: Incident | None) -> None:
    """The procedure's actions; while an incident is open, each has a checkbox and its button."""
    for index, step in enumerate(spec.actions):
        text = plain(step.in_(page.viewer.language))
        if opened is None:
            st.markdown(f":gray[:material/check_box_outline_blank:] {text}")
            continue
        _checkbox(page, spec, opened, index, f"{index + 1}\\. {text}")
        if kept := _kept_copy(page, step.act):
            copied = page.say("Copied when the incident was opened:")
            st.markdown(f":small[:green[:material/inventory_2: {copied}]] `{kept}`")
        if step.act is not None and has_button(step.act) and index not in opened.actions_done:
            action_button(page, snapshot, step.act, f"incident:{spec.id}")


def _checkbox(page: Page, spec: EscalationSpec, opened: Incident, index: int, text: str) -> None:
    """The checkbox of one action. It can't be unchecked: the ledger removes nothing."""
    done, denied = index in opened.actions_done, page.denied(Right.RECORD)
    key = f"incident:{spec.id}:{opened.id}:do:{index}"
    st.session_state[key] = done  # what is recorded, not what was clicked
    st.checkbox(
        text,
        key=key,
        disabled=done or denied is not None,
        help=denied,
        on_change=_do,
        args=(page, spec, opened, index, key),
    )


def _interventions(page: Page, snapshot: Snapshot, spec: EscalationSpec) -> None:
    """Buttons for the changes that the manual allows in a running training."""
    with st.container(horizontal=True, gap="small"):
        for act in ("restart_lowered_learning_rate", "restart_raised_ent_coef"):
            action_button(page, snapshot, act, f"incident:{spec.id}")


def machine_text(page: Page, spec: EscalationSpec) -> None:
    """The message and the log line, to the letter."""
    named = ((Message("Message"), spec.contact), (Message("Log line"), spec.log_line))
    for name, text in named:
        if text:
            st.markdown(f":small[:gray[{page.say(name)}]] `{text}`")


def _kept_copy(page: Page, act: str | None) -> str | None:
    """The copy that opening the incident made, for the steps that require one."""
    home = page.services.home
    copies = {"backup_log": home.crash_backup_log, "backup_model": home.bad_data_backup}
    path = copies.get(act or "")
    return home.relative(path) if path is not None and path.is_file() else None


def _do(page: Page, spec: EscalationSpec, opened: Incident, index: int, key: str) -> None:
    """Record the action whose box was checked.

    A box that leaves the page, as when the incident is closed, can report a change, too.
    """
    if not st.session_state.get(key):
        return
    outcomes.act(
        page,
        f"incident:{spec.id}",
        Message("action done"),
        lambda: page.services.client.do_incident_action(opened.id, index),
    )


def history(page: Page, snapshot: Snapshot) -> None:
    """Closed incidents, with their reasons."""
    closed = [(i, i.closed_at) for i in snapshot.incidents if i.closed_at is not None]
    if not closed:
        return
    st.markdown(f"#### {page.say('Closed incidents')}", anchors=False)
    for past, closed_at in closed:
        text = page.say(
            "{procedure}: {summary}. Closed by {by}, {time}: {reason}",
            procedure=snapshot.procedure(past.procedure, page.viewer.language),
            summary=past.summary,
            by=past.closed_by,
            time=page.viewer.moment(snapshot.clock.to_week(closed_at)),
            reason=past.close_reason,
        )
        if undone := open_actions(snapshot.week, past):
            left = page.say("not done: {actions}", actions=_listed(page, undone))
            text += f" :small[:orange[{left}]]"
        st.markdown(f":gray[:material/task_alt:] {text}")
