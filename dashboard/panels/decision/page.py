"""Decision: "may I trust this model with money?" Verdict, reason and weakness first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.decision import SavedDecision, dated_problem, latest_decision
from core.decision.recipe import tries_since
from core.decision.trust import failed_checks
from core.errors import TrainweekError
from core.language import joined, plural
from core.timestamps import parse_moment
from core.vocabulary import Decision, doubtful_go
from dashboard.components import changed_rules
from dashboard.components.checklist import replaced_note
from dashboard.components.empty_state import empty, week_or_way
from dashboard.components.gate_cards import gate_cards, gate_line
from dashboard.components.live import live_part
from dashboard.components.states import doubt, look, signed, word
from dashboard.data.decision import in_words
from dashboard.navigation import TITLES, link
from dashboard.panels.decision import change, delivery, forecast, reproduction, signature, views
from dashboard.panels.decision.robustness import single_episodes
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision.recipe import RecipeRecord
    from core.decision.sentences import Sentences
    from core.decision.skill import EvidenceRecord
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

SECONDS = 5.0  # between two ticks


def show(page: Page) -> None:
    """Draw the page: what may change redraws itself every five seconds, the record stays.

    A decision never changes. Once there is a newer one, or a signature that it is compared with
    has changed its state, the whole page is drawn again.
    """
    snapshot = week_or_way(page)
    if snapshot is None:
        return
    saved = _newest(page, snapshot)
    drawn = _drawn(page, snapshot, saved)

    def head(page: Page, snapshot: Snapshot) -> None:
        if _drawn(page, snapshot, _head(page, snapshot)) != drawn:
            st.rerun()

    live_part(page, head, SECONDS)
    if saved is None:
        return

    def record(page: Page, snapshot: Snapshot) -> None:
        _record(page, snapshot, saved)

    def files(page: Page, snapshot: Snapshot) -> None:
        delivery.show(page, snapshot, saved)

    live_part(page, record, SECONDS, still=True)
    reproduction.show(page, saved)
    live_part(page, files, SECONDS)


def _newest(page: Page, snapshot: Snapshot) -> SavedDecision | None:
    """The decision that is shown; None: there is none, or its files were altered."""
    try:
        return latest_decision(page.services.home, snapshot.week.id)
    except TrainweekError:
        return None


def _drawn(page: Page, snapshot: Snapshot, saved: SavedDecision | None) -> object:
    """What the parts without a timer rest on."""
    if saved is None:
        return None
    paper = forecast.drawn(page, snapshot, saved)
    return saved.sha256, change.states(snapshot, saved), paper


def _head(page: Page, snapshot: Snapshot) -> SavedDecision | None:
    """Draw what may change, and return the decision that it is of."""
    say = page.say
    try:
        saved = latest_decision(page.services.home, snapshot.week.id)
    except TrainweekError as error:
        st.error(
            f"{say.text(error.what)} {say.text(error.remedy)}",
            title=say("The decision's files were altered"),
            icon=":material/gpp_bad:",
        )
        for name in ("history", "revalidation"):
            link(name, say.raw("Go to {page}", page=TITLES[name]))
        return None
    forecast.alert_of_another(page, snapshot, saved)
    if saved is None:
        empty(
            say("No revalidation yet"),
            say("The decision appears here after a revalidation. Start one on *Revalidation*."),
            ":material/gavel:",
        )
        link("revalidation", say.raw("Go to {page}", page=TITLES["revalidation"]))
        changed_rules.show(page, snapshot)
        delivery.show(page, snapshot, None)
        return None
    if problem := dated_problem(page.services.home, saved):
        intact = say("The archived decision is intact; it is the one shown and signed here.")
        st.warning(f"{say.text(problem)} {intact}", icon=":material/content_copy:")
    refused = snapshot.unsignable(saved.sha256)
    signature.alert(page, snapshot, saved, refused)
    decided_by = snapshot.week.playbook_text_of(saved.decision.playbook.sha256)
    changed_rules.show(page, snapshot, decided_by)
    forecast.alert(page, saved)
    _headline(page, snapshot, saved)
    signature.show(page, snapshot, saved, refused)
    return saved


def _record(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """The gates and the opened view."""
    decided = saved.decision
    episodes = len(single_episodes(decided))
    gate_cards(page, decided.gates, decided.episodes_that_pass, episodes, decided.power)
    st.caption(
        page.say(
            "P(pass) is the share of bootstrap resamples in which the gate passes; "
            "consecutive bars stay together. Chart: green passes, red fails, dashed = "
            "limit, solid = value."
        )
    )
    if decided.power is not None:
        st.caption(page.say(decided.power.sentence()))
    if decided.hold_out is not None:
        st.caption(page.say(decided.hold_out.sentence()))
    if decided.multiplicity is not None:
        st.caption(page.say(decided.multiplicity.sentence()))
    if (expected := forecast.line(page, saved)) is not None:
        st.caption(expected)
    views.show(page, snapshot, saved, views.chosen(page))


def _headline(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """Verdict, gates in short, reason, evidence and every weakness, all without a click."""
    say, decided = page.say, saved.decision
    sentences = in_words(saved, page.viewer.language)
    verdict, grade = decided.decision, decided.evidence.grade
    seen, on = look(verdict), doubt(verdict, grade, say)
    # Six gates alone don't detect skill: such a GO never looks like a plain one.
    colour = "orange" if on else seen.colour
    failed = failed_checks(decided.trust, decided.reproducible)
    if spoilt := [sentence.in_(page.viewer.language) for sentence in failed]:
        colour, on = "red", on or f" {say('not reliable')}"
    icon = "warning" if on else seen.icon
    with st.container(border=True, gap="xsmall", key="headline"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.metric(
                say("Decision"),
                f":{colour}[:material/{icon}: {word(verdict, say)} {plain(decided.score)}{on}]",
                label_visibility="collapsed",
                width="content",
            )
            st.markdown(
                f":small[{say('Signature')}] {_signed(page, snapshot, saved)}", width="content"
            )
        st.markdown(gate_line(page, decided.gates))
        for sentence in spoilt:
            st.markdown(f"**:red[:material/report: {plain(sentence)}]**")
        what = decided.recommendation
        if spoilt:
            advice = say(
                "By the gates alone the recommendation is {what}, but this backtest failed a "
                "check. **Find the cause and revalidate.**",
                what=what,
            )
        elif doubtful_go(verdict, grade):
            advice = say(
                "Recommendation of the gates alone: {what}. The evidence is {grade}: **this result "
                "could be luck.** A pipeline accepts it only with conditions, all of them closed.",
                what=what,
                grade=word(grade, say).upper(),
            )
        else:
            following = plain(decided.next_steps.in_(page.viewer.language))
            advice = f"{say('Recommendation: **{what}**.', what=what)} {following}"
        # A GO needs no reason: all gates pass.
        reason = "" if verdict is Decision.GO else f"**{plain(sentences.reason)}**  \n"
        st.markdown(f"{reason}{advice}")
        st.markdown(_evidence(page, decided.evidence, sentences, spoilt))
        if decided.recipe is not None:
            st.markdown(f":material/casino: {say(decided.recipe.verdict)}")
            _later_tries(page, saved, decided.recipe)
            link("recipe", say.raw("Go to {page}", page=TITLES["recipe"]))
        _weaknesses(page, sentences, spoilt)
        if replaced := snapshot.week.replaced_with(decided.playbook.sha256):
            st.markdown(replaced_note(page, replaced))


def _later_tries(page: Page, saved: SavedDecision, recipe: RecipeRecord) -> None:
    """A warning once tries ended that its sweep had not made yet; a finished sweep is not read."""
    if not recipe.open or recipe.sweep is None or page.moment is not None:
        return
    sweep = page.services.client.sweep(recipe.sweep)
    if sweep is None:
        return
    since = tries_since(recipe, parse_moment(saved.decision.created_at), sweep)
    if since:
        st.warning(
            page.say(
                plural(
                    "{n} try of the sweep has ended since this decision: revalidate again, so that "
                    "it counts.",
                    "{n} tries of the sweep have ended since this decision: revalidate again, so "
                    "that they count.",
                    since,
                )
            ),
            icon=":material/casino:",
        )


def _signed(page: Page, snapshot: Snapshot, saved: SavedDecision) -> str:
    signature = snapshot.signature_of(saved.sha256)
    act = None if signature is None else signature.act
    return signed(snapshot.validity(signature).state, act, page.say, "-badge")


def _evidence(
    page: Page, evidence: EvidenceRecord, sentences: Sentences, spoilt: Sequence[str]
) -> str:
    """The grade, the amount of evidence, and the reasons for the grade."""
    say, grade = page.say, evidence.grade
    amounts = [plural("{n} day", "{n} days", round(evidence.days))]
    if evidence.trades is not None:
        amounts.insert(0, plural("{n:,} trade", "{n:,} trades", evidence.trades))
    reasons = " ".join(reason for reason in sentences.grade_reasons if reason not in spoilt)
    seen, graded = look(grade), say("Evidence: {grade}", grade=word(grade, say))
    badge = f":{seen.colour}-badge[:material/{seen.icon}: {graded}]"
    return f"{badge} {say(joined(amounts, ', '))}. {plain(reasons)}"


def _weaknesses(page: Page, sentences: Sentences, spoilt: Sequence[str]) -> None:
    """The warnings, the most serious first."""
    found = [warning for warning in sentences.news if warning not in spoilt]
    if not found:
        return
    title = f":orange[:material/warning: **{page.say('Read this before you sign')}**]"
    with st.container(gap=None, key="weaknesses"):
        st.markdown(title)
        st.markdown("\n".join(f"- {page.say.text(warning)}" for warning in found))
