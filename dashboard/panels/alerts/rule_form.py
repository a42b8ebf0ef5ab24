"""A new rule, or a changed one: its fields, and at once what it would have said of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.alerts.own_rule import MOST_NAME, OPERATOR_WORDS, Operator, RuleTerms
from core.errors import InputError
from core.language import Message
from core.state_words import word_of
from core.vocabulary import Right, Severity
from dashboard.components import outcomes
from dashboard.components.headings import part
from dashboard.components.why_not import why_not
from dashboard.kept_choice import kept_choice
from dashboard.panels.alerts.rule_chart import firing_chart
from runner.week.rule_history import recorded_tags, rule_history, usual_top

if TYPE_CHECKING:
    from core.alerts.own_rule import OwnRule
    from dashboard.page import Page
    from runner.client.recorded_runs import RecordedWeeks
    from runner.outcomes import Recorded, Refused

_MINUTES, _STEPS = "minutes", "steps"
UNITS = {_MINUTES: Message("minutes"), _STEPS: Message("steps")}
PLACE = "own-rule"  # of the outcome on the page
_USUAL = "train/approx_kl"  # at first, where the run logs it
_OPEN = "own-rule:open"  # whether the form is shown
_EDITED = "own-rule:id"  # the rule that is changed; absent: a new one
_EDITED_TAG = "own-rule:id:tag"  # which it keeps, also where no recorded run has it


def edit(rule: OwnRule) -> None:
    """Fill the form with a rule, to change it."""
    terms, state = rule.terms, st.session_state
    state[_EDITED], state[_EDITED_TAG], state[_OPEN] = rule.id, terms.tag, True
    state[_key("name")], state[_key("tag")] = terms.name, terms.tag
    state[_key("operator")], state[_key("level")] = terms.operator, terms.level
    state[_key("threshold")] = terms.threshold
    state[_key("for")] = float(terms.steps or terms.minutes)
    state[_key("unit")] = _STEPS if terms.steps else _MINUTES


def rule_form(page: Page) -> None:
    """The form with its preview, once it is opened; it is drawn again at each change of a field."""
    say = page.say
    edited = st.session_state.get(_EDITED)
    title = say("New rule") if edited is None else say("Change rule {id}", id=edited)
    part(title)
    with st.container(border=True, gap="small", key="rule-form"):
        if not st.toggle(
            say.raw("Write a rule"),
            key=_OPEN,
            help=say.raw("Reads the recorded weeks, eight at most."),
        ):
            outcomes.show(page, PLACE)
            return
        recorded = page.services.client.recorded_weeks()
        tags = recorded_tags(recorded, page.services.reader)
        if edited is not None and st.session_state[_EDITED_TAG] not in tags:
            tags.append(st.session_state[_EDITED_TAG])
        if not tags:
            st.markdown(f":gray[{say('No run is recorded yet: there is no tag to choose.')}]")
            return
        terms = _fields(page, tags, recorded)
        try:
            terms.require_sound()
        except InputError as error:
            if not terms.name.strip():
                st.markdown(f":gray[{say('Give the rule a name to save it.')}]")
            else:
                st.markdown(
                    f":red[:material/block: {say.text(error.what)} {say.text(error.remedy)}]"
                )
                return
        history = rule_history(terms, recorded, page.services.reader)
        week = page.week
        st.markdown(f"**{say.text(history.sentence(None if week is None else week.id))}**")
        st.markdown(
            f":small[:gray[{say('Firings less than 2 minutes apart are one page. An incident counts as missed if no firing held in the 2 h before it was opened, or the 10 min after.')}]]"
        )
        limit = None if terms.operator is Operator.CHANGES else terms.threshold
        firing_chart(page, terms.tag, limit, terms.sentence, history, key="rule-preview")
        _save(page, terms)


def _key(name: str) -> str:
    return f"own-rule:{name}"


def _fields(page: Page, tags: list[str], recorded: RecordedWeeks) -> RuleTerms:
    say, state = page.say, st.session_state
    if state.get(_key("tag")) not in tags:
        state[_key("tag")] = _USUAL if _USUAL in tags else tags[0]
    first, second = st.columns(2)
    with first:
        name = st.text_input(say.raw("Name"), key=_key("name"), max_chars=MOST_NAME)
        tag = st.selectbox(
            say.raw("Tag"), tags, key=_key("tag"), on_change=lambda: state.pop(_key("threshold"), 0)
        )
        operator = kept_choice(
            st.selectbox,
            say.raw("Fires when it is"),
            {one: say.raw(word) for one, word in OPERATOR_WORDS.items()},
            key=_key("operator"),
        )
    with second:
        if _key("threshold") not in state:
            state[_key("threshold")] = usual_top(str(tag), recorded, page.services.reader)
        threshold = st.number_input(
            say.raw("Threshold"), key=_key("threshold"), format="%.6g", step=None
        )
        with st.container(horizontal=True, gap="small"):
            state.setdefault(_key("for"), 0.0)
            length = st.number_input(
                say.raw("For how long"),
                key=_key("for"),
                min_value=0.0,
                format="%.6g",
                help=say.raw(
                    "Week time or steps; of a change, within which it happens. 0: at once."
                ),
            )
            unit = kept_choice(
                st.selectbox,
                say.raw("Unit"),
                {one: say.raw(word) for one, word in UNITS.items()},
                key=_key("unit"),
            )
        level = kept_choice(
            st.selectbox,
            say.raw("Level"),
            {
                one: say.raw(word_of(one))
                for one in (Severity.WARNING, Severity.CRITICAL, Severity.INFO)
            },
            key=_key("level"),
        )
    return RuleTerms(
        name=name or "",
        tag=str(tag),
        operator=Operator(operator),
        threshold=float(threshold),
        level=Severity(level),
        minutes=float(length) if unit == _MINUTES else 0.0,
        steps=int(length) if unit == _STEPS else 0,
    )


def _save(page: Page, terms: RuleTerms) -> None:
    say, state = page.say, st.session_state
    edited: int | None = state.get(_EDITED)
    denied = page.denied(Right.RECORD, also_elsewhere=True)
    client, reader = page.services.client, page.services.reader

    def action() -> Recorded[Any] | Refused:
        if edited is None:
            return client.make_rule(terms, reader)
        return client.change_rule(edited, terms, reader)

    def save() -> None:
        if outcomes.act(
            page, PLACE, Message("the rule judges from now on").in_(page.viewer.language), action
        ):
            clear()

    def clear() -> None:
        state.pop(_EDITED, None)
        state[_key("name")] = ""  # removed, the browser would keep it

    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        saved = st.button(
            say.raw("Save rule"),
            key=_key("save"),
            type="primary",
            icon=":material/save:",
            disabled=denied is not None or not terms.name.strip(),
            help=denied,
            on_click=save,
        )
        if edited is not None:
            st.button(say.raw("Cancel"), key=_key("cancel"), type="tertiary", on_click=clear)
    why_not(PLACE, denied)
    outcomes.show(page, PLACE)
    if saved:
        st.rerun()  # the list of rules is in another part of the page
