"""An incident: what was seen, the procedure's actions one by one, and its end."""

from __future__ import annotations

import streamlit as st

from core.playbook import EscalationSpec
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.numbers import age
from dashboard.components.safe_actions import action_button, has_button
from dashboard.page import Page
from dashboard.queries import Moment
from dashboard.wording import plain
from runner.records import Incident


def work(page: Page, look: Moment, spec: EscalationSpec, opened: Incident) -> None:
    """The open incident of a procedure."""
    say, denied, key = page.say, page.denied(Right.RECORD), f"incident:{spec.id}"
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
    done = say("escalate.progress", done=len(opened.actions_done), total=len(spec.actions))
    st.markdown(f":gray[{done}]")
    actions(page, look, spec, opened)
    machine_text(page, spec)
    if not spec.blocks_start:
        _interventions(page, look, spec)

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
    st.button(
        say.raw("escalate.close"),
        key=f"{key}:close",
        icon=":material/task_alt:",
        disabled=denied is not None,
        help=denied,
        on_click=close,
    )


def actions(page: Page, look: Moment, spec: EscalationSpec, opened: Incident | None) -> None:
    """The manual's list; while an incident is open each one can be marked and done."""
    denied = page.denied(Right.RECORD)
    for index, step in enumerate(spec.actions):
        done = opened is not None and index in opened.actions_done
        icon = (
            ":green[:material/check_box:]" if done else ":gray[:material/check_box_outline_blank:]"
        )
        st.markdown(f"{icon} {plain(step.in_(page.viewer.language))}")
        kept = _kept_copy(page, step.act) if opened is not None else None
        if kept:
            st.markdown(
                f":small[:green[:material/inventory_2: {page.say('escalate.kept')}]] `{kept}`"
            )
        if opened is None or done:
            continue
        with st.container(horizontal=True, gap="small"):
            st.button(
                page.say.raw("escalate.done"),
                key=f"incident:{spec.id}:do:{index}",
                type="tertiary",
                icon=":material/check:",
                disabled=denied is not None,
                help=denied,
                on_click=_do,
                args=(page, spec, opened, index),
            )
            if has_button(step.act):
                action_button(page, look, step.act, f"incident:{spec.id}")


def _interventions(page: Page, look: Moment, spec: EscalationSpec) -> None:
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


def history(page: Page, look: Moment) -> None:
    """What was closed, and why."""
    closed = [i for i in look.incidents if i.closed_at is not None]
    if not closed:
        return
    st.markdown(f"#### {page.say('escalate.history')}", anchors=False)
    titles = {e.id: e.title.in_(page.viewer.language) for e in look.week.playbook.escalations}
    for past in closed:
        text = page.say(
            "escalate.history_line",
            procedure=titles.get(past.procedure, past.procedure),
            summary=past.summary,
            by=past.closed_by,
            time=page.viewer.moment(look.clock.to_week(past.closed_at)),
            reason=past.close_reason,
        )
        st.markdown(f":gray[:material/task_alt:] {text}")
