"""A slider on each rule: how often people would have been paged, and what would have been missed.

Only when asked: it reads every recorded week.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.alerts.own_rule import Operator, OwnRule
from core.checks.case import limit_text
from core.language import Message, number_in
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.headings import part
from dashboard.kept_choice import kept_choice
from dashboard.panels.alerts.own_rules import record_line
from dashboard.panels.alerts.rule_chart import firing_chart
from runner.week.limit_history import ReplayedLimit, limit_history, replayed_limits
from runner.week.rule_history import rule_history

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.page import Page
    from runner.client.recorded_runs import RecordedWeeks
    from runner.week.rule_history import RuleHistory

_STOPS = 40  # of the slider
PLACE = "backtest"


def backtest(page: Page) -> None:
    """One rule of those that hold, its slider, and what it says of the recorded weeks."""
    say, snapshot = page.say, page.snapshot()
    if snapshot is None:
        return
    part(say("How often would it have paged?"))
    own = {rule.key: rule for rule in snapshot.records.rules}
    limits = {one.key: one for one in replayed_limits(snapshot.week.playbook)}
    captions = {key: rule.terms.name for key, rule in own.items()}
    for key, limit in limits.items():
        title = limit.spec.title.in_(page.viewer.language)
        captions[key] = say.raw(
            "Playbook: {title} ({limit})", title=title, limit=limit_text(limit.spec)
        )
    if not captions:
        st.markdown(f":gray[{say('There is no rule to replay.')}]")
        return
    with st.container(border=True, gap="small", key="backtest"):
        if not st.toggle(
            say.raw("Replay a rule on the recorded weeks"),
            key="backtest:on",
            help=say.raw("Reads the recorded weeks, eight at most."),
        ):
            return
        key = kept_choice(st.selectbox, say.raw("Rule"), captions, key="backtest:rule")
        recorded = page.services.client.recorded_weeks()
        if key in own:
            _own(page, own[key], recorded)
        else:
            _limit(page, limits[key], recorded)
        record_line(page, page.services.client.alert_records().get(key))


def _own(page: Page, rule: OwnRule, recorded: RecordedWeeks) -> None:
    reader, terms = page.services.reader, rule.terms

    def replay(threshold: float) -> RuleHistory:
        return rule_history(replace(terms, threshold=threshold), recorded, reader)

    chosen, history = _slider(page, rule.key, terms.threshold, replay, terms.operator)
    meant = replace(terms, threshold=chosen)
    _said(page, history, meant.sentence)
    key = f"{PLACE}:{rule.id}"
    denied = page.denied(Right.RECORD, also_elsewhere=True)
    changed = st.button(
        page.say.raw("Use this threshold"),
        key=f"{key}:use",
        icon=":material/check:",
        disabled=denied is not None or chosen == terms.threshold,
        help=denied,
        on_click=outcomes.click(
            page,
            key,
            Message("the rule has this threshold").in_(page.viewer.language),
            lambda: page.services.client.change_rule(rule.id, meant, reader),
        ),
    )
    outcomes.show(page, key)
    limit = None if terms.operator is Operator.CHANGES else chosen
    firing_chart(page, terms.tag, limit, meant.sentence, history, key="backtest")
    if changed:
        st.rerun()  # the list of rules is in another part of the page


def _limit(page: Page, limit: ReplayedLimit, recorded: RecordedWeeks) -> None:
    def replay(threshold: float) -> RuleHistory:
        return limit_history(
            limit.at(threshold), recorded, page.services.reader, page.services.now()
        )

    chosen, history = _slider(page, limit.key, limit.threshold, replay)
    meant = limit.at(chosen)
    label = Message("{tag} {limit}", tag=limit.tag, limit=limit_text(meant.spec))
    _said(page, history, label)
    note = page.say(
        "Replayed at the moments of its checklists, on the newest reading of each: one page from the "
        "first that fails to the next that passes. The threshold itself is the playbook's; take a "
        "changed playbook into the week to change it."
    )
    st.markdown(f":small[:gray[{note}]]")
    firing_chart(page, limit.tag, chosen, label, history, key="backtest")


def _said(page: Page, history: RuleHistory, rule: Message) -> None:
    week = page.week
    sentence = page.say.text(history.sentence(None if week is None else week.id))
    st.markdown(f"{page.say.text(rule)}: **{sentence}**")


def _slider(
    page: Page,
    key: str,
    threshold: float,
    replay: Callable[[float], RuleHistory],
    operator: Operator | None = None,
) -> tuple[float, RuleHistory]:
    """The chosen threshold, and its history; at first the rule's own."""
    now = replay(threshold)
    stops = _stops(now.values, threshold, operator is Operator.CHANGES)
    if len(stops) < 2:
        return threshold, now
    place = f"{PLACE}:{key}:{threshold:g}"
    if st.session_state.get(place) not in stops:
        st.session_state[place] = threshold
    chosen = float(
        st.select_slider(
            page.say.raw("Threshold"),
            stops,
            key=place,
            format_func=lambda value: number_in(f"{value:g}", page.viewer.language),
            help=page.say.raw("Between two stops lies the same share of the recorded readings."),
        )
    )
    return chosen, now if chosen == threshold else replay(chosen)


def _stops(values: np.ndarray, threshold: float, change: bool) -> list[float]:
    """Thresholds among the recorded values, and that of the rule."""
    if not len(values):
        return []
    if change:
        span = float(values.max() - values.min())
        places = np.linspace(span / _STOPS, span, _STOPS)
    else:
        places = np.quantile(values, np.linspace(0, 1, _STOPS))
    return sorted({threshold, *(float(f"{each:.3g}") for each in places)})
