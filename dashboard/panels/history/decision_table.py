"""One row a revalidation, newest first, a page of the table at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.timestamps import parse_moment
from core.vocabulary import SignatureAct, SignatureState, Verdict
from dashboard.components.figures_table import table
from dashboard.components.states import decided, icon, look, mark, signed
from dashboard.formatting import short
from dashboard.panels.history import address
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision import DecisionBrief
    from core.gates import GateResult
    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision

PER_PAGE = 12


def show(page: Page, newest: Sequence[ArchivedDecision]) -> Sequence[ArchivedDecision]:
    """Draw the chosen page of the table with its pager; the decisions on it.

    :param newest: newest first.
    """
    say = page.say
    pages = max(-(-len(newest) // PER_PAGE), 1)
    number = min(max(st.session_state.get(address.key("page")) or 1, 1), pages)
    st.session_state[address.key("page")] = number
    shown = newest[(number - 1) * PER_PAGE : number * PER_PAGE]
    gates = next((one.brief.gates for one in newest if one.brief), ())
    heads = [say("When (UTC)"), say("Decision"), say("Evidence")]
    heads += [say("Signature"), *(plain(gate.short) for gate in gates)]
    rows = [
        [
            plain(when(page, one.brief)) if one.brief else f"`{one.sha256[:12]}`",
            verdict_of(page, one),
            mark(one.brief.grade, say) if one.brief else "–",
            signature_of(page, one),
            *(_value(page, one, gate.id) for gate in gates),
        ]
        for one in shown
    ]
    table(heads, rows, "history", words=4)
    if pages > 1:
        st.pagination(pages, key=address.key("page"), on_change=address.write)
    return shown


def when(page: Page, brief: DecisionBrief) -> str:
    """``24 Feb 2026 10:04``, in UTC."""
    return page.viewer.stamp(parse_moment(brief.created_at))


def verdict_of(page: Page, one: ArchivedDecision) -> str:
    """Markdown of decision and score; of an altered archive, that it can't be read."""
    if one.brief is None:
        altered = look(SignatureState.ALTERED)
        return f":red[:material/{altered.icon}: {page.say('unreadable')}]"
    brief = one.brief
    return f"{decided(brief.decision, brief.grade, page.say)} {plain(brief.score)}"


def signature_of(page: Page, one: ArchivedDecision, ground: str = "") -> str:
    """Markdown of the newest act if its signature is valid, else of the signature's state."""
    return signed(one.validity.state, _act_of(one), page.say, ground)


def gate_of(one: ArchivedDecision, gate_id: str) -> GateResult | None:
    """A gate of a decision; None if it has no such gate, or can't be read."""
    gates = one.brief.gates if one.brief else ()
    return next((gate for gate in gates if gate.id == gate_id), None)


def _act_of(one: ArchivedDecision) -> SignatureAct | None:
    return None if one.signature is None else one.signature.act


def _value(page: Page, one: ArchivedDecision, gate_id: str) -> str:
    gate = gate_of(one, gate_id)
    if gate is None:
        return "–"
    verdict = Verdict.PASS if gate.passed else Verdict.FAIL
    return f"{icon(verdict)} {page.say(short(gate.value, gate.threshold))}"
