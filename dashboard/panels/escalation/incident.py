"""An incident: its summary, and how it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.alerts.acknowledgement import incident_key
from core.language import Message, plural
from core.vocabulary import Right, TrainingStatus
from dashboard.components import outcomes, thing_link
from dashboard.components.acknowledge import acknowledge
from dashboard.components.file_link import file_links
from dashboard.components.headings import card, part
from dashboard.components.safe_actions import action_button, can_still
from dashboard.components.twin_form import twin_form
from dashboard.components.twin_runs import twin_runs
from dashboard.components.why_not import why_not
from dashboard.formatting import age
from dashboard.panels.escalation import items
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from core.playbook import EscalationSpec
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.incident_records import Incident

INCIDENT = "incident"  # in the address
WORK_AND_END = (3, 2)  # column widths: actions, and the form that closes the incident


def work(page: Page, snapshot: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """The open incident of a procedure: summary, actions, and the form that closes it."""
    say = page.say
    st.error(
        say(
            "Opened by {by}, {time} ({age} ago). As of then: {summary}",
            by=opened.opened_by,
            time=page.viewer.moment(opened.opened_at_week),
            age=age(snapshot.now - opened.opened_at),
            summary=opened.summary,
        ),
        icon=":material/campaign:",
    )
    if snapshot.run is not None and snapshot.status is TrainingStatus.COMPLETED:
        done = say(
            "Run {run} has completed: it can't be stopped or restarted.", run=snapshot.run.name
        )
        st.markdown(f":small[:gray[:material/flag: {done}]]")
    _link(page, snapshot, opened)
    acknowledge(page, snapshot, incident_key(opened.id), opened.acknowledged)
    _files(page, opened)
    todo, end = st.columns(WORK_AND_END, gap="medium")
    with todo.container(gap="xsmall"):
        left = len(open_actions(snapshot.week, opened))
        count = say("{left} of {total} still open", left=left, total=len(spec.actions))
        card(f"{say('What to do')} :gray[{count}]")
        items.to_do(page, snapshot, spec, opened)
    with end.container(gap="xsmall"):
        machine_text(page, spec)
        if not spec.blocks_start:
            _interventions(page, snapshot, spec, opened)
        _close(page, snapshot, spec, opened)


def _link(page: Page, snapshot: Snapshot, incident: Incident) -> None:
    thing = {INCIDENT: str(incident.id)}
    with st.container(horizontal=True, vertical_alignment="center"):
        thing_link.opened(page, INCIDENT, str(incident.id))
        thing_link.copy_link(page, snapshot, "escalation", **thing)


def _files(page: Page, incident: Incident) -> None:
    """The files that the incident names: its evidence, and what its actions copied."""
    notes = (item.note for item in incident.items.values())
    file_links(page, f"incident-{incident.id}", incident.summary, incident.kept, *notes)


def _close(page: Page, snapshot: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """The closing form; it skips the open actions with its reason, and lists them before."""
    right = Right.CLOSE if opened.blocks_start else Right.RECORD
    say, denied = page.say, page.denied(right, also_elsewhere=True)
    key = f"incident:{spec.id}"
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
        numbers = ", ".join(str(index + 1) for index in undone)
        text = say(
            plural(
                "Action {numbers} is open. Closing the incident skips it, with the reason given "
                "here.",
                "Actions {numbers} are open. Closing the incident skips them, with the reason "
                "given here.",
                len(undone),
                numbers=numbers,
            )
        )
        st.markdown(f":small[:orange[:material/pending_actions: {text}]]")
    label = (
        plural("Close and skip {n} action", "Close and skip {n} actions", len(undone))
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
    why_not(f"{key}:close", denied)


def _interventions(page: Page, snapshot: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """Buttons for the changes that the manual allows in a running training, and their trial."""
    place = f"incident:{spec.id}"
    with st.container(horizontal=True, gap="small"):
        for act in ("restart_lowered_learning_rate", "restart_raised_ent_coef"):
            action_button(page, snapshot, act, place)
        if can_still(snapshot, "restart"):
            twin_form(page, snapshot, place, incident=opened.id)
    twin_runs(page, snapshot, place, incident=opened.id)


def machine_text(page: Page, spec: EscalationSpec) -> None:
    """The message and the log line, to the letter."""
    named = ((Message("Message"), spec.contact), (Message("Log line"), spec.log_line))
    for name, text in named:
        if text:
            st.markdown(f":small[:gray[{page.say(name)}]] `{text}`")


def history(page: Page, snapshot: Snapshot) -> None:
    """Closed incidents, with their reasons."""
    closed = [(i, i.closed_at) for i in snapshot.incidents if i.closed_at is not None]
    if not closed:
        return
    part(page.say("Closed incidents"))
    for past, closed_at in closed:
        text = page.say(
            "{procedure}: {summary}. Closed by {by}, {time}: {reason}",
            procedure=snapshot.procedure(past.procedure, page.viewer.language),
            summary=past.summary,
            by=past.closed_by,
            time=page.viewer.moment(snapshot.clock.to_week(closed_at)),
            reason=past.close_reason,
        )
        st.markdown(f":gray[:material/task_alt:] {text}")
        _link(page, snapshot, past)
        _files(page, past)
        spec = snapshot.week.playbook_at(past.opened_at_week).find_escalation(past.procedure)
        items.settled(page, snapshot, spec, past)
        if undone := open_actions(snapshot.week, past):  # closed by an earlier version
            steps = " ".join(f"“{s.in_(page.viewer.language)}”" for s in undone.values())
            left = page.say("not done: {actions}", actions=steps)
            st.markdown(f":small[:orange[{left}]]")
