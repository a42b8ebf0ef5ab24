"""Decision: "may I trust this model with money?" Verdict, reason and weakness first."""

from __future__ import annotations

import streamlit as st

from core.decision import SavedDecision, latest_decision
from core.errors import TrainweekError
from core.vocabulary import Decision, EvidenceGrade
from dashboard.components.boundary import boundary
from dashboard.components.empty import empty, week_or_way
from dashboard.components.states import look, word
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.panels import decision_views, delivery, signing
from dashboard.panels.gate_cards import gate_cards
from dashboard.queries import Moment
from dashboard.wording import plain


def show(page: Page) -> None:
    if week_or_way(page) is None:
        return

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=5.0)


def _draw(page: Page) -> None:
    say, now = page.say, page.look()
    try:
        saved = latest_decision(page.services.home, now.week.id)
    except TrainweekError as error:
        st.error(
            f"{plain(error.what)} {plain(error.remedy)}",
            title=say("decide.altered"),
            icon=":material/gpp_bad:",
        )
        return
    if saved is None:
        empty(say("decide.none"), say("decide.none_text"), ":material/gavel:")
        link("revalidation", say.raw("go", page=say.raw("page.revalidation")))
        delivery.show(page, now, None)
        return
    _headline(page, now, saved)
    gate_cards(page, saved.decision["gates"], saved.decision.get("episodes_that_pass"))
    _warnings(page, saved)
    left, right = st.columns((3, 2), gap="medium")
    with left:
        decision_views.show(page, now, saved)
    with right:
        signing.show(page, now, saved)
        delivery.show(page, now, saved)


def _headline(page: Page, now: Moment, saved: SavedDecision) -> None:
    say, decided = page.say, saved.decision
    verdict = Decision(decided["decision"])
    colour = look(verdict).colour
    evidence = decided["evidence"]
    grade = EvidenceGrade(evidence["grade"])
    facts = say(
        "decide.evidence_facts",
        trades="–" if evidence["trades"] is None else evidence["trades"],
        days=f"{evidence['days']:.0f}",
        psr0=_share(evidence["psr0"]),
        psr1=_share(evidence["psr1"]),
    )
    with st.container(border=True, gap="xxsmall", key="headline"):
        st.markdown(
            f"# :{colour}[:material/{look(verdict).icon}: {word(verdict, say)} "
            f"{plain(decided['score'])}]"
            f" :small[:small[{say('decide.recommendation', what=decided['recommendation'])}]]",
            anchors=False,
        )
        evidence_word = say("decide.evidence", grade=word(grade, say))
        st.markdown(
            f"**{plain(decided['reason'])}** "
            f"{plain(decided['next_steps'][page.viewer.language])}  \n"
            f":{look(grade).colour}-badge[:material/{look(grade).icon}: {evidence_word}] "
            f":gray[{facts}]  \n:small[:gray[{plain(' '.join(evidence['reasons']))}]]"
        )
        if decided["data"].get("synthetic"):
            st.markdown(
                f":orange-badge[:material/experiment: {say('frame.synthetic')}] "
                f":small[{say('frame.synthetic_help')}]"
            )


def _warnings(page: Page, saved: SavedDecision) -> None:
    warnings = saved.decision.get("warnings") or []
    if not warnings:
        return
    with st.expander(
        f":orange[:material/warning:] {page.say('decide.warnings')} ({len(warnings)})",
        expanded=len(warnings) <= 3,
        key="decision-warnings",
    ):
        st.markdown("\n".join(f"- {plain(warning)}" for warning in warnings))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
