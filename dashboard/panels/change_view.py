"""What changed, since the last revalidation and against the model in production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.decision import SavedDecision
from core.vocabulary import Decision, EvidenceGrade, SignatureState
from dashboard.components.numbers import four
from dashboard.components.states import badge, mark, word
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.wording import plain

PARTS = ("model", "data", "playbook", "code")


def show(page: Page, saved: SavedDecision) -> None:
    say, decided = page.say, saved.decision
    change = decided.get("change")
    if change is None:
        st.caption(say("decide.not_measured"))
    else:
        for name in ("previous", "production"):
            st.markdown(f"**{say('change.' + name)}**")
            _against(page, decided, name, change.get(name))
    link("history", say.raw("go", page=say.raw("page.history")))


def _against(
    page: Page, decided: Mapping[str, Any], name: str, before: Mapping[str, Any] | None
) -> None:
    say = page.say
    if before is None:
        st.caption(say(f"change.no_{name}"))
        return
    grade = EvidenceGrade(before["grade"])
    st.markdown(
        f"{mark(Decision(before['decision']), say)} {plain(before['score'])},"
        f" {say('decide.evidence', grade=word(grade, say))}"
        f" :gray[{plain(before['created_at'][:16].replace('T', ' '))} UTC, {plain(before['week'])}]{_standing(page, before)}"
    )
    same = set(before.get("same") or ())
    told = [
        f"{':gray[=' if part in same else ':orange[≠'} {say('change.' + part)}]" for part in PARTS
    ]
    st.markdown(" · ".join(told))
    names = {gate["id"]: gate["short"] for gate in decided["gates"]}
    passes = {gate["id"]: gate["passed"] for gate in decided["gates"]}
    st.dataframe(
        pd.DataFrame(
            [
                {
                    say.raw("manual.gate"): names.get(gate_id, gate_id),
                    say.raw("change.before"): _valued(gate["before"], gate["passed_before"]),
                    say.raw("change.now"): _valued(gate["now"], passes.get(gate_id, False)),
                    say.raw("change.delta"): (
                        "–" if gate["delta"] is None else f"{gate['delta']:+.4f}"
                    ),
                }
                for gate_id, gate in before["gates"].items()
            ]
        ),
        hide_index=True,
        key=f"change-{name}",
    )


def _standing(page: Page, before: Mapping[str, Any]) -> str:
    found = before.get("standing")
    return f" {badge(SignatureState(found), page.say)}" if found else ""


def _valued(value: float | None, passed: bool) -> str:
    return f"{'✅' if passed else '❌'} {four(value)}"
