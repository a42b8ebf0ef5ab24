"""The CTO's signature, bound to the hash of the decision on the screen."""

from __future__ import annotations

import streamlit as st

from core.decision import SavedDecision
from core.people import Person
from core.vocabulary import Decision, Right, Role, SignatureAct
from dashboard.components import outcomes
from dashboard.decisions import signature_of
from dashboard.page import Page
from dashboard.queries import Moment
from dashboard.wording import plain
from runner.records import Signature

PLACE = "sign"
MOST_CONDITIONS = 3
_DONE = {
    SignatureAct.APPROVE: ("sign.approved", "green", "verified"),
    SignatureAct.APPROVE_WITH_CONDITIONS: ("sign.approved_with_conditions", "orange", "verified"),
    SignatureAct.REJECT: ("sign.rejected", "red", "block"),
}


def show(page: Page, now: Moment, saved: SavedDecision) -> None:
    say = page.say
    with st.container(border=True, key="signature"):
        st.markdown(f"#### {say('sign.title')}", anchors=False)
        signed = signature_of(saved, now.signatures)
        if signed is not None:
            _signed(page, signed)
        else:
            st.markdown(f":orange[:material/ink_pen: {say('sign.waits')}]")
            if now.signatures:
                other = now.signatures[-1].revalidation_sha256[:12]
                st.markdown(f":orange[:material/link_off: {say('sign.void', sha=other)}]")
        if page.viewer.person.may(Right.SIGN):
            if signed is None:
                _form(page, now, saved)
            else:
                with st.expander(say.raw("sign.again"), key="sign-again"):
                    _form(page, now, saved)
        elif signed is None:
            role = say.raw(f"role.{page.viewer.person.role.value}")
            st.caption(say("sign.not_you", role=role))
        outcomes.show(page, PLACE)


def _signed(page: Page, signed: Signature) -> None:
    say = page.say
    key, colour, icon = _DONE[signed.act]
    text = say(
        "sign.signed",
        act=say.raw(key),
        by=signed.by,
        role=say.raw(f"role.{signed.role.value}"),
        time=page.viewer.moment(signed.at_week),
    )
    st.markdown(f":{colour}[:material/{icon}: **{text}**]")
    if not signed.verified:
        st.markdown(f":orange-badge[:material/gpp_maybe: {say('who.unverified')}]")
    st.markdown(plain(signed.reason))
    for condition in signed.conditions:
        text = say(
            "week.condition",
            text=condition.get("text", ""),
            owner=condition.get("owner", "–"),
            due=condition.get("due", "–"),
        )
        st.markdown(f"- {text}")
    if signed.second:
        st.caption(say("sign.second_by", by=signed.second))


def _form(page: Page, now: Moment, saved: SavedDecision) -> None:
    say = page.say
    act = st.segmented_control(
        say.raw("sign.act"),
        list(SignatureAct),
        format_func=lambda act: say.raw(f"sign.{SignatureAct(act).value}"),
        default=SignatureAct.APPROVE,
        key="sign:act",
        required=True,
        label_visibility="collapsed",
    )
    act = SignatureAct(act or SignatureAct.APPROVE)
    st.text_area(
        say.raw("sign.reason"), key="sign:reason", max_chars=2000, height=80,
        help=say("sign.reason_help"), required=True,
    )  # fmt: skip
    if act is SignatureAct.APPROVE_WITH_CONDITIONS:
        _condition_rows(page)
    override = saved.decision["decision"] == Decision.NO_GO and act is not SignatureAct.REJECT
    if override:
        st.text_input(say.raw("sign.second"), key="sign:second", max_chars=80)
    st.button(
        say.raw("sign.button", act=say.raw(f"sign.{act.value}").lower()),
        key="sign:button",
        type="primary",
        icon=":material/ink_pen:",
        on_click=_sign,
        args=(page, now, saved, act, override),
    )


def _condition_rows(page: Page) -> None:
    say = page.say
    st.markdown(f":small[{say('sign.conditions')}]")
    for index in range(MOST_CONDITIONS):
        text, owner, due = st.columns((3, 1.4, 1.4), gap="xsmall")
        text.text_input(
            say.raw("sign.condition_text"), key=f"sign:text:{index}",
            placeholder=say.raw("sign.condition_text"), label_visibility="collapsed",
        )  # fmt: skip
        owner.text_input(
            say.raw("sign.condition_owner"), key=f"sign:owner:{index}",
            placeholder=say.raw("sign.condition_owner"), label_visibility="collapsed",
        )  # fmt: skip
        due.date_input(
            say.raw("sign.condition_due"), value=None, key=f"sign:due:{index}",
            label_visibility="collapsed", format="YYYY-MM-DD",
        )  # fmt: skip


def _sign(page: Page, now: Moment, saved: SavedDecision, act: SignatureAct, override: bool) -> None:
    """One transaction, bound to the hash that stood on the screen."""
    state, say = st.session_state, page.say
    reason = str(state.get("sign:reason") or "").strip()
    conditions = []
    if act is SignatureAct.APPROVE_WITH_CONDITIONS:
        for index in range(MOST_CONDITIONS):
            if text := str(state.get(f"sign:text:{index}") or "").strip():
                due = state.get(f"sign:due:{index}")
                owner = str(state.get(f"sign:owner:{index}") or "").strip()
                conditions.append({"text": text, "owner": owner, "due": str(due or "")})
    name = str(state.get("sign:second") or "").strip() if override else ""
    second = Person(name, Role.LEAD) if name else None
    outcomes.act(
        page,
        PLACE,
        say.raw("saved.signature"),
        lambda: outcomes.needs(reason, say.raw("sign.reason_missing"))
        or page.services.client.sign(
            now.week.id, saved.sha256, act, reason, conditions, second,
            key=outcomes.intent(PLACE),
        ),
    )  # fmt: skip
