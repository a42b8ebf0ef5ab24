"""Small multiples: each gate over the revalidations, with its limit and its interval."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from core.reading import as_set
from core.state_words import ACTS_DONE
from core.timestamps import parse_moment
from core.vocabulary import GateStatus
from dashboard.components.gate_cards import OPS
from dashboard.components.headings import card, part
from dashboard.components.plotly_chart import draw
from dashboard.components.states import doubt, word
from dashboard.figures.history import MOST_DETAILED, GatePoint, gate_over_time
from dashboard.formatting import number, short
from dashboard.panels.history.decision_table import gate_of, when
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision import DecisionBrief
    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision

MOST_POINTS = 60  # of a chart


def show(page: Page, found: Sequence[ArchivedDecision]) -> None:
    """One chart a gate.

    :param found: oldest first; altered ones are left out.
    """
    say = page.say
    every = [(one, one.brief) for one in found if one.brief is not None]
    known = every[-MOST_POINTS:]
    if not known:
        return
    part(say("Each gate over time"))
    st.caption(_caption(page, len(known)))
    if len(every) > len(known):
        left_off = say(
            "The newest {count} of {n} are drawn; earlier ones by the days of the filter.",
            count=len(known),
            n=len(every),
        )
        st.caption(left_off)
    labels = [_label(page, one, brief) for one, brief in known]
    newest = sorted(known[-1][1].gates, key=lambda gate: gate.number)
    with st.grid(3, min_column_width=250, gap="small", key="gate-history"):
        for gate in newest:
            points = [
                _point(page, one, brief, gate.id, label)
                for (one, brief), label in zip(known, labels, strict=True)
            ]
            with st.container(border=True, gap="xxsmall", key=f"over-time-{gate.id}"):
                card(plain(gate.name))
                alt = say.raw("{gate} over all revalidations", gate=gate.name)
                limit = f"{OPS[gate.op]} {say.raw(as_set(gate.threshold))}"
                figure = gate_over_time(points, limit, page.viewer.language)
                draw(page, figure, key=f"gate-time-{gate.id}", alt=alt)
                if any(each.gate and each.gate.status is not GateStatus.OK for each in points):
                    st.caption(say("A gap means that the value is undefined."))


def _caption(page: Page, count: int) -> str:
    say = page.say
    text = say(
        "One point for each revalidation, at its time (UTC). Green circle: passes. Red cross: "
        "fails. Dashed: limit. Drag across a chart to zoom in; a double click shows all again."
    )
    if count > MOST_DETAILED:
        most = say("95 % intervals are drawn for up to {count} revalidations.", count=MOST_DETAILED)
        return f"{text} {most}"
    return f"{text} {say('Bars: 95 % interval.')}"


def _point(
    page: Page, one: ArchivedDecision, brief: DecisionBrief, gate_id: str, label: str
) -> GatePoint:
    gate, say = gate_of(one, gate_id), page.say
    value = "–"
    if gate is not None:
        limit = f"{OPS[gate.op]} {say.raw(as_set(gate.threshold))}"
        value = f"{gate.short} {say.raw(short(gate.value, gate.threshold))} ({limit})"
    return GatePoint(parse_moment(brief.created_at), label, escape(value), gate)


def _label(page: Page, one: ArchivedDecision, brief: DecisionBrief) -> str:
    """What a revalidation was, as lines of a tooltip."""
    say = page.say
    verdict = f"{word(brief.decision, say)} {brief.score}{doubt(brief.decision, brief.grade, say)}"
    model = f"{brief.run or say.raw('run not recorded')}"
    if brief.step is not None:
        model += f", {say.raw('step')} {say.raw(number(brief.step))}"
    lines = (f"{when(page, brief)} UTC", verdict, model, _signature(page, one), one.sha256[:12])
    return "<br>".join(escape(line) for line in lines)


def _signature(page: Page, one: ArchivedDecision) -> str:
    say, state, signature = page.say, one.validity.state, one.signature
    if signature is None:
        return word(state, say)
    by = say.raw("{act} by {by}", act=ACTS_DONE[signature.act], by=signature.by)
    return by if one.validity.valid else f"{by} ({word(state, say)})"
