"""The CTO's signature, bound to the hash of the decision on the screen, and its validity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.decision.seal import fingerprint, short
from core.decision.validity import expires
from core.errors import TrainweekError
from core.language import plural
from core.playbook.rule_changes import RuleChange
from core.timestamps import parse_moment
from core.vocabulary import APPROVALS, Right, SignatureState
from dashboard.components import changed_rules, conditions, outcomes
from dashboard.components.headings import part
from dashboard.components.markup import small, tinted
from dashboard.components.signatories import second_person, signed_by
from dashboard.components.states import ACTS, badge, look, word
from dashboard.data.decision import differences
from dashboard.panels.decision import signing_form
from dashboard.wording import plain
from dashboard.wording.decision import BROKEN, REMEDIES
from dashboard.wording.names import ROLES
from runner.client.signatures.approved_rules import RULE_CHANGES, rule_facts

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.validity import Validity
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.outcomes import Refused
    from runner.records import Signature


def alert(page: Page, snapshot: Snapshot, saved: SavedDecision, refused: Refused | None) -> None:
    """Alert at the top of the page: signing is blocked, or an approval is not valid.

    :param refused: why it can't be signed now; None if it can.
    """
    signature = snapshot.signature_of(saved.sha256)
    if signature is None:
        if refused:
            why = f"{page.say.text(refused.reason)} {page.say.text(refused.remedy)}"
            title = page.say("This decision can't be signed now")
            st.error(why, title=title, icon=":material/link_off:")
        return
    if signature.act not in APPROVALS:
        if refused:  # after a rejection the model is meant to change
            st.info(page.say.text(refused.reason), icon=":material/link_off:")
        return
    validity = snapshot.validity(signature)
    if validity.state in conditions.BROKEN:
        # The frame and the signature's box say what changed.
        draw = st.warning if validity.state is SignatureState.EXPIRED else st.error
        seen = look(validity.state)
        title = page.say(BROKEN[validity.state])
        draw(page.say(REMEDIES[validity.state]), title=title, icon=f":material/{seen.icon}:")


def show(page: Page, snapshot: Snapshot, saved: SavedDecision, refused: Refused | None) -> None:
    """Draw the signature's validity and, for those who may sign, the form.

    :param refused: why signing is blocked; None if it is not.
    """
    say = page.say
    with st.container(border=True, key="signature"):
        signature = snapshot.signature_of(saved.sha256)
        validity = snapshot.validity(signature)
        # Who rejected it is said below, in red; the word once is enough.
        rejected = validity.state is SignatureState.REJECTED
        state = "" if rejected else badge(validity.state, say)
        part(f"{say('Signature')} {state}")
        if signature is not None:
            _signed(page, snapshot, saved, signature, validity)
        else:
            _earlier(page, snapshot)
        if page.viewer.person.may(Right.SIGN) and (denied := page.denied(Right.SIGN)):
            st.caption(denied)
        elif page.viewer.person.may(Right.SIGN):
            if signature is None:
                signing_form.show(page, snapshot, saved, refused)
            else:
                with st.expander(say.raw("Sign again"), key="sign-again"):
                    signing_form.show(page, snapshot, saved, refused)
        elif signature is None:
            st.caption(
                say(
                    "Only the CTO can sign. You act as {role}; switch the role on the left, or "
                    "send this page to the CTO.",
                    role=ROLES[page.viewer.person.role],
                )
            )
        signing_form.countersign(page, snapshot, saved)
        outcomes.show(page, signing_form.PLACE)


def _earlier(page: Page, snapshot: Snapshot) -> None:
    """No signature yet; names an earlier one, which is for another revalidation."""
    say = page.say
    st.markdown(tinted(say("Waiting for the CTO's signature."), "orange", "ink_pen"))
    if snapshot.signatures:
        other = snapshot.signatures[-1].revalidation_sha256[:12]
        text = say(
            "The existing signature is for another revalidation ({sha}). It is not valid for this "
            "one.",
            sha=other,
        )
        st.markdown(tinted(text, "gray", "history"))


def _signed(
    page: Page,
    snapshot: Snapshot,
    saved: SavedDecision,
    signature: Signature,
    validity: Validity,
) -> None:
    say = page.say
    act = ACTS[signature.act]
    colour, icon = act.colour, act.icon
    if not validity.valid:
        colour, icon = "gray", look(validity.state).icon
    st.markdown(f":{colour}[:material/{icon}: **{signed_by(page, signature)}**]")
    if not signature.verified:
        st.markdown(f":orange-badge[:material/gpp_maybe: {say('identity unverified')}]")
    if signature.reason:
        st.markdown(f"> {plain(signature.reason)}")
    _named_rules(page, snapshot, saved, signature)
    if second := second_person(page, signature):
        st.caption(second)
    for change in differences(validity):
        st.markdown(tinted(say.text(change), "red", look(validity.state).icon))
    for sentence in validity.unchecked:
        st.caption(f":material/help: {say('not checked')}: {say.text(sentence)}")
    if validity.valid and signature.act in APPROVALS:
        _pipeline(page, snapshot, saved)
    conditions.show(page, snapshot, snapshot.conditions_of(signature))
    _capsule(page, signature, validity)


def _named_rules(
    page: Page, snapshot: Snapshot, saved: SavedDecision, signature: Signature
) -> None:
    """The changed rules that the signature names, or that it names none."""
    say, statement = page.say, (signature.sealed or {}).get("statement", {})
    facts = rule_facts(snapshot.week, saved, statement)
    if not facts["rule_changes_signed"]:
        if facts[RULE_CHANGES]:
            text = say("This signature does not name the changed rules: an older version made it.")
            st.markdown(tinted(text, "orange", "rule"))
        return
    named = [RuleChange.model_validate(one) for one in statement[RULE_CHANGES]]
    if named:
        heading = plural(
            "Signed with this changed rule:", "Signed with these {n} changed rules:", len(named)
        )
        st.markdown(tinted(say(heading), "orange", "rule"))
        st.markdown(changed_rules.lines(page, named))


def _pipeline(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """The answer of ``trainweek decision gate``; an approval alone may not be enough."""
    answer = snapshot.gate(saved).only_proved()
    if answer.passes:
        allowed = page.say("Deployment allowed: pipelines may deploy this model.")
        st.markdown(tinted(allowed, "green", "lock_open"))
        return
    if answer.only_conditions:
        blocked = page.say("Deployment blocked until these conditions are closed.")
    else:
        blocked = f"{page.say('Deployment blocked.')} {page.say.text(answer.reason)}"
    st.markdown(tinted(blocked, "orange", "lock"))


def _capsule(page: Page, signature: Signature, validity: Validity) -> None:
    """The expiry, the key, and the file that proves the signature elsewhere."""
    say, record = page.say, signature.sealed
    if record is None:
        return
    statement = record["statement"]
    print_ = fingerprint(statement["public_key"])
    said = [say("key {print}", print=short(print_))]
    if expires_at := expires(signature.act, statement):
        day = page.viewer.date(parse_moment(expires_at))
        said.insert(0, say("expires {day}", day=day))
    st.markdown(
        small(" · ".join(said)),
        help=say(
            "Ed25519. Fingerprint of this data directory's public key: `{print}`. A bundle "
            "signed by another key was not made here.",
            print=print_,
        ),
    )
    if validity.state is SignatureState.ALTERED:
        return
    name = f"{signature.week_id}_{signature.revalidation_sha256[:12]}.capsule.json"
    st.download_button(
        say.raw("Download signed bundle"),
        data=lambda: _content(page, signature.revalidation_sha256),
        file_name=name,
        mime="application/json",
        key="download:capsule",
        on_click="ignore",
        icon=":material/encrypted:",
        help=say(
            "One file (a capsule) with evidence, signature and conditions ({state}). "
            "Verify it offline: `trainweek decision verify {name} --key {print}`",
            name=name,
            print=print_,
            state=word(validity.state, say),
        ),
    )


def _content(page: Page, sha256: str) -> bytes:
    """The capsule's bytes; if it can't be made, a text with the reason."""
    try:
        return page.services.client.capsule(sha256)[0]
    except TrainweekError as error:
        return f"NO CAPSULE: {error.what} {error.remedy}\n".encode()
