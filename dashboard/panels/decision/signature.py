"""The CTO's signature, bound to the hash of the decision on the screen, and whether it holds."""

from __future__ import annotations

import streamlit as st

from core.decision import SavedDecision
from core.decision.seal import fingerprint, short
from core.decision.validity import Standing
from core.errors import TrainweekError
from core.vocabulary import APPROVALS, Right, SignatureState
from dashboard.components import conditions, outcomes
from dashboard.components.signed import signed_by, stood_by
from dashboard.components.states import ACTS, badge, look, word
from dashboard.data.decision import differences
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from dashboard.panels.decision import signing_form
from dashboard.wording import plain
from runner.outcomes import Refused
from runner.records import Signature


def alert(page: Page, snapshot: Snapshot, saved: SavedDecision, refused: Refused | None) -> None:
    """Above everything else: what can't be signed, or an approval that holds no longer.

    :param refused: why nobody can sign it now.
    """
    signature = snapshot.signature_of(saved.sha256)
    if signature is None:
        if refused:
            told = f"{plain(refused.reason)} {plain(refused.remedy)}"
            title = page.say("sign.unsignable")
            st.error(told, title=title, icon=":material/link_off:")
        return
    if signature.act not in APPROVALS:
        return  # after a rejection the model is meant to change
    standing = snapshot.standing(signature)
    if standing.state in conditions.BROKEN:
        # What changed stands above every page, and with the signature.
        told = page.say(f"sign.remedy_{standing.state.value}")
        draw = st.warning if standing.state is SignatureState.EXPIRED else st.error
        seen = look(standing.state)
        title = page.say(f"sign.broken_{standing.state.value}")
        draw(told, title=title, icon=f":material/{seen.icon}:")


def show(page: Page, snapshot: Snapshot, saved: SavedDecision, refused: Refused | None) -> None:
    say = page.say
    with st.container(border=True, key="signature"):
        signature = snapshot.signature_of(saved.sha256)
        standing = snapshot.standing(signature)
        st.markdown(f"#### {say('sign.title')} {badge(standing.state, say)}", anchors=False)
        if signature is not None:
            _signed(page, snapshot, signature, standing)
        else:
            _earlier(page, snapshot)
        if page.viewer.person.may(Right.SIGN):
            if signature is None:
                signing_form.show(page, snapshot, saved, refused)
            else:
                with st.expander(say.raw("sign.again"), key="sign-again"):
                    signing_form.show(page, snapshot, saved, refused)
        elif signature is None:
            role = say.raw(f"role.{page.viewer.person.role.value}")
            st.caption(say("sign.not_you", role=role))
        signing_form.countersign(page, snapshot, saved)
        outcomes.show(page, signing_form.PLACE)


def _earlier(page: Page, snapshot: Snapshot) -> None:
    """What was signed before, if anything: it holds for that, not for this."""
    say = page.say
    st.markdown(f":orange[:material/ink_pen: {say('sign.waits')}]")
    if snapshot.signatures:
        other = snapshot.signatures[-1].revalidation_sha256[:12]
        st.markdown(f":gray[:material/history: {say('sign.other', sha=other)}]")


def _signed(page: Page, snapshot: Snapshot, signature: Signature, standing: Standing) -> None:
    say = page.say
    act = ACTS[signature.act]
    colour, icon = act.colour, act.icon
    if not standing.stands:
        colour, icon = "gray", look(standing.state).icon
    st.markdown(f":{colour}[:material/{icon}: **{signed_by(page, signature)}**]")
    if not signature.verified:
        st.markdown(f":orange-badge[:material/gpp_maybe: {say('who.unverified')}]")
    if signature.reason:
        st.markdown(f"> {plain(signature.reason)}")
    if second := stood_by(page, signature):
        st.caption(second)
    for told in differences(standing, page.viewer.language):
        st.markdown(f":red[:material/{look(standing.state).icon}: {plain(told)}]")
    for sentence in standing.unchecked:
        st.caption(f":material/help: {say('sign.unchecked')}: {plain(sentence)}")
    if standing.stands and signature.act in APPROVALS:
        _pipeline(page, signature)
    conditions.show(page, snapshot, snapshot.conditions_of(signature))
    _capsule(page, signature, standing)


def _pipeline(page: Page, signature: Signature) -> None:
    """What ``trainweek decision gate`` answers: an approval alone opens no pipeline."""
    answer = page.services.client.gate(sha256=signature.revalidation_sha256)
    if answer.passes:
        st.markdown(f":green[:material/lock_open: {page.say('sign.gate_open')}]")
        return
    if answer.only_conditions:
        told = page.say("sign.gate_conditions")  # which stand below
    else:
        why = f" {plain(answer.reason)}" if page.viewer.language == "en" else ""
        told = f"{page.say('sign.gate_shut')}{why}"
    st.markdown(f":orange[:material/lock: {told}]")


def _capsule(page: Page, signature: Signature, standing: Standing) -> None:
    """Until when it holds, whose key it is, and the file that proves it elsewhere."""
    say, record = page.say, signature.sealed
    if record is None:
        return
    statement = record["statement"]
    print_ = fingerprint(statement["public_key"])
    st.markdown(
        f":small[:gray[{say('sign.expires', day=statement['expires_at'][:10])} · "
        f"{say('sign.key', print=short(print_))}]]",
        help=say("sign.key_help", print=print_),
    )
    if standing.state is SignatureState.ALTERED:
        return
    name = f"{signature.week_id}_{signature.revalidation_sha256[:12]}.capsule.json"
    st.download_button(
        say.raw("sign.capsule"),
        data=lambda: _content(page, signature.revalidation_sha256),
        file_name=name,
        mime="application/json",
        key="download:capsule",
        on_click="ignore",
        icon=":material/encrypted:",
        help=say("sign.capsule_help", name=name, state=word(standing.state, say)),
    )


def _content(page: Page, sha256: str) -> bytes:
    """The capsule; where it can't be made, the reason as the file: never half a capsule."""
    try:
        return page.services.client.capsule(sha256)[0]
    except TrainweekError as error:
        return f"NO CAPSULE: {error.what} {error.remedy}\n".encode()
