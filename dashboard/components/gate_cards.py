"""The six gates as cards: status, value, limit, margin, interval, and the limit in a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.vocabulary import GateStatus, Verdict
from dashboard.components.figures_table import share
from dashboard.components.states import badge, icon
from dashboard.figures.gates import gate_figure
from dashboard.formatting import margin, short
from dashboard.page import Page
from dashboard.wording import plain

OPS = {">=": "≥", "<=": "≤"}
_STILL = {"staticPlot": True, "displayModeBar": False, "responsive": True}


def gate_cards(
    page: Page, gates: Sequence[Mapping[str, Any]], alone: Mapping[str, float] | None = None
) -> None:
    """One card a gate; those that fail come first, where a phone shows them.

    :param gates: records of decision.json, of any schema version.
    :param alone: by gate id, the share of episodes that pass on their own.
    """
    # Three beside each other on a laptop, two on a phone: every line of a card fits.
    with st.grid(3, min_column_width=160, gap="small", key="gates"):
        for gate in sorted(gates, key=lambda gate: (gate["passed"], gate["number"])):
            with st.container(
                border=True, gap="xxsmall", height="stretch", key=f"gate-{gate['id']}"
            ):
                _card(page, gate, (alone or {}).get(gate["id"]))


def _card(page: Page, gate: Mapping[str, Any], alone: float | None) -> None:
    say = page.say
    verdict = Verdict.PASS if gate["passed"] else Verdict.FAIL
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f":gray[{gate['number']}] **{plain(gate['name'])}**", width="content")
        st.markdown(badge(verdict, say), width="content")
    value = value_text(gate)
    if not gate["passed"]:
        value = f":red[{value}]"
    limit = f"{OPS[gate['op']]} {gate['threshold']:g}{' %' if gate['unit'] == '%' else ''}"
    st.markdown(f"## {value} :small[:gray[{plain(limit)}]]", anchors=False)
    figure = gate_figure(gate)
    if figure is not None:
        told = say.raw("decide.gate_chart", gate=gate["name"])
        st.plotly_chart(figure, key=f"spread-{gate['id']}", config=_STILL, alt=told)
    room = []
    if gate["margin"] is not None:
        by = margin(gate["value"], gate["margin"], gate["threshold"])
        room.append(say("decide.margin", margin=by))
    if gate["status"] != GateStatus.OK.value:
        room.append(f":orange[{say('decide.undefined', status=gate['status'])}]")
    room += _interval(page, gate)
    lines = [room, _chances(page, gate)]
    if alone is not None:
        lines.append([say("decide.episodes", share=f"{100 * alone:.0f} %")])
    told = [" · ".join(line) for line in lines if line]
    st.markdown("  \n".join(f":small[:gray[{line}]]" for line in told))


def _interval(page: Page, gate: Mapping[str, Any]) -> list[str]:
    """Older records have none."""
    if "ci95" not in gate:
        return []
    if gate["ci95"] is None:
        return [page.say("decide.no_interval")]
    low, high = (f"{end:.2f}" for end in gate["ci95"])
    return [page.say("decide.interval", low=low, high=high)]


def _chances(page: Page, gate: Mapping[str, Any]) -> list[str]:
    """The chance to pass, and the gate at double costs."""
    say, found = page.say, []
    if (chance := share(gate.get("p_pass"))) is not None:
        # Of so many resampled records none, or all: not the same as never, or always.
        chance = {"0 %": "< 0.1 %", "100 %": "> 99.9 %"}.get(chance, chance)
        found.append(say("decide.p_pass", chance=chance))
    if doubled := gate.get("costs_x2"):
        verdict = Verdict.PASS if doubled["passed"] else Verdict.FAIL
        value = short(doubled["value"], gate["threshold"])
        found.append(f"{say('decide.costs_x2', value=value)} {icon(verdict)}")
    return found


def value_text(gate: Mapping[str, Any]) -> str:
    """Four significant digits; whole numbers whole; a dash where it is undefined."""
    text = short(gate["value"], gate["threshold"])
    return f"{text} %" if gate["unit"] == "%" and gate["value"] is not None else text
