"""Decision: "may I trust this model with money?" Verdict, reason and weakness first."""

from __future__ import annotations

import streamlit as st

from core.decision import SavedDecision, dated_problem, latest_decision
from core.decision.distrust import distrust
from core.errors import TrainweekError
from core.vocabulary import Decision, EvidenceGrade, SignatureState
from dashboard.components.boundary import boundary
from dashboard.components.empty import empty, week_or_way
from dashboard.components.figures_table import share
from dashboard.components.states import badge, look, word
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.panels import decision_views, delivery, signing
from dashboard.panels.gate_cards import gate_cards
from dashboard.wording import plain

DOUBTFUL = (EvidenceGrade.WEAK, EvidenceGrade.INSUFFICIENT)


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
    if problem := dated_problem(page.services.home, saved):
        told = f"{plain(problem)} {say('decide.dated_altered')}"
        st.warning(told, icon=":material/content_copy:")
    signing.alert(page, saved)
    _headline(page, saved)
    gate_cards(page, saved.decision["gates"], saved.decision.get("episodes_that_pass"))
    _warnings(page, saved)
    left, right = st.columns((3, 2), gap="medium")
    with left:
        decision_views.show(page, now, saved)
    with right:
        signing.show(page, now, saved)
        delivery.show(page, now, saved)


def _headline(page: Page, saved: SavedDecision) -> None:
    say, decided = page.say, saved.decision
    verdict, evidence = Decision(decided["decision"]), decided["evidence"]
    grade = EvidenceGrade(evidence["grade"])
    seen, on = look(verdict), ""
    colour = seen.colour
    if verdict is Decision.GO and grade in DOUBTFUL:
        # Six gates alone don't detect skill: this GO never looks like a plain one.
        colour, on = "orange", f" {say('decide.on_evidence', grade=word(grade, say).upper())}"
    if spoilt := distrust(decided, page.viewer.language):
        colour, on = "red", on or f" {say('decide.not_to_trust')}"
    icon = "warning" if on else seen.icon
    with st.container(border=True, gap="xxsmall", key="headline"):
        st.markdown(
            f"# :{colour}[:material/{icon}: {word(verdict, say)} {plain(decided['score'])}{on}]"
            f" :small[:small[{say('decide.recommendation', what=decided['recommendation'])}]]",
            anchors=False,
        )
        for sentence in spoilt:
            st.markdown(f"**:red[:material/report: {plain(sentence)}]**")
        st.markdown(
            f"**{plain(decided['reason'])}** {plain(decided['next_steps'][page.viewer.language])}"
        )
        graded = say("decide.evidence", grade=word(grade, say))
        st.markdown(
            f":{look(grade).colour}-badge[:material/{look(grade).icon}: {graded}] "
            f":gray[{_weakness(page, saved)}]  \n"
            f":small[:gray[{plain(' '.join(evidence['reasons']))}]]"
        )
        badges = []
        state = page.services.client.standing(page.services.client.signature_of(saved.sha256)).state
        if state is not SignatureState.UNSIGNED:
            badges.append(f"{say('sign.title')} {badge(state, say)}")
        if decided["data"].get("synthetic"):
            badges.append(
                f":orange-badge[:material/experiment: {say('frame.synthetic')}]"
                f" :small[{say('frame.synthetic_help')}]"
            )
        if badges:
            st.markdown(" ".join(badges))


def _weakness(page: Page, saved: SavedDecision) -> str:
    """How much there is to go by, and how little luck it would take."""
    say, evidence = page.say, saved.decision["evidence"]
    told = say(
        "decide.evidence_facts",
        trades="–" if evidence["trades"] is None else evidence["trades"],
        days=f"{evidence['days']:.0f}",
        psr0=share(evidence["psr0"]) or "–",
        psr1=share(evidence["psr1"]) or "–",
    )
    random = (saved.decision["baselines"].get("random") or {}).get("percentile")
    if evidence.get("dsr") is not None:
        told += f", {say('decide.dsr', dsr=share(evidence['dsr']))}"
    if random is not None:
        told += f", {say('decide.luck', percentile=f'{random:.0f}')}"
    return told


def _warnings(page: Page, saved: SavedDecision) -> None:
    warnings = saved.decision.get("warnings") or []
    if not warnings:
        return
    with st.expander(
        f":orange[:material/warning:] {page.say('decide.warnings')} ({len(warnings)})",
        expanded=len(warnings) <= 3 or bool(distrust(saved.decision)),
        key="decision-warnings",
    ):
        st.markdown("\n".join(f"- {plain(warning)}" for warning in warnings))
