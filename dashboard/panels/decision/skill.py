"""Is it skill? How sure the Sharpe is, after all trials, and what chance and the market do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.decision import SavedDecision
from core.vocabulary import Verdict
from dashboard.components.figures_table import figures_table, fixed, share, table
from dashboard.components.states import icon
from dashboard.figures.gates import among_random
from dashboard.figures.style import CONFIG
from dashboard.formatting import number, short
from dashboard.page import Page
from dashboard.wording import plain

_YES_OR_NO = ("lookahead", "repeats", "unseen", "sharpe_defined")
_SHARES = ("psr0", "psr1", "dsr")
_NAMES = {
    "flat": "decide.flat",
    "buy_and_hold": "decide.hold",
    "exposure_matched": "decide.matched",
    "sma": "decide.sma",
}


def show(page: Page, saved: SavedDecision) -> None:
    _sure(page, saved.fields)
    _random(page, saved.fields)
    baselines(page, saved)
    _rules(page, saved.fields)


def _sure(page: Page, decided: dict[str, Any]) -> None:
    say, evidence = page.say, decided["evidence"]
    trials = evidence.get("n_trials") or {}
    have, need = evidence.get("have_days", evidence.get("days")), evidence.get("min_trl_days")
    told = ""
    if trials:
        told = say.raw("skill.trials", used=trials["used"], counted=trials["counted"])
        if trials.get("of_week") is not None:
            told += say.raw("skill.trials_week", of_week=trials["of_week"])
    best = evidence.get("expected_best_sharpe")
    rows = [
        ("PSR(0)", share(evidence.get("psr0")), say.raw("skill.psr0")),
        ("PSR(1)", share(evidence.get("psr1")), say.raw("skill.psr1")),
        (
            "DSR",
            share(evidence.get("dsr")),
            told if best is None else f"{told}; {say.raw('skill.best', best=f'{best:.2f}')}",
        ),
        (
            say.raw("skill.min_trl"),
            say.raw("skill.never") if need is None and have else fixed(need, 0, " d"),
            say.raw("skill.have", days=f"{have:.0f}") if have is not None else "",
        ),
        (
            say.raw("skill.daily"),
            _both(evidence.get("sharpe_hourly"), decided["facts"].get("sharpe_daily")),
            _straddle(page, decided),
        ),
        (say.raw("skill.lag1"), fixed(decided["facts"].get("lag1_autocorrelation"), 4), ""),
        (
            say.raw("skill.streak"),
            fixed(decided["facts"].get("expected_longest_losing_run"), 1),
            _streak(page, evidence),
        ),
    ]
    figures_table(page, rows, "skill-figures")
    st.caption(say("skill.psr_help"))


def _both(hourly: float | None, daily: float | None) -> str | None:
    if daily is None:
        return None
    return f"{'–' if hourly is None else f'{hourly:.2f}'} / {daily:.2f}"


def _straddle(page: Page, decided: dict[str, Any]) -> str:
    gate = next(gate for gate in decided["gates"] if gate["id"] == "sharpe")
    hourly, daily = gate["value"], decided["facts"].get("sharpe_daily")
    if None in (hourly, daily) or (hourly >= gate["threshold"]) == (daily >= gate["threshold"]):
        return ""
    return page.say.raw("skill.straddle", limit=f"{gate['threshold']:g}")


def _streak(page: Page, evidence: dict[str, Any]) -> str:
    chance = share(evidence.get("chance_of_longest_run"))
    return "" if chance is None else page.say.raw("skill.streak_chance", chance=chance)


def _random(page: Page, decided: dict[str, Any]) -> None:
    say, random = page.say, decided["baselines"].get("random")
    st.markdown(f"**{say('skill.random')}**")
    if not random:
        st.caption(say("decide.not_measured"))
        return
    sharpe = next(gate["value"] for gate in decided["gates"] if gate["id"] == "sharpe")
    marks = [] if sharpe is None else [(say.raw("decide.agent"), sharpe, True)]
    hold = (decided["baselines"].get("buy_and_hold") or {}).get("sharpe")
    if hold is not None:
        marks.append((say.raw("decide.hold"), hold, False))
    figure = among_random(random["sharpe"], marks, "Sharpe", say.raw("skill.below"))
    st.plotly_chart(figure, key="random", config=CONFIG, alt=say.raw("skill.random"))
    st.markdown(
        say(
            "skill.random_text",
            percentile=f"{random['percentile']:.0f}",
            n=number(random["n"]),
            trades=number(random["trades"]),
            hold=f"{random['mean_hold_bars']:.0f}",
            go=share(random["share_go"]),
        )
    )


def baselines(page: Page, saved: SavedDecision) -> None:
    """The agent and what needs no agent, on the same bars with the same costs."""
    say, decided = page.say, saved.fields
    gates = {gate["id"]: gate["value"] for gate in decided["gates"]}
    facts = decided["facts"]
    own = {"return_pct": facts["return_pct"], "exposure": facts.get("mean_exposure"), **gates}
    rows = {say.raw("decide.agent"): own}
    for key, name in _NAMES.items():
        if decided["baselines"].get(key):
            rows[say.raw(name)] = decided["baselines"][key]
    columns = {
        "return_pct": say("decide.return"),
        "sharpe": "Sharpe",
        "max_drawdown_pct": "Max DD %",
        "calmar": "Calmar",
    }
    lines = []
    for name, values in rows.items():
        told = f"**{plain(name)}**" if values is own else plain(name)
        figures = [short(values.get(column)) for column in columns]
        lines.append([told, *figures, plain(share(values.get("exposure")) or "–")])
    heads = [say("decide.baselines"), *columns.values(), say("decide.exposure")]
    table(heads, lines, "baselines")


def _rules(page: Page, decided: dict[str, Any]) -> None:
    """Each rule of the evidence grade: what it asks, and what was found."""
    say, rules = page.say, decided["evidence"].get("rules")
    if not rules:
        return
    st.markdown(f"**{say('skill.rules')}**")
    st.caption(say("skill.rules_help"))
    lines = []
    for rule in rules:
        verdict = Verdict.PASS if rule["met"] else Verdict.FAIL
        if rule["value"] is None:
            verdict = Verdict.UNKNOWN
        named = say(f"rule.{rule['id']}") if say.has(f"rule.{rule['id']}") else plain(rule["id"])
        found, asked = _figures(page, rule)
        lines.append([f"{icon(verdict)} {named}", plain(rule["grade"]), plain(asked), plain(found)])
    heads = [say(f"skill.rule_{part}") for part in ("what", "grade", "asked", "found")]
    table(heads, lines, "rules", words=2)


def _figures(page: Page, rule: Mapping[str, Any]) -> tuple[str, str]:
    """What was found and what is asked, as people say it: yes or no, a share, a number."""
    say, value = page.say, rule["value"]
    if rule["id"] in _YES_OR_NO:
        found = None if value is None else say("yes" if value else "no")
        return found or "–", say("yes")
    op, limit = {">=": "≥ ", ">": "> "}[rule["op"]], rule["limit"]
    if rule["id"] in _SHARES:
        # Like a gate: a share that rounds onto its limit must not look as if it had reached it.
        value, limit = None if value is None else 100 * value, 100 * limit
    unit = " %" if rule["id"] in (*_SHARES, "random") else ""
    found = short(value, limit)
    return f"{found}{unit if value is not None else ''}", f"{op}{limit:g}{unit}"
