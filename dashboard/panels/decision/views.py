"""Detailed views of a decision, one question of the CTO per view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.decision import SavedDecision, decision_text, gate_block
from core.language import Message
from dashboard.components.choice import choice
from dashboard.components.headings import part
from dashboard.components.plotly_chart import draw_record
from dashboard.data.decision import curves
from dashboard.figures.equity import equity_figure
from dashboard.panels.decision import change, earnings, forecast, robustness, skill, trust
from dashboard.wording.decision import BASELINES, VIEWS

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

_SHOW = {
    "skill": skill.show,
    "earning": earnings.show,
    "breaks": robustness.show,
    "trust": trust.show,
}


def chosen(page: Page) -> str:
    """Draw the row of views, and return the key of the open one."""
    say = page.say
    return choice(say.raw("View"), list(VIEWS), lambda name: say.raw(VIEWS[name]), key="view")


def show(page: Page, snapshot: Snapshot, saved: SavedDecision, view: str) -> None:
    """Draw one view of the decision.

    :param view: a key of ``VIEWS``.
    """
    with st.container(border=True, key=f"view-{view}"):
        if view == "document":
            _document(page, saved)
        elif view == "equity":
            _equity(page, snapshot, saved)
        elif view == "forecast":
            forecast.show(page, snapshot, saved)
        elif view == "change":
            change.show(page, snapshot, saved)
        else:
            _SHOW[view](page, saved)


def _equity(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    say, decided = page.say, saved.decision
    heading = Message("Equity and drawdown, compared with buy and hold")
    part(say(heading))
    found = curves(page.services.home, saved, snapshot.week.playbook.revalidation.backtest_data_dir)
    lines = {say.raw("agent"): found.agent}
    if found.hold is not None:
        lines[say.raw(BASELINES["buy_and_hold"])] = found.hold
    if found.matched is not None:
        lines[say.raw(BASELINES["exposure_matched"])] = found.matched
    limit = decided.gate("max_drawdown_pct").threshold
    titles = (say.raw("equity, start = 1"), say.raw("drawdown %"))

    def figure() -> go.Figure:
        made = equity_figure(found.time, lines, found.drawdown_pct, limit, titles)
        if page.viewer.language == "pt":
            made.update_xaxes(tickformat="%d/%m/%Y")
        return made

    draw_record(page, figure, f"{saved.sha256} {len(lines)}", key="equity", alt=heading)
    if found.hold is None:
        st.caption(
            say(
                "The backtest candles have changed since, so buy and hold can't be drawn for "
                "comparison."
            )
        )
    skill.baselines(page, saved)


def _document(page: Page, saved: SavedDecision) -> None:
    part(page.say("Decision document"))
    names = ("decision_pt.txt", "decision.txt")
    files = [saved.file(name) for name in names[page.viewer.language != "pt" :]]
    found = next((file for file in files if file.is_file()), None)
    text = found.read_text(encoding="utf-8") if found else decision_text(saved.decision)
    st.code(text, language=None)
    log = saved.file("training_log_summary.txt")
    if log.is_file():
        with st.expander(page.say.raw("Training log summary"), key="log-summary"):
            st.code(log.read_text(encoding="utf-8"), language=None)
    part(page.say("Gate block"))
    st.code(gate_block(saved.decision.gates), language=None)
