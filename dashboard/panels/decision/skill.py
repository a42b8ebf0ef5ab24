"""Is it skill? The Sharpe's uncertainty after all trials, random policies and baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.decision import SavedDecision
from core.language import Message, joined, literal, plural
from core.vocabulary import Verdict
from dashboard.components.charts import draw
from dashboard.components.figures_table import Row, figures_table, table
from dashboard.components.states import icon
from dashboard.figures.gates import among_random
from dashboard.formatting import NONE, fixed, general, share, short
from dashboard.page import Page
from dashboard.wording import plain
from dashboard.wording.decision import BASELINES, GRADE_RULES

_YES_OR_NO = ("lookahead", "repeats", "unseen", "sharpe_defined")
_SHARES = ("psr0", "psr1", "dsr")


def show(page: Page, saved: SavedDecision) -> None:
    _sure(page, saved.fields)
    _random(page, saved.fields)
    baselines(page, saved)
    _rules(page, saved.fields)


def _sure(page: Page, decided: dict[str, Any]) -> None:
    evidence, facts = decided["evidence"], decided["facts"]
    have, need = evidence.get("have_days", evidence.get("days")), evidence.get("min_trl_days")
    rows: list[Row] = [
        ("PSR(0)", share(evidence.get("psr0")), Message("P(true Sharpe > 0)")),
        ("PSR(1)", share(evidence.get("psr1")), Message("P(true annual Sharpe > 1)")),
        ("DSR", share(evidence.get("dsr")), _trials(evidence)),
        (
            Message("Minimum track record"),
            Message("no length is enough") if need is None and have else fixed(need, 0, "d"),
            Message("{days:.0f} d available", days=have) if have is not None else "",
        ),
        (
            Message("Sharpe from hourly / daily returns"),
            _both(evidence.get("sharpe_hourly"), facts.get("sharpe_daily")),
            _straddle(decided),
        ),
        (Message("Lag-1 autocorrelation"), fixed(facts.get("lag1_autocorrelation"), 4), ""),
        (
            Message("Expected longest losing streak"),
            fixed(facts.get("expected_longest_losing_run"), 1),
            _streak(evidence),
        ),
    ]
    figures_table(page, rows, "skill-figures")
    st.caption(
        page.say(
            "PSR and DSR come from a formula that treats bars as independent, and estimate "
            "the true Sharpe. A gate's P(pass) comes from resampling that keeps "
            "consecutive bars together, and estimates how often such a record passes. So "
            "the numbers differ; rely on the lower one."
        )
    )


def _trials(evidence: dict[str, Any]) -> str:
    """What the deflated Sharpe corrects for."""
    trials, best = evidence.get("n_trials") or {}, evidence.get("expected_best_sharpe")
    parts = []
    if trials:
        parts.append(
            plural(
                "P(better than the best of {n:,} trial by luck)",
                "P(better than the best of {n:,} trials by luck)",
                trials["used"],
            )
        )
        parts.append(Message("{counted:,} counted by the ledger", counted=trials["counted"]))
        if trials.get("of_week") is not None:
            parts.append(Message("{of_week:,} in this week", of_week=trials["of_week"]))
    if best is not None:
        parts.append(Message("luck alone would reach {best:.2f}", best=best))
    return joined(parts, "; ") if parts else ""


def _both(hourly: float | None, daily: float | None) -> Message | None:
    if daily is None:
        return None
    return joined([fixed(hourly) or NONE, fixed(daily) or NONE], " / ")


def _straddle(decided: dict[str, Any]) -> str:
    gate = next(gate for gate in decided["gates"] if gate["id"] == "sharpe")
    hourly, daily = gate["value"], decided["facts"].get("sharpe_daily")
    if None in (hourly, daily) or (hourly >= gate["threshold"]) == (daily >= gate["threshold"]):
        return ""
    return Message("the limit {limit:g} is between the two", limit=gate["threshold"])


def _streak(evidence: dict[str, Any]) -> str:
    chance = share(evidence.get("chance_of_longest_run"))
    if chance is None:
        return ""
    return Message("within the limit by chance in {chance} of cases", chance=chance)


def _random(page: Page, decided: dict[str, Any]) -> None:
    say, random = page.say, decided["baselines"].get("random")
    heading = Message("The agent among random policies")
    st.markdown(f"**{say(heading)}**")
    if not random:
        st.caption(say("not measured"))
        return
    sharpe = next(gate["value"] for gate in decided["gates"] if gate["id"] == "sharpe")
    marks = [] if sharpe is None else [(say.raw("agent"), sharpe, True)]
    hold = (decided["baselines"].get("buy_and_hold") or {}).get("sharpe")
    if hold is not None:
        marks.append((say.raw(BASELINES["buy_and_hold"]), hold, False))
    figure = among_random(random["sharpe"], marks, "Sharpe", say.raw("random policies below"))
    draw(page, figure, key="random", alt=heading)
    st.markdown(
        say(
            "Better than **{percentile:.0f} %** of {n:,} random policies with {trades:,} trades of "
            "{hold:.0f} h each; **{go}** of them would be a GO.",
            percentile=random["percentile"],
            n=random["n"],
            trades=random["trades"],
            hold=random["mean_hold_bars"],
            go=share(random["share_go"]),
        )
    )


def baselines(page: Page, saved: SavedDecision) -> None:
    """The agent and strategies without an agent, on the same bars with the same costs."""
    say, decided = page.say, saved.fields
    gates = {gate["id"]: gate["value"] for gate in decided["gates"]}
    facts = decided["facts"]
    own = {"return_pct": facts["return_pct"], "exposure": facts.get("mean_exposure"), **gates}
    rows = [(f"**{say('agent')}**", own)]
    rows += [
        (say(name), decided["baselines"][key])
        for key, name in BASELINES.items()
        if decided["baselines"].get(key)
    ]
    columns = {
        "return_pct": say("Return %"),
        "sharpe": "Sharpe",
        "max_drawdown_pct": "Max DD %",
        "calmar": "Calmar",
    }
    lines = []
    for name, values in rows:
        figures = [say(short(values.get(column))) for column in columns]
        lines.append([name, *figures, say(share(values.get("exposure")) or NONE)])
    heads = [say("Baselines"), *columns.values(), say("Exposure")]
    table(heads, lines, "baselines")


def _rules(page: Page, decided: dict[str, Any]) -> None:
    """Each rule of the evidence grade: what it requires, and what was measured."""
    say, rules = page.say, decided["evidence"].get("rules")
    if not rules:
        return
    st.markdown(f"**{say('Rules of the evidence grade')}**")
    st.caption(say("A grade requires its own rules and those of every lower grade."))
    lines = []
    for rule in rules:
        verdict = Verdict.PASS if rule["met"] else Verdict.FAIL
        if rule["value"] is None:
            verdict = Verdict.UNKNOWN
        name = say(GRADE_RULES.get(rule["id"], literal(rule["id"])))
        measured, required = _figures(rule)
        lines.append(
            [f"{icon(verdict)} {name}", plain(rule["grade"]), say(required), say(measured)]
        )
    heads = [say("Rule"), say("Grade"), say("Required"), say("Measured")]
    table(heads, lines, "rules", words=2)


def _figures(rule: Mapping[str, Any]) -> tuple[Message, Message]:
    """What was measured and what is required: yes or no, a share, a number."""
    value, limit = rule["value"], rule["limit"]
    if rule["id"] in _YES_OR_NO:
        yes = Message("yes")
        return NONE if value is None else yes if value else Message("no"), yes
    if rule["id"] in _SHARES:
        # Like a gate: a share that rounds to its limit must not look as if it had reached it.
        value, limit = None if value is None else 100 * value, 100 * limit
    unit = "%" if rule["id"] in (*_SHARES, "random") else ""
    op = {">=": "≥", ">": ">"}[rule["op"]]
    return short(value, limit, unit), joined([op, general(limit, unit)])
