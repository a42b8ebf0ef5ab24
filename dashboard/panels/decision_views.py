"""Closer looks at a decision: equity, document, episodes, what it rests on, earlier ones."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.decision import SavedDecision, decision_text, gate_block, history
from dashboard.components.choice import choice
from dashboard.components.numbers import four
from dashboard.decisions import curves, signature_of
from dashboard.figures.equity import equity_figure
from dashboard.figures.style import CONFIG
from dashboard.page import Page
from dashboard.queries import Moment

VIEWS = ("evidence", "document", "episodes", "basis", "history")


def show(page: Page, now: Moment, saved: SavedDecision) -> None:
    say = page.say
    view = choice(
        say.raw("decide.view"), VIEWS, lambda name: say.raw(f"decide.view_{name}"), key="view"
    )
    with st.container(border=True, key=f"view-{view}"):
        match view:
            case "document":
                _document(page, saved)
            case "episodes":
                _episodes(saved)
            case "basis":
                _basis(page, saved)
            case "history":
                _history(page, now)
            case _:
                _equity(page, now, saved)


def _equity(page: Page, now: Moment, saved: SavedDecision) -> None:
    say, decided = page.say, saved.decision
    st.markdown(f"**{say('decide.equity')}**")
    found = curves(page.services.home, saved, now.week.playbook.revalidation.backtest_data_dir)
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
    _baselines(page, saved)


def _baselines(page: Page, saved: SavedDecision) -> None:
    say, decided = page.say, saved.decision
    gates = {gate["id"]: gate["value"] for gate in decided["gates"]}
    facts = decided["facts"]
    own = {"return_pct": facts.get("total_return_pct", facts.get("return_pct")), **gates}
    rows = {say.raw("decide.agent"): own}
    names = {"buy_and_hold": "decide.hold", "exposure_matched": "decide.matched"}
    for key, name in names.items():
        if key in decided["baselines"]:
            rows[say.raw(name)] = decided["baselines"][key]
    columns = ("return_pct", "sharpe", "max_drawdown_pct", "calmar")
    st.dataframe(
        pd.DataFrame(
            [
                {say.raw("decide.baselines"): name}
                | {column: four(values.get(column)) for column in columns}
                for name, values in rows.items()
            ]
        ).rename(columns={"return_pct": say.raw("decide.return"), "sharpe": "Sharpe",
                          "max_drawdown_pct": "Max DD %", "calmar": "Calmar"}),
        hide_index=True,
        key="baselines",
    )  # fmt: skip


def _document(page: Page, saved: SavedDecision) -> None:
    st.markdown(f"**{page.say('decide.document')}**")
    st.code(decision_text(saved.decision), language=None)
    st.markdown(f"**{page.say('decide.gates_block')}**")
    st.code(gate_block(saved.decision["gates"]), language=None)


def _episodes(saved: SavedDecision) -> None:
    frame = pd.DataFrame(saved.decision["episodes"])
    frame["episode"] = frame["episode"].astype(str)
    st.dataframe(frame, hide_index=True, key="episodes", height=35 * (len(frame) + 1) + 3)


def _basis(page: Page, saved: SavedDecision) -> None:
    decided = saved.decision
    st.markdown(f"**{page.say('decide.sha')}** `{saved.sha256}`")
    st.caption(page.say("decide.basis_help"))
    for key in ("model", "data", "playbook", "costs", "conventions", "versions"):
        if key in decided:
            st.markdown(f"**{key}**")
            st.json(decided[key], expanded=True)


def _history(page: Page, now: Moment) -> None:
    say = page.say
    past = history(page.services.home, now.week.id)
    rows = []
    for saved in reversed(past):
        signed = signature_of(saved, now.signatures)
        rows.append(
            {
                say.raw("decide.history_when"): saved.decision["created_at"],
                say.raw("decide.history_decision"): (
                    f"{saved.decision['decision']} {saved.decision['score']}"
                ),
                "Sharpe": four(
                    next(g["value"] for g in saved.decision["gates"] if g["id"] == "sharpe")
                ),
                say.raw("decide.history_model"): saved.decision["model"]["sha256"][:12],
                say.raw("decide.history_data"): saved.decision["data"]["sha256"][:12],
                say.raw("decide.sha"): saved.sha256[:12],
                say.raw("decide.history_signed"): (
                    f"{say.raw('sign.' + signed.act.value)}, {signed.by}" if signed else "–"
                ),
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="history")
