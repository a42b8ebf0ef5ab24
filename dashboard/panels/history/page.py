"""History: all revalidations of all weeks side by side, and who decided what and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from core.reading import as_set
from core.timestamps import parse_moment
from core.vocabulary import GateStatus, SignatureAct, SignatureState, Verdict
from dashboard.components.boundary import boundary
from dashboard.components.charts import draw
from dashboard.components.empty_state import empty, no_week
from dashboard.components.figures_table import table
from dashboard.components.gate_cards import OPS
from dashboard.components.signatories import second_person, signed_by
from dashboard.components.states import decided as verdict_of
from dashboard.components.states import icon, look, mark, signed
from dashboard.data.decision import differences
from dashboard.figures.history import gate_over_time
from dashboard.formatting import short
from dashboard.navigation import TITLES, link
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision import RecordedDecision
    from core.gates import GateResult
    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision
    from runner.records import Condition, Signature

MAX_SHOWN = 12  # visible; earlier ones are folded


def show(page: Page) -> None:
    """Draw the page and redraw it every 15 seconds; it needs no active week."""

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=15.0)


def _draw(page: Page) -> None:
    say, snapshot = page.say, page.snapshot()
    client = page.services.client
    found = client.archived_decisions() if snapshot is None else snapshot.archived_decisions
    if not found:
        if snapshot is None:
            no_week(page)
            return
        empty(
            say("No revalidation yet"),
            say("The decision appears here after a revalidation. Start one on *Revalidation*."),
            ":material/timeline:",
        )
        link("revalidation", say.raw("Go to {page}", page=TITLES["revalidation"]))
        return
    newest = list(reversed(found))
    _side_by_side(page, newest[:MAX_SHOWN], "history")
    st.markdown(f"#### {say('Who decided what, and why')}", anchors=False)
    for one in newest[:MAX_SHOWN]:
        _who(page, one)
    if earlier := newest[MAX_SHOWN:]:
        with st.expander(
            say.raw(plural("{n} earlier", "{n} earlier", len(earlier))), key="earlier"
        ):
            _side_by_side(page, earlier, "history-earlier")
            for one in earlier:
                _who(page, one)
    _gates(page, [one for one in found if one.saved is not None])


def _side_by_side(page: Page, found: Sequence[ArchivedDecision], key: str) -> None:
    """One row per revalidation, newest first; its hash links to the signature below."""
    say = page.say
    gates = next((one.saved.decision.gates for one in found if one.saved), ())
    heads = [say("When (UTC)"), say("Decision"), say("Evidence")]
    heads += [say("Signature"), *(plain(gate.short) for gate in gates)]
    rows = []
    for one in found:
        decided = one.saved.decision if one.saved else None
        rows.append(
            [
                plain(_when(page, decided)) if decided else f"`{one.sha256[:12]}`",
                _verdict(page, one),
                _grade(page, decided),
                signed(one.validity.state, _act_of(one), say),
                *(_value(page, one, gate.id) for gate in gates),
            ]
        )
    table(heads, rows, key, words=4)


def _when(page: Page, decided: RecordedDecision) -> str:
    return page.viewer.stamp(parse_moment(decided.created_at))


def _verdict(page: Page, one: ArchivedDecision) -> str:
    if one.saved is None:
        altered = look(SignatureState.ALTERED)
        return f":red[:material/{altered.icon}: {page.say('unreadable')}]"
    decided = one.saved.decision
    grade = decided.evidence.grade
    return f"{verdict_of(decided.decision, grade, page.say)} {plain(decided.score)}"


def _grade(page: Page, decided: RecordedDecision | None) -> str:
    grade = decided and decided.evidence.grade
    return mark(grade, page.say) if grade else "–"


def _value(page: Page, one: ArchivedDecision, gate_id: str) -> str:
    gate = _gate(one, gate_id)
    if gate is None:
        return "–"
    verdict = Verdict.PASS if gate.passed else Verdict.FAIL
    return f"{icon(verdict)} {page.say(short(gate.value, gate.threshold))}"


def _who(page: Page, one: ArchivedDecision) -> None:
    """One decision: the act with its reason, its validity, and the hashes of its inputs."""
    say, signature = page.say, one.signature
    decided = one.saved.decision if one.saved else None
    with st.container(border=True, gap="xxsmall", key=f"decided-{one.sha256[:12]}"):
        week = f":small[:gray[{say('week')} {plain((decided and decided.week) or '?')}]]"
        when = f"**{plain(_when(page, decided))}** UTC" if decided else ""
        state = signed(one.validity.state, _act_of(one), say, "-badge")
        st.markdown(" ".join(part for part in (_verdict(page, one), when, week, state) if part))
        if signature is None:
            st.markdown(f":gray[{say('Not signed.')}]")
        for act in one.signatures:  # every act stays, in order; the last one counts
            _act(page, act, one.conditions if act is signature else ())
        if one.problem:
            st.markdown(f":red[:material/report: {say.text(one.problem)}]")
        elif signature is not None:
            for change in differences(one.validity):
                state_icon = look(one.validity.state).icon
                st.markdown(f":red[:material/{state_icon}: {say.text(change)}]")
        hashes = say(
            "decision `{sha}` · model `{model}` · data `{data}`",
            sha=one.sha256[:12],
            model=decided.model.sha256[:12] if decided else "?",
            data=decided.data.sha256[:12] if decided else "?",
        )
        st.markdown(f":small[:gray[{hashes}]]")


def _act_of(one: ArchivedDecision) -> SignatureAct | None:
    return None if one.signature is None else one.signature.act


def _act(page: Page, signature: Signature, tracked: Sequence[Condition]) -> None:
    say = page.say
    parts = [f"**{signed_by(page, signature)}**"]
    if second := second_person(page, signature):
        parts.append(second)
    if not signature.verified:
        parts.append(f":orange[{say('identity unverified')}]")
    if tracked:
        still = sum(condition.closed is None for condition in tracked)
        counts = plural(
            "{open} of {n} condition open",
            "{open} of {n} conditions open",
            len(tracked),
            open=still,
        )
        parts.append(say(counts))
    st.markdown(" · ".join(parts))
    if signature.reason:
        st.markdown(f"> {plain(signature.reason)}")


def _gates(page: Page, found: Sequence[ArchivedDecision]) -> None:
    """Small multiples: one gate over all revalidations, with its limit and its interval."""
    say = page.say
    if not found:
        return
    st.markdown(f"#### {say('Each gate over time')}", anchors=False)
    st.caption(
        say(
            "In the order of the revalidations. Green passes, red fails, dashed = limit, "
            "bars = 95 % interval."
        )
    )
    decisions = [one.saved.decision for one in found if one.saved]
    moments = [parse_moment(decided.created_at) for decided in decisions]
    days = [page.viewer.date(moment.date()) for moment in moments]
    labels = [
        f"{day} {decided.decision.value} {one.sha256[:6]}"
        for one, day, decided in zip(found, days, decisions, strict=True)
    ]
    newest = sorted(decisions[-1].gates, key=lambda gate: gate.number)
    with st.grid(3, min_column_width=250, gap="small", key="gate-history"):
        for gate in newest:
            series = [_gate(one, gate.id) for one in found]
            with st.container(border=True, gap="xxsmall", key=f"over-time-{gate.id}"):
                st.markdown(f"**{plain(gate.name)}**")
                alt = say.raw("{gate} over all revalidations", gate=gate.name)
                limit = f"{OPS[gate.op]} {say.raw(as_set(gate.threshold))}"
                figure = gate_over_time(days, labels, series, limit)
                draw(page, figure, key=f"gate-time-{gate.id}", alt=alt)
                if any(one and one.status is not GateStatus.OK for one in series):
                    st.caption(say("A gap means that the value is undefined."))


def _gate(one: ArchivedDecision, gate_id: str) -> GateResult | None:
    gates = one.saved.decision.gates if one.saved else ()
    return next((gate for gate in gates if gate.id == gate_id), None)
