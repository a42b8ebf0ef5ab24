"""An incident: what was seen, the procedure's actions one by one, and its end."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.playbook import EscalationSpec
from core.playbook.text import Step
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.safe_actions import action_button, has_button
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import age
from dashboard.page import Page
from dashboard.wording import plain
from runner.client.incidents import undone_actions
from runner.records import Incident

WORK_AND_END = (3, 2)  # of an open incident: what to do, and how it is closed


def work(page: Page, look: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """The open incident of a procedure: what was seen, what to do, how it ends."""
    say = page.say
    st.error(
        say(
            "escalate.opened",
            by=opened.opened_by,
            time=page.viewer.moment(opened.opened_at_week),
            age=age(look.now - opened.opened_at),
            summary=opened.summary,
        ),
        icon=":material/campaign:",
    )
    todo, end = st.columns(WORK_AND_END, gap="medium")
    with todo.container(gap="xsmall"):
        done = say("escalate.progress", done=len(opened.actions_done), total=len(spec.actions))
        st.markdown(f"**{say('trouble.actions')}** :gray[{done}]")
        actions(page, look, spec, opened)
    with end.container(gap="xsmall"):
        machine_text(page, spec)
        if not spec.blocks_start:
            _interventions(page, look, spec)
        _close(page, look, spec, opened)


def _close(page: Page, look: Snapshot, spec: EscalationSpec, opened: Incident) -> None:
    """Undone actions don't hold it open, but are not passed over in silence."""
    say, denied, key = page.say, page.denied(Right.RECORD), f"incident:{spec.id}"
    undone = undone_actions(look.week, opened)

    def close() -> None:
        reason = str(st.session_state.get(f"{key}:reason") or "").strip()
        outcomes.act(
            page,
            key,
            say.raw("saved.incident", what=spec.title.in_(page.viewer.language)),
            lambda: page.services.client.close_incident(opened.id, reason),
        )

    st.text_area(
        say.raw("escalate.close_reason"), key=f"{key}:reason", max_chars=1000, height=72,
        disabled=denied is not None,
    )  # fmt: skip
    if undone:
        left = (n for n, step in enumerate(spec.actions, start=1) if step in undone)
        text = say("escalate.undone", numbers=", ".join(map(str, left)))
        st.markdown(f":small[:orange[:material/pending_actions: {text}]]")
    label = (
        say.raw("escalate.close_undone", count=len(undone)) if undone else say.raw("escalate.close")
    )
    st.button(
        label,
        key=f"{key}:close",
        icon=":material/task_alt:",
        disabled=denied is not None,
        help=denied,
        on_click=close,
    )


def _listed(page: Page, steps: Sequence[Step]) -> str:
    """``“Stop the training.” “Check the data.”``"""
    return " ".join(f"“{step.in_(page.viewer.language)}”" for step in steps)


def actions(page: Page, look: Snapshot, spec: EscalationSpec, opened: Incident | None) -> None:
    """The manual's list; while an incident is open each one can be marked and done."""
    for index, step in enumerate(spec.actions):
        text = plain(step.in_(page.viewer.language))
        if opened is None:
            st.markdown(f":gray[:material/check_box_outline_blank:] {text}")
            continue
        _checkbox(page, spec, opened, index, f"{index + 1}\\. {text}")
        if kept := _kept_copy(page, step.act):
            st.markdown(
                f":small[:green[:material/inventory_2: {page.say('escalate.kept')}]] `{kept}`"
            )
        if has_button(step.act) and index not in opened.actions_done:
            action_button(page, look, step.act, f"incident:{spec.id}")


def _checkbox(page: Page, spec: EscalationSpec, opened: Incident, index: int, text: str) -> None:
    """Marked once and for all: the ledger takes nothing back."""
    done, denied = index in opened.actions_done, page.denied(Right.RECORD)
    key = f"incident:{spec.id}:{opened.id}:do:{index}"
    st.session_state[key] = done  # what is recorded, not what was clicked
    st.checkbox(
        text,
        key=key,
        disabled=done or denied is not None,
        help=denied,
        on_change=_do,
        args=(page, spec, opened, index),
    )


def _interventions(page: Page, look: Snapshot, spec: EscalationSpec) -> None:
    """What the manual lets people change of a training under way."""
    with st.container(horizontal=True, gap="small"):
        for act in ("restart_lowered_learning_rate", "restart_raised_ent_coef"):
            action_button(page, look, act, f"incident:{spec.id}")


def machine_text(page: Page, spec: EscalationSpec) -> None:
    """The message and the log line, to the letter."""
    for key, text in (("escalate.contact", spec.contact), ("escalate.log_line", spec.log_line)):
        if text:
            st.markdown(f":small[:gray[{page.say(key)}]] `{text}`")


def _kept_copy(page: Page, act: str | None) -> str | None:
    """Where the copy lies that opening the incident made, for the steps that ask for one."""
    home = page.services.home
    copies = {"backup_log": home.crash_backup_log, "backup_model": home.bad_data_backup}
    path = copies.get(act or "")
    return home.relative(path) if path is not None and path.is_file() else None


def _do(page: Page, spec: EscalationSpec, opened: Incident, index: int) -> None:
    outcomes.act(
        page,
        f"incident:{spec.id}",
        page.say.raw("escalate.action_done"),
        lambda: page.services.client.do_incident_action(opened.id, index),
    )


def history(page: Page, look: Snapshot) -> None:
    """What was closed, and why."""
    closed = [i for i in look.incidents if i.closed_at is not None]
    if not closed:
        return
    st.markdown(f"#### {page.say('escalate.history')}", anchors=False)
    for past in closed:
        text = page.say(
            "escalate.history_line",
            procedure=look.procedure(past.procedure, page.viewer.language),
            summary=past.summary,
            by=past.closed_by,
            time=page.viewer.moment(look.clock.to_week(past.closed_at)),
            reason=past.close_reason,
        )
        if undone := undone_actions(look.week, past):
            left = page.say("escalate.left_undone", actions=_listed(page, undone))
            text += f" :small[:orange[{left}]]"
        st.markdown(f":gray[:material/task_alt:] {text}")
