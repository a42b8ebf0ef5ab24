"""Decision: "may I trust this model with money?" Verdict, reason and weakness first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.decision import SavedDecision, dated_problem, latest_decision
from core.decision.sentences import Sentences
from core.decision.trust import failed_checks
from core.errors import TrainweekError
from core.vocabulary import DOUBTFUL_GRADES, Decision, EvidenceGrade
from dashboard.components.boundary import boundary
from dashboard.components.empty import empty, week_or_way
from dashboard.components.gate_cards import gate_cards
from dashboard.components.states import look, signed, word
from dashboard.data.decision import in_words
from dashboard.data.snapshot import Snapshot
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.panels.decision import delivery, signature, views
from dashboard.wording import plain


def show(page: Page) -> None:
    if week_or_way(page) is None:
        return

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=5.0)


def _draw(page: Page) -> None:
    say, snapshot = page.say, page.snapshot()
    try:
        saved = latest_decision(page.services.home, snapshot.week.id)
    except TrainweekError as error:
        st.error(
            f"{plain(error.what)} {plain(error.remedy)}",
            title=say("decide.altered"),
            icon=":material/gpp_bad:",
        )
        for name in ("history", "revalidation"):
            link(name, say.raw("go", page=say.raw(f"page.{name}")))
        return
    if saved is None:
        empty(say("decide.none"), say("decide.none_text"), ":material/gavel:")
        link("revalidation", say.raw("go", page=say.raw("page.revalidation")))
        delivery.show(page, snapshot, None)
        return
    if problem := dated_problem(page.services.home, saved):
        told = f"{plain(problem)} {say('decide.dated_altered')}"
        st.warning(told, icon=":material/content_copy:")
    refused = page.services.client.unsignable(snapshot.week.id, saved.sha256)
    signature.alert(page, snapshot, saved, refused)
    _headline(page, snapshot, saved)
    gate_cards(page, saved.fields["gates"], saved.fields.get("episodes_that_pass"))
    st.caption(page.say("decide.gates_help"))
    view = views.chosen(page)
    if view == "document":  # a page of its own width
        left = right = st.container()
    else:
        left, right = st.columns((3, 2), gap="medium")
    with left:
        views.show(page, snapshot, saved, view)
    with right:
        signature.show(page, snapshot, saved, refused)
        delivery.show(page, snapshot, saved)


def _headline(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """Verdict, reason, evidence and every weakness: nothing of it behind a click."""
    say, decided = page.say, saved.fields
    sentences = in_words(saved, page.viewer.language)
    verdict, grade = Decision(decided["decision"]), EvidenceGrade(decided["evidence"]["grade"])
    seen, on = look(verdict), ""
    colour = seen.colour
    if verdict is Decision.GO and grade in DOUBTFUL_GRADES:
        # Six gates alone don't detect skill: this GO never looks like a plain one.
        colour, on = "orange", f" {say('decide.on_evidence', grade=word(grade, say).upper())}"
    failed = failed_checks(saved.decision.trust, saved.decision.reproducible)
    if spoilt := [sentence.in_(page.viewer.language) for sentence in failed]:
        colour, on = "red", on or f" {say('decide.not_to_trust')}"
    icon = "warning" if on else seen.icon
    with st.container(border=True, gap="xsmall", key="headline"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(
                f"# :{colour}[:material/{icon}: {word(verdict, say)} {plain(decided['score'])}{on}]",
                anchors=False,
                width="content",
            )
            st.markdown(
                f":small[{say('sign.title')}] {_signed(page, snapshot, saved)}", width="content"
            )
        for sentence in spoilt:
            st.markdown(f"**:red[:material/report: {plain(sentence)}]**")
        told = "decide.spoilt" if spoilt else "decide.recommendation"
        advice = say(told, what=decided["recommendation"])
        following = plain(decided["next_steps"][page.viewer.language])
        # That all gates pass is said by what follows from it.
        reason = "" if verdict is Decision.GO else f"**{plain(sentences.reason)}**  \n"
        st.markdown(f"{reason}{advice}" if spoilt else f"{reason}{advice} {following}")
        st.markdown(_evidence(page, decided, grade, sentences, spoilt))
        _weaknesses(page, sentences, spoilt)


def _signed(page: Page, snapshot: Snapshot, saved: SavedDecision) -> str:
    signature = snapshot.signature_of(saved.sha256)
    act = None if signature is None else signature.act
    return signed(snapshot.standing(signature).state, act, page.say, "-badge")


def _evidence(
    page: Page,
    decided: Mapping[str, Any],
    grade: EvidenceGrade,
    sentences: Sentences,
    spoilt: Sequence[str],
) -> str:
    """The grade, how much there is to go by, and why it is no better (or no worse)."""
    say, evidence = page.say, decided["evidence"]
    facts = say(
        "decide.evidence_facts",
        trades="–" if evidence["trades"] is None else evidence["trades"],
        days=f"{evidence['days']:.0f}",
    )
    named = word(grade, say)
    if named.upper() != grade.value:  # the word that documents and sentences use
        named = f"{named} ({grade.value})"
    reasons = " ".join(reason for reason in sentences.grade_reasons if reason not in spoilt)
    seen, graded = look(grade), say("decide.evidence", grade=named)
    return f":{seen.colour}-badge[:material/{seen.icon}: {graded}] {facts}. {plain(reasons)}"


def _weaknesses(page: Page, sentences: Sentences, spoilt: Sequence[str]) -> None:
    """What speaks against it, the gravest first."""
    found = [warning for warning in sentences.news if warning not in spoilt]
    if not found:
        return
    title = f":orange[:material/warning: **{page.say('decide.warnings')}**]"
    with st.container(gap=None, key="weaknesses"):
        st.markdown(title)
        st.markdown("\n".join(f"- {plain(warning)}" for warning in found))
