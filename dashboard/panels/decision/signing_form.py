"""The signing form: approve, approve with conditions or reject; reason and second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, plural
from core.people import Person
from core.playbook.rule_changes import changed_from_shipped
from core.state_words import capitals
from core.vocabulary import (
    APPROVALS,
    DOUBTFUL_GRADES,
    Decision,
    Right,
    Role,
    SignatureAct,
)
from dashboard.components import changed_rules, outcomes
from dashboard.components.markup import tinted
from dashboard.formatting import age
from dashboard.wording import plain
from dashboard.wording.decision import ACTS

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.outcomes import Refused

PLACE = "sign"
_BEGUN = "sign:begun"  # session key of the decision that the person started to sign
MIN_ROWS, MAX_ROWS = 2, 20


def show(page: Page, snapshot: Snapshot, saved: SavedDecision, refused: Refused | None) -> None:
    """The form for exactly this decision, or why it can't be signed now.

    If a new decision arrives while a person is writing, its form starts empty and opens
    only on request.
    """
    say, decided = page.say, saved.decision
    begun = st.session_state.get(_BEGUN)
    if begun not in (None, saved.sha256):
        text = say(
            "The evidence changed while you were writing: you started with {old}; the "
            "latest is {new}. Nothing was signed. Review the new one.",
            old=begun[:12],
            new=saved.sha256[:12],
        )
        st.warning(text, icon=":material/published_with_changes:")
        st.button(
            say.raw("Review the new decision"),
            key=_key("new", saved),
            on_click=_begin,
            args=(saved,),
        )
        return
    if refused:
        st.error(
            f"{say.text(refused.reason)} {say.text(refused.remedy)}", icon=":material/link_off:"
        )
        return
    act = st.segmented_control(
        say.raw("Your decision"),
        list(SignatureAct),
        format_func=lambda act: say.raw(ACTS[SignatureAct(act)]),
        key=_key("act", saved),
        on_change=_begin,
        args=(saved,),
        required=True,
        label_visibility="collapsed",
        wrap=True,
    )
    if act is None:  # nothing is preselected
        st.caption(say("Choose your decision; nothing is preselected."))
        return
    act = SignatureAct(act)
    grade, override = decided.evidence.grade, _is_override(saved, act)
    if override:
        warning = say(
            "Override: the gates say NO-GO. It needs a written reason and a lead as second person."
        )
        st.markdown(tinted(warning, "red", "report"))
    elif act in APPROVALS and grade in DOUBTFUL_GRADES:
        warning = say(
            "The evidence is {grade}: this result could be luck. Write why you approve it anyway.",
            grade=capitals(grade),
        )
        st.markdown(tinted(warning, "orange", "warning"))
        if act is SignatureAct.APPROVE:
            st.caption(say("A pipeline accepts it only with conditions, all of them closed."))
    elif act is SignatureAct.APPROVE and decided.decision is Decision.PARTIAL:
        warning = say("PARTIAL: a pipeline accepts it only with conditions, all of them closed.")
        st.markdown(tinted(warning, "orange", "warning"))
    st.text_area(
        say.raw("Reason (required)"), key=_key("reason", saved), max_chars=2000, height=80,
        help=say("It stays with the decision permanently."), on_change=_begin, args=(saved,),
    )  # fmt: skip
    if act is SignatureAct.APPROVE_WITH_CONDITIONS:
        _condition_rows(page, snapshot, saved)
    if override and not _second(page, snapshot, saved):
        return
    _changed_rules(page, snapshot, saved)
    st.button(
        say.raw("Sign: {act}", act=say.raw(ACTS[act]).lower()),
        key=_key("button", saved),
        type="primary",
        icon=":material/ink_pen:",
        on_click=_sign,
        args=(page, snapshot, saved, act, override),
    )


def countersign(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """For the lead, on a NO-GO: countersign an override before the CTO signs it."""
    say, client = page.say, page.services.client
    if saved.decision.decision is not Decision.NO_GO:
        return
    for one in snapshot.records.countersigned(saved.sha256):
        st.markdown(
            f":small[:material/group: {say('{by} countersigned the override.', by=one.by)}]"
            f" :small[:gray[{plain(one.reason)}]]"
        )
    asked = snapshot.records.countersignature_request(saved.sha256)
    if asked is None or page.denied(Right.COUNTERSIGN) is not None:
        return
    text = say(
        "{by} asks you to countersign the override: {reason}", by=asked.by, reason=asked.reason
    )
    if snapshot.records.asked_to_countersign(saved.sha256):
        st.markdown(tinted(text, "orange", "group_add"))
    with st.popover(
        say.raw("Countersign the override"), icon=":material/group_add:", key="countersign"
    ):
        st.markdown(
            say(
                "You support approving a NO-GO, for the reason of {by}: {reason}",
                by=asked.by,
                reason=asked.reason,
            )
        )
        st.caption(say("Your own reason is recorded. It supports one signature."))
        st.text_area(say.raw("Reason"), key=_key("countersign", saved), max_chars=2000, height=80)
        st.button(
            say.raw("Countersign the override"),
            key="countersign:button",
            type="primary",
            on_click=outcomes.click(
                page,
                PLACE,
                Message("countersignature"),
                lambda: client.countersign(
                    snapshot.week.id,
                    saved.sha256,
                    str(st.session_state.get(_key("countersign", saved)) or ""),
                    key=outcomes.intent("countersign"),
                ),
            ),
        )


def _is_override(saved: SavedDecision, act: SignatureAct) -> bool:
    return saved.decision.decision is Decision.NO_GO and act in APPROVALS


def _key(part: str, saved: SavedDecision) -> str:
    """Widget key with the decision's hash: input for one decision never reaches another."""
    return f"sign:{part}:{saved.sha256[:16]}"


