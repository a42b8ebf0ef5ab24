"""History: all revalidations of all weeks side by side, and who decided what and why."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.vocabulary import EvidenceGrade, GateStatus
from dashboard.components.boundary import boundary
from dashboard.components.empty import empty
from dashboard.components.numbers import four
from dashboard.components.states import word
from dashboard.figures.history import gate_over_time
from dashboard.figures.style import CONFIG
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.wording import plain
from runner.client.standings import Decided
from runner.records import Signature

_GLYPHS = {"STANDS": "✅", "VOID": "❌", "ALTERED": "❌", "EXPIRED": "⚠️", "UNSIGNED": "⏳"}


def show(page: Page) -> None:
    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=15.0)


def _draw(page: Page) -> None:
    say, found = page.say, page.services.client.decided()
    if not found:
        if page.look() is None:
            empty(say("empty.no_week"), say("empty.no_week_text"), ":material/calendar_add_on:")
            link("this_week", say.raw("go", page=say.raw("page.this_week")))
            return
        empty(say("decide.none"), say("decide.none_text"), ":material/timeline:")
        link("revalidation", say.raw("go", page=say.raw("page.revalidation")))
        return
    _table(page, found)
    _gates(page, [one for one in found if one.saved is not None])
    _reasons(page, found)


def _table(page: Page, found: Sequence[Decided]) -> None:
    st.dataframe(
        pd.DataFrame([_row(page, one) for one in reversed(found)]),
        hide_index=True,
        key="history",
        height=460 if len(found) > 12 else "content",
    )


def _row(page: Page, one: Decided) -> dict[str, str]:
    say, signature = page.say, one.signature
    state = f"{_GLYPHS[one.standing.state.value]} {word(one.standing.state, say)}"
    decided = one.saved.decision if one.saved else {}
    gates = {gate["short"]: gate for gate in decided.get("gates", [])}
    grade = (decided.get("evidence") or {}).get("grade")
    return {
        say.raw("decide.history_when"): str(decided.get("created_at", "?"))[:16].replace("T", " "),
        say.raw("history.week"): str(decided.get("week") or "?"),
        say.raw("decide.history_decision"): (
            f"{decided['decision']} {decided['score']}" if decided else "?"
        ),
        say.raw("history.evidence"): word(EvidenceGrade(grade), say) if grade else "?",
        say.raw("decide.history_signed"): state,
        say.raw("history.who"): (
            f"{say.raw('sign.' + signature.act.value)}, {_people(page, signature)}"
            if signature
            else "–"
        ),
        say.raw("history.why"): signature.reason if signature else "",
        **{
            name: f"{'✅' if gate['passed'] else '❌'} {four(gate['value'])}"
            for name, gate in gates.items()
        },
        say.raw("decide.history_model"): (decided.get("model") or {}).get("sha256", "?")[:12],
        say.raw("decide.history_data"): (decided.get("data") or {}).get("sha256", "?")[:12],
        say.raw("decide.sha"): one.sha256[:12],
    }


def _people(page: Page, signature: Signature) -> str:
    if not signature.second:
        return signature.by
    proof = "sign.second_by" if signature.second_verified else "sign.second_typed"
    return f"{signature.by}; {page.say.raw(proof, by=signature.second)}"


def _gates(page: Page, found: Sequence[Decided]) -> None:
    """Small multiples: one gate over all revalidations, with its limit and its interval."""
    say = page.say
    if not found:
        return
    st.markdown(f"#### {say('history.gates')}", anchors=False)
    st.caption(say("history.gates_help"))
    labels = [
        f"{one.saved.decision['week'] or '?'} {one.saved.decision['decision']} {one.sha256[:6]}"
        for one in found
    ]
    newest = sorted(found[-1].saved.decision["gates"], key=lambda gate: gate["number"])
    with st.grid(3, min_column_width=290, gap="small", key="gate-history"):
        for gate in newest:
            series = [_gate(one, gate["id"]) for one in found]
            with st.container(border=True, gap="xxsmall", key=f"over-time-{gate['id']}"):
                st.markdown(f"**{plain(gate['name'])}**")
                told = say.raw("history.chart", gate=gate["name"])
                figure = gate_over_time(labels, series)
                st.plotly_chart(figure, key=f"gate-time-{gate['id']}", config=CONFIG, alt=told)
                if any(one and one["status"] != GateStatus.OK.value for one in series):
                    st.caption(say("history.undefined"))


def _gate(one: Decided, gate_id: str) -> dict | None:
    gates = one.saved.decision["gates"] if one.saved else []
    return next((gate for gate in gates if gate["id"] == gate_id), None)


def _reasons(page: Page, found: Sequence[Decided]) -> None:
    """What is not well, in full: a table cell cuts it off."""
    lines = [
        f"- `{one.sha256[:12]}` **{word(one.standing.state, page.say)}** "
        f"{plain(one.problem or one.standing.reason)}"
        for one in reversed(found)
        if one.problem or one.signature is not None and not one.standing.stands
    ]
    if lines:
        st.markdown(f"#### {page.say('history.broken')}", anchors=False)
        st.markdown("\n".join(lines))
