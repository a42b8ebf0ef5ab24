"""The six gates as cards: status, value, limit, margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.vocabulary import GateStatus, Verdict
from dashboard.components.numbers import four
from dashboard.components.states import badge
from dashboard.page import Page
from dashboard.wording import plain

_OPS = {">=": "≥", "<=": "≤"}


def gate_cards(
    page: Page, gates: Sequence[Mapping[str, Any]], alone: Mapping[str, float] | None = None
) -> None:
    """One card a gate.

    :param gates: records of decision.json.
    :param alone: by gate id, the share of episodes that pass on their own.
    """
    with st.grid(6, min_column_width=150, gap="small", key="gates"):
        for gate in sorted(gates, key=lambda gate: gate["number"]):
            with st.container(
                border=True, gap="xxsmall", height="stretch", key=f"gate-{gate['id']}"
            ):
                _card(page, gate, (alone or {}).get(gate["id"]))


def _card(page: Page, gate: Mapping[str, Any], share: float | None) -> None:
    say = page.say
    verdict = Verdict.PASS if gate["passed"] else Verdict.FAIL
    st.markdown(f":gray[{gate['number']}] **{plain(gate['name'])}**")
    st.markdown(f"## {value_text(gate)}", anchors=False)
    st.markdown(badge(verdict, say))
    limit = f"{_OPS[gate['op']]} {gate['threshold']:g}{' %' if gate['unit'] == '%' else ''}"
    lines = [f":small[:gray[{plain(limit)}]]"]
    if gate["margin"] is not None:
        margin = say("decide.margin", margin=f"{gate['margin']:+.4f}")
        lines[0] = f":small[:gray[{plain(limit)} · {margin}]]"
    if gate["status"] != GateStatus.OK.value:
        lines.append(f":small[:orange[{say('decide.undefined', status=gate['status'])}]]")
    if share is not None:
        lines.append(f":small[:gray[{say('decide.episodes', share=f'{share:.0%}')}]]")
    st.markdown("  \n".join(lines))


def value_text(gate: Mapping[str, Any]) -> str:
    """Four decimals; whole numbers whole; a dash where it is undefined."""
    value = gate["value"]
    text = str(value) if isinstance(value, int) else four(value)
    return f"{text} %" if gate["unit"] == "%" and value is not None else text