def _begin(saved: SavedDecision) -> None:
    st.session_state[_BEGUN] = saved.sha256


def _second(page: Page, snapshot: Snapshot, saved: SavedDecision) -> bool:
    """Who countersigned, to choose from; without one the request for it. Whether there is one."""
    say = page.say
    names = list(dict.fromkeys(one.by for one in snapshot.records.countersigned(saved.sha256)))
    if names:
        st.selectbox(
            say.raw("Second person (a lead; approving a NO-GO is an override)"),
            names,
            key=_key("second", saved),
        )
        return True
    asked = snapshot.records.asked_to_countersign(saved.sha256)
    if asked is not None:
        text = say(
            "{by} asked for a countersignature {age} ago. A lead opens this page in a browser of "
            "their own and countersigns.",
            by=asked.by,
            age=age(snapshot.now - asked.at),
        )
        st.markdown(tinted(text, "blue", "hourglass_top"))
        return False
    st.caption(say("No lead has countersigned yet. Write your reason, then ask for it."))
    st.button(
        say.raw("Ask a lead to countersign"),
        key=_key("ask", saved),
        icon=":material/group_add:",
        on_click=outcomes.click(
            page,
            PLACE,
            Message("request for a countersignature"),
            lambda: page.services.client.request_countersignature(
                snapshot.week.id,
                saved.sha256,
                str(st.session_state.get(_key("reason", saved)) or ""),
                key=outcomes.intent("countersign:ask"),
            ),
        ),
    )
    return False


def _changed_rules(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """The rules that the signature will name."""
    text = snapshot.week.playbook_text_of(saved.decision.playbook.sha256)
    if changes := changed_from_shipped(text):
        heading = plural(
            "Your signature names this changed rule:",
            "Your signature names these {n} changed rules:",
            len(changes),
        )
        st.markdown(tinted(page.say(heading), "orange", "rule"))
        st.markdown(changed_rules.lines(page, changes))


def _rows(saved: SavedDecision) -> int:
    """Number of condition rows: one empty row below the last one with text."""
    begun = [
        index
        for index in range(MAX_ROWS)
        if any(
            st.session_state.get(_key(f"{part}:{index}", saved))
            for part in ("text", "owner", "due")
        )
    ]
    return min(max(MIN_ROWS, max(begun, default=-1) + 2), MAX_ROWS)


def _condition_rows(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    say = page.say
    st.markdown(f":small[{say('Conditions, with owner and due date')}]")
    for index in range(_rows(saved)):
        st.text_input(
            say.raw("Condition"), key=_key(f"text:{index}", saved),
            placeholder=say.raw("Condition"), label_visibility="collapsed",
        )  # fmt: skip
        owner, due = st.columns(2, gap="xsmall")
        owner.text_input(
            say.raw("Owner"), key=_key(f"owner:{index}", saved),
            placeholder=say.raw("Owner"), label_visibility="collapsed",
        )  # fmt: skip
        due.date_input(
            say.raw("Due date"), value=None, key=_key(f"due:{index}", saved),
            min_value=snapshot.now_week.date(), label_visibility="collapsed", format=page.viewer.date_input,
        )  # fmt: skip


def _sign(
    page: Page, snapshot: Snapshot, saved: SavedDecision, act: SignatureAct, override: bool
) -> None:
    """Sign in one transaction, bound to the hash that was on the screen."""
    state = st.session_state
    reason = str(state.get(_key("reason", saved)) or "").strip()
    conditions = []
    if act is SignatureAct.APPROVE_WITH_CONDITIONS:
        for index in range(_rows(saved)):
            due = state.get(_key(f"due:{index}", saved))
            text = str(state.get(_key(f"text:{index}", saved)) or "").strip()
            owner = str(state.get(_key(f"owner:{index}", saved)) or "").strip()
            if text or owner or due:  # a half-filled row is refused, never dropped
                conditions.append({"text": text, "owner": owner, "due": str(due or "")})
    name = str(state.get(_key("second", saved)) or "").strip() if override else ""
    second = Person(name, Role.LEAD) if name else None
    done = outcomes.act(
        page,
        PLACE,
        Message("signature"),
        lambda: outcomes.needs(reason, Message("Write the reason first."))
        or page.services.client.sign(
            snapshot.week.id, saved.sha256, act, reason, conditions, second,
            key=outcomes.intent(PLACE),
        ),
    )  # fmt: skip
    if done:
        state.pop(_BEGUN, None)
