"""Closer looks at a decision: what the CTO asks next, one question a view."""

from __future__ import annotations

import streamlit as st

from core.decision import SavedDecision, decision_text, gate_block
from dashboard.components.choice import choice
from dashboard.data.decision import curves
from dashboard.data.snapshot import Snapshot
from dashboard.figures.equity import equity_figure
from dashboard.figures.style import CONFIG
from dashboard.page import Page
from dashboard.panels.decision import change, earning, robustness, skill, trust

VIEWS = ("equity", "skill", "earning", "breaks", "trust", "change", "document")
_SHOW = {
    "skill": skill.show,
    "earning": earning.show,
    "breaks": robustness.show,
    "trust": trust.show,
    "change": change.show,
}


def chosen(page: Page) -> str:
    """The row of views; the one that is open."""
    say = page.say
    return choice(
        say.raw("decide.view"), VIEWS, lambda name: say.raw(f"decide.view_{name}"), key="view"
    )


def show(page: Page, snapshot: Snapshot, saved: SavedDecision, view: str) -> None:
    with st.container(border=True, key=f"view-{view}"):
        if view == "document":
            _document(page, saved)
        elif view == "equity":
            _equity(page, snapshot, saved)
        else:
            _SHOW[view](page, saved)


def _equity(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    say, decided = page.say, saved.fields
    st.markdown(f"**{say('decide.equity')}**")
    found = curves(page.services.home, saved, snapshot.week.playbook.revalidation.backtest_data_dir)
    lines = {say.raw("decide.agent"): found.agent}
    if found.hold is not None:
        lines[say.raw("decide.hold")] = found.hold
    if found.matched is not None:
        lines[say.raw("decide.matched")] = found.matched
    limit = next(
        (gate["threshold"] for gate in decided["gates"] if gate["id"] == "max_drawdown_pct"), None
    )
    titles = (say.raw("decide.growth"), say.raw("decide.underwater"))
    figure = equity_figure(found.time, lines, found.drawdown_pct, limit, titles)
    st.plotly_chart(figure, key="equity", config=CONFIG, alt=say.raw("decide.equity"))
    if found.hold is None:
        st.caption(say("decide.no_hold"))
    skill.baselines(page, saved)


def _document(page: Page, saved: SavedDecision) -> None:
    st.markdown(f"**{page.say('decide.document')}**")
    names = ("decision_pt.txt", "decision.txt")
    files = [saved.file(name) for name in names[page.viewer.language != "pt" :]]
    found = next((file for file in files if file.is_file()), None)
    text = found.read_text(encoding="utf-8") if found else decision_text(saved.decision)
    st.code(text, language=None)
    log = saved.file("training_log_summary.txt")
    if log.is_file():
        with st.expander(page.say.raw("decide.log_summary"), key="log-summary"):
            st.code(log.read_text(encoding="utf-8"), language=None)
    st.markdown(f"**{page.say('decide.gates_block')}**")
    st.code(gate_block(saved.decision.gates), language=None)
