"""What changed, since the last revalidation and against the model in production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.decision import SavedDecision
from core.vocabulary import Decision, EvidenceGrade, SignatureState, Verdict
from dashboard.components.figures_table import table
from dashboard.components.states import badge, icon, mark, word
from dashboard.formatting import short
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.wording import plain

PARTS = ("model", "data", "playbook", "code")


def show(page: Page, saved: SavedDecision) -> None:
    say, decided = page.say, saved.fields
    change = decided.get("change")
    if change is None:
        st.caption(say("decide.not_measured"))
    else:
        for name in ("previous", "production"):
            st.markdown(f"**{say('change.' + name)}**")
            _against(page, decided, name, change.get(name))
        _lapsed(page, change)
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
    now = {gate["id"]: gate for gate in decided["gates"]}
    rows = []
    for gate_id, gate in before["gates"].items():
        own = now[gate_id]
        delta = "–" if gate["delta"] is None else _difference(own, gate["delta"])
        was = _valued(own, gate["before"], gate["passed_before"])
        rows.append([plain(own["short"]), was, _valued(own, gate["now"], own["passed"]), delta])
    heads = [say("manual.gate"), *(say(f"change.{part}") for part in ("before", "now", "delta"))]
    table(heads, rows, f"change-{name}")


def _standing(page: Page, before: Mapping[str, Any]) -> str:
    """How the signature stands now; it stood when this was made."""
    if not before.get("standing"):
        return ""
    client = page.services.client
    return f" {badge(client.standing(client.signature_of(before['sha256'])).state, page.say)}"


def _lapsed(page: Page, change: Mapping[str, Any]) -> None:
    """The newest approval, if it did not stand when this was made: it is in no production."""
    if gone := change.get("lapsed"):
        told = page.say(
            "change.lapsed",
            decision=f"{gone['decision']} {gone['score']}",
            day=gone["created_at"][:10],
            week=gone["week"] or "?",
        )
        state = badge(SignatureState(gone["standing"]), page.say)
        st.markdown(f":orange[:material/warning: {told}] {state}")


def _valued(gate: Mapping[str, Any], value: float | None, passed: bool) -> str:
    verdict = Verdict.PASS if passed else Verdict.FAIL
    return f"{icon(verdict)} {short(value, gate['threshold'])}"


def _difference(gate: Mapping[str, Any], delta: float) -> str:
    """Whole where the gate counts."""
    if isinstance(gate["value"], int):
        return f"{delta:+.0f}"
    sign = "+" if delta >= 0 else ""
    return f"{sign}{short(delta)}"
