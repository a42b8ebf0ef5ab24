"""Where it breaks: other costs, a bar of delay, quarters, regimes, the worst episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.decision import SavedDecision
from dashboard.components.figures_table import figures_table, fixed, signed
from dashboard.components.numbers import four
from dashboard.figures.breaks import cost_figure, parts_figure
from dashboard.figures.style import CONFIG
from dashboard.page import Page


def show(page: Page, saved: SavedDecision) -> None:
    say, decided = page.say, saved.decision
    breaks: Mapping[str, Any] = decided.get("robustness") or {}
    if not breaks:
        st.caption(say("decide.not_measured"))
        _episodes(page, decided)
        return
    _costs(page, "fees", [(f"x {r['multiple']:g}", r) for r in breaks["fees"]])
    slips = [(f"{r['slippage_bps']:g} bps", r) for r in breaks["slippage"]]
    _costs(page, "slippage", slips)
    _single(page, decided, breaks)
    for name in ("quarters", "regimes"):
        _parts(page, name, breaks.get(name) or [])
    _episodes(page, decided)


def _costs(page: Page, name: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    say = page.say
    st.markdown(f"**{say('breaks.' + name)}**")
    points = [(label, row["return_pct"], row["decision"]) for label, row in rows]
    figure = cost_figure(points, "", say.raw("decide.return"))
    st.plotly_chart(figure, key=f"costs-{name}", config=CONFIG, alt=say.raw(f"breaks.{name}"))


def _single(page: Page, decided: Mapping[str, Any], breaks: Mapping[str, Any]) -> None:
    say, delay, worst = page.say, breaks.get("delay_one_bar"), breaks.get("worst_episode")
    rows = [
        (say.raw(f"breaks.costs_x{row['multiple']:g}"), _outcome(row), _sharpe(row))
        for row in breaks.get("costs") or []
        if row["multiple"] in {2, 3}
    ]
    rows += [
        (say.raw("breaks.delay"), _outcome(delay), _sharpe(delay)),
        (say.raw("earn.break_even"), fixed(breaks.get("break_even_cost_bps"), 1, " bps"), ""),
        (
            say.raw("breaks.worst"),
            signed(worst["return_pct"], 2, " %") if worst else None,
            say.raw("breaks.episode", number=worst["episode"]) if worst else "",
        ),
    ]
    figures_table(page, rows, "breaks-figures")


def _outcome(row: Mapping[str, Any] | None) -> str | None:
    return row and f"{row['decision']} {row['score']}, {row['return_pct']:+.2f} %"


def _sharpe(row: Mapping[str, Any] | None) -> str:
    sharpe = (row or {}).get("gates", {}).get("sharpe") or {}
    return f"Sharpe {four(sharpe['value'])}" if "value" in sharpe else ""


def _parts(page: Page, name: str, parts: Sequence[Mapping[str, Any]]) -> None:
    say = page.say
    if not parts:
        return
    st.markdown(f"**{say('breaks.' + name)}**")
    figure = parts_figure(
        [part["label"] for part in parts],
        [part["return_pct"] for part in parts],
        [part["market_return_pct"] for part in parts],
        (say.raw("decide.agent"), say.raw("breaks.market")),
    )
    st.plotly_chart(figure, key=f"parts-{name}", config=CONFIG, alt=say.raw(f"breaks.{name}"))
    with st.expander(say.raw("table"), key=f"table-{name}"):
        frame = pd.DataFrame(parts)
        st.dataframe(frame, hide_index=True, key=f"frame-{name}")


def _episodes(page: Page, decided: Mapping[str, Any]) -> None:
    st.markdown(f"**{page.say('decide.view_episodes')}**")
    frame = pd.DataFrame(decided["episodes"])
    frame["episode"] = frame["episode"].astype(str)
    st.dataframe(frame, hide_index=True, key="episodes", height="content")
