"""The engineers' own rules: what each says now, since when, and its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.timestamps import from_unix
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.headings import part
from dashboard.components.states import badge
from dashboard.formatting import age, short
from dashboard.panels.alerts.rule_form import edit
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.client.alert_marks import AlertRecord
    from runner.week.own_rules import RuleState


def own_rules(page: Page, snapshot: Snapshot, records: dict[str, AlertRecord]) -> None:
    """Every rule that holds, one after the other."""
    part(page.say("Rules of your own"))
    if not snapshot.rule_states:
        st.markdown(f":gray[{page.say('None yet. Make one below.')}]")
    for state in snapshot.rule_states:
        with st.container(border=True, gap="xsmall", key=f"rule-{state.rule.id}"):
            _rule(page, snapshot, state)
            record_line(page, records.get(state.rule.key))
            _buttons(page, state)


def _rule(page: Page, snapshot: Snapshot, state: RuleState) -> None:
    say, terms = page.say, state.rule.terms
    st.markdown(f"**{plain(terms.name)}** {badge(terms.level, say)} {say.text(terms.sentence)}")
    if state.missing is not None:
        nothing = say("Nothing to judge: it can't fire.")
        st.markdown(f":violet[:material/help: {nothing} {say.text(state.missing)}]")
        return
    assert state.readings is not None
    step, value = state.readings.last
    now = say(
        "now {value} at step {step:,}, {age} ago",
        value=short(value),
        step=step,
        age=age(snapshot.now - state.readings.last_at),
    )
    if state.firing is None:
        st.markdown(f":green[:material/check_circle: {say('Quiet')}] · {now}")
        return
    began = from_unix(state.firing.began)
    since = say(
        "Firing for {age}: {value} at step {step:,}",
        age=age(snapshot.now - began),
        value=short(state.firing.value),
        step=state.firing.step,
    )
    st.markdown(f":red[:material/notifications_active: {since}] · {now}")


def record_line(page: Page, record: AlertRecord | None) -> None:
    """How often it fired, and what people said of it."""
    if record is None:
        return
    text = page.say(
        "Fired {fired}, acknowledged {acknowledged}, useful {useful}, noise {noise}",
        fired=record.fired,
        acknowledged=record.acknowledged,
        useful=record.useful,
        noise=record.noise,
    )
    st.markdown(f":small[:gray[{text}]]")


def _buttons(page: Page, state: RuleState) -> None:
    say, rule = page.say, state.rule
    key = f"retire:{rule.id}"
    denied = page.denied(Right.RECORD, also_elsewhere=True)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        changed = st.button(
            say.raw("Change"),
            key=f"edit:{rule.id}",
            icon=":material/edit:",
            type="tertiary",
            disabled=denied is not None,
            help=denied,
            on_click=edit,
            args=(rule,),
        )
        with st.popover(
            say.raw("Retire"),
            icon=":material/delete:",
            type="tertiary",
            disabled=denied is not None,
            help=denied,
        ):
            st.markdown(say("It no longer fires. Its record stays on the ledger."))
            st.button(
                say.raw("Retire it"),
                key=key,
                on_click=outcomes.click(
                    page,
                    key,
                    Message("the rule is retired").in_(page.viewer.language),
                    lambda: page.services.client.retire_rule(rule.id),
                ),
            )
    outcomes.show(page, key)
    if changed:
        st.rerun()  # the form is in another part of the page
