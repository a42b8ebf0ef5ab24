"""Who decided what, and why: every act on a decision, in order, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from dashboard.components import thing_link
from dashboard.components.signatories import second_person, signed_by
from dashboard.components.states import look
from dashboard.data.decision import differences
from dashboard.panels.history import address
from dashboard.panels.history.decision_table import signature_of, verdict_of, when
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.page import Page
    from runner.client.signatures.archived_decisions import ArchivedDecision
    from runner.records import Condition, Signature


def card(page: Page, one: ArchivedDecision, comparable: bool) -> None:
    """One decision: its acts, its validity, and the hashes of its inputs.

    :param comparable: offer to put it beside another one.
    """
    say, brief = page.say, one.brief
    with st.container(border=True, gap="xxsmall", key=f"decided-{one.sha256[:12]}"):
        week = f":small[:gray[{say('week')} {plain((brief and brief.week) or '?')}]]"
        at = f"**{plain(when(page, brief))}** UTC" if brief else ""
        parts = (verdict_of(page, one), at, week, signature_of(page, one, "-badge"))
        st.markdown(" ".join(part for part in parts if part))
        acts(page, one)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":small[:gray[{_hashes(page, one)}]]")
            if (snapshot := page.snapshot()) is not None:
                thing_link.copy_link(page, snapshot, "history", text=one.sha256[: address.SHORT])
            if comparable and brief is not None:
                st.button(
                    say.raw("Compare"),
                    key=f"history:compare:{one.sha256[:12]}",
                    icon=":material/compare_arrows:",
                    type="tertiary",
                    on_click=address.compare,
                    args=(one.sha256,),
                )


def acts(page: Page, one: ArchivedDecision) -> None:
    """Every act, in order, the last one counts; then why its signature is not valid."""
    say, signature = page.say, one.signature
    if signature is None:
        st.markdown(f":gray[{say('Not signed.')}]")
    for act in one.signatures:
        _act(page, act, one.conditions if act is signature else ())
    if one.problem:
        st.markdown(f":red[:material/report: {say.text(one.problem)}]")
    elif signature is not None:
        for change in differences(one.validity):
            icon = look(one.validity.state).icon
            st.markdown(f":red[:material/{icon}: {say.text(change)}]")


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


def _hashes(page: Page, one: ArchivedDecision) -> str:
    brief = one.brief
    return page.say(
        "decision `{sha}` · model `{model}` · data `{data}`",
        sha=one.sha256[:12],
        model=brief.model_sha256[:12] if brief else "?",
        data=brief.data_sha256[:12] if brief else "?",
    )
