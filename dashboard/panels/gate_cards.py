"""The six gates as cards: status, value, limit, margin, interval, and the limit in a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.vocabulary import GateStatus, Verdict
from dashboard.components.figures_table import share
from dashboard.components.numbers import four
from dashboard.components.states import badge, icon
from dashboard.figures.gates import gate_figure
from dashboard.page import Page
from dashboard.wording import plain

_OPS = {">=": "≥", "<=": "≤"}
_STILL = {"staticPlot": True, "displayModeBar": False, "responsive": True}


def gate_cards(
    page: Page, gates: Sequence[Mapping[str, Any]], alone: Mapping[str, float] | None = None
) -> None:
    """One card a gate; those that fail come first, where a phone shows them.

    :param gates: records of decision.json, of any schema version.
    :param alone: by gate id, the share of episodes that pass on their own.
    """
    with st.grid(6, min_column_width=128, gap="small", key="gates"):
        for gate in sorted(gates, key=lambda gate: (gate["passed"], gate["number"])):
            with st.container(
                border=True, gap="xxsmall", height="stretch", key=f"gate-{gate['id']}"
            ):
                _card(page, gate, (alone or {}).get(gate["id"]))


def _card(page: Page, gate: Mapping[str, Any], alone: float | None) -> None:
    say = page.say
    verdict = Verdict.PASS if gate["passed"] else Verdict.FAIL
    st.markdown(f":gray[{gate['number']}] **{plain(gate['name'])}**")
    st.markdown(f"## {value_text(gate)}", anchors=False)
    st.markdown(badge(verdict, say))
    limit = f"{_OPS[gate['op']]} {gate['threshold']:g}{' %' if gate['unit'] == '%' else ''}"
    lines = [plain(limit)]
    if gate["margin"] is not None:
        margin = f"{gate['margin']:+.4f}"
        lines[0] += f" · {say('decide.margin', margin=margin)}"
    if gate["status"] != GateStatus.OK.value:
        lines.append(f":orange[{say('decide.undefined', status=gate['status'])}]")
    lines.extend(_uncertainty(page, gate))
    if alone is not None:
        lines.append(say("decide.episodes", share=f"{alone:.0%}"))
    st.markdown("  \n".join(f":small[:gray[{line}]]" for line in lines))
    figure = gate_figure(gate)
    if figure is not None:
        told = say.raw("decide.gate_chart", gate=gate["name"])
        st.plotly_chart(figure, key=f"spread-{gate['id']}", config=_STILL, alt=told)


def _uncertainty(page: Page, gate: Mapping[str, Any]) -> list[str]:
    """Interval, chance to pass, and the gate at double costs; older records have none."""
    if "ci95" not in gate:
        return []
    say, lines = page.say, []
    interval, chance = gate["ci95"], share(gate.get("p_pass"))
    if interval is None:
        lines.append(say("decide.no_interval"))
    else:
        low, high = (f"{end:.2f}" for end in interval)
        lines.append(say("decide.interval", low=low, high=high))
    if chance is not None:
        # Of so many resampled records none, or all: not the same as never, or always.
        chance = {"0 %": "< 0.1 %", "100 %": "> 99.9 %"}.get(chance, chance)
        lines.append(say("decide.p_pass", chance=chance))
    if doubled := gate.get("costs_x2"):
        verdict = Verdict.PASS if doubled["passed"] else Verdict.FAIL
        value = _short(doubled["value"])
        lines.append(f"{say('decide.costs_x2', value=value)} {icon(verdict)}")
    return lines


def _short(value: float | int | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.2f}"


def value_text(gate: Mapping[str, Any]) -> str:
    """Four decimals; whole numbers whole; a dash where it is undefined."""
    value = gate["value"]
    text = str(value) if isinstance(value, int) else four(value)
    return f"{text} %" if gate["unit"] == "%" and value is not None else text
