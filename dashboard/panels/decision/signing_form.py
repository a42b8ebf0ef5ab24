"""The act: approve, approve with conditions, reject; each with its reason, and who stands by."""

from __future__ import annotations

import streamlit as st

from core.decision import SavedDecision
from core.people import Person
from core.vocabulary import (
    APPROVALS,
    DOUBTFUL_GRADES,
    Decision,
    EvidenceGrade,
    Right,
    Role,
    SignatureAct,
)
from dashboard.components import outcomes
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from dashboard.wording import plain
from runner.outcomes import Refused

PLACE = "sign"
_BEGUN = "sign:begun"  # the decision that the person began to sign
FEWEST_ROWS, MOST_ROWS = 2, 20


def show(page: Page, snapshot: Snapshot, saved: SavedDecision, refused: Refused | None) -> None:
    """The form of exactly this decision; instead of it, why nobody can sign it now.

    Another one may come while somebody writes: its form begins empty, and only after
    the person has said that they look at the new one.
    """
    say, decided = page.say, saved.fields
    begun = st.session_state.get(_BEGUN)
    if begun not in (None, saved.sha256):
        told = say("sign.changed", old=begun[:12], new=saved.sha256[:12])
        st.warning(told, icon=":material/published_with_changes:")
        st.button(
            say.raw("sign.look_at_new"), key=_key("new", saved), on_click=_begin, args=(saved,)
        )
        return
    if refused:
        st.error(f"{plain(refused.reason)} {plain(refused.remedy)}", icon=":material/link_off:")
        return
    act = st.segmented_control(
        say.raw("sign.act"),
        list(SignatureAct),
        format_func=lambda act: say.raw(f"sign.{SignatureAct(act).value}"),
        key=_key("act", saved),
        on_change=_begin,
        args=(saved,),
        required=True,
        label_visibility="collapsed",
        wrap=True,
    )
    if act is None:  # nothing is chosen for anybody: neither by the gates nor by us
        st.caption(say("sign.choose"))
        return
    act = SignatureAct(act)
    grade, override = decided["evidence"]["grade"], _is_override(saved, act)
    if override:
        st.markdown(f":red[:material/report: {say('sign.override')}]")
    elif act in APPROVALS and EvidenceGrade(grade) in DOUBTFUL_GRADES:
        st.markdown(
            f":orange[:material/warning: {say('sign.doubtful', grade=grade)}]",
        )
    elif act is SignatureAct.APPROVE and decided["decision"] == Decision.PARTIAL:
        st.markdown(f":orange[:material/warning: {say('sign.partial')}]")
    st.text_area(
        say.raw("sign.reason"), key=_key("reason", saved), max_chars=2000, height=80,
        help=say("sign.reason_help"), required=True, on_change=_begin, args=(saved,),
    )  # fmt: skip
    if act is SignatureAct.APPROVE_WITH_CONDITIONS:
        _condition_rows(page, snapshot, saved)
    if override:
        _second(page, saved)
    st.button(
        say.raw("sign.button", act=say.raw(f"sign.{act.value}").lower()),
        key=_key("button", saved),
        type="primary",
        icon=":material/ink_pen:",
        on_click=_sign,
        args=(page, snapshot, saved, act, override),
    )


def countersign(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """For the lead, on a NO-GO: stand by an override before the CTO signs it."""
    say, client = page.say, page.services.client
    if saved.fields["decision"] != Decision.NO_GO:
        return
    for entry in client.countersignatures(saved.sha256):
        st.markdown(
            f":small[:material/group: {say('sign.countersigned', by=entry.by)}]"
            f" :small[:gray[{plain(entry.body.get('reason', ''))}]]"
        )
    if not page.viewer.person.may(Right.COUNTERSIGN):
        return
    with st.popover(say.raw("sign.countersign"), icon=":material/group_add:", key="countersign"):
        st.markdown(say("sign.countersign_help"))
        st.text_area(
            say.raw("sign.reason"), key=_key("countersign", saved), max_chars=2000, height=80
        )
        st.button(
            say.raw("sign.countersign"),
            key="countersign:button",
            type="primary",
            on_click=lambda: outcomes.act(
                page,
                PLACE,
                say.raw("saved.countersign"),
                lambda: client.countersign(
                    snapshot.week.id,
                    saved.sha256,
                    str(st.session_state.get(_key("countersign", saved)) or ""),
                    key=outcomes.intent("countersign"),
                ),
            ),
        )


def _is_override(saved: SavedDecision, act: SignatureAct) -> bool:
    return saved.fields["decision"] == Decision.NO_GO and act in APPROVALS


def _key(part: str, saved: SavedDecision) -> str:
    """A widget belongs to one decision: nothing typed for another is taken for this one."""
    return f"sign:{part}:{saved.sha256[:16]}"


def _begin(saved: SavedDecision) -> None:
    st.session_state[_BEGUN] = saved.sha256


def _second(page: Page, saved: SavedDecision) -> None:
    """Who countersigned; without a login a name may be typed, and is marked as such."""
    say, known = page.say, page.services.client.countersignatures(saved.sha256)
    if page.viewer.person.verified:
        names = [entry.by for entry in known]
        if not names:
            st.caption(say("sign.second_missing"))
            return
        st.selectbox(say.raw("sign.second"), names, key=_key("second", saved))
        return
    if known:
        st.session_state.setdefault(_key("second", saved), known[-1].by)
    st.text_input(
        say.raw("sign.second"), key=_key("second", saved), max_chars=80, on_change=_begin,
        args=(saved,),
    )  # fmt: skip


def _rows(saved: SavedDecision) -> int:
    """One empty row below the last that was begun."""
    begun = [
        index
        for index in range(MOST_ROWS)
        if any(
            st.session_state.get(_key(f"{part}:{index}", saved))
            for part in ("text", "owner", "due")
        )
    ]
    return min(max(FEWEST_ROWS, max(begun, default=-1) + 2), MOST_ROWS)


def _condition_rows(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    say = page.say
    st.markdown(f":small[{say('sign.conditions')}]")
    for index in range(_rows(saved)):
        st.text_input(
            say.raw("sign.condition_text"), key=_key(f"text:{index}", saved),
            placeholder=say.raw("sign.condition_text"), label_visibility="collapsed",
        )  # fmt: skip
        owner, due = st.columns(2, gap="xsmall")
        owner.text_input(
            say.raw("sign.condition_owner"), key=_key(f"owner:{index}", saved),
            placeholder=say.raw("sign.condition_owner"), label_visibility="collapsed",
        )  # fmt: skip
        due.date_input(
            say.raw("sign.condition_due"), value=None, key=_key(f"due:{index}", saved),
            min_value=snapshot.now_week.date(), label_visibility="collapsed", format="YYYY-MM-DD",
        )  # fmt: skip


def _sign(
    page: Page, snapshot: Snapshot, saved: SavedDecision, act: SignatureAct, override: bool
) -> None:
    """One transaction, bound to the hash that stood on the screen."""
    state, say = st.session_state, page.say
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
        say.raw("saved.signature"),
        lambda: outcomes.needs(reason, say.raw("sign.reason_missing"))
        or page.services.client.sign(
            snapshot.week.id, saved.sha256, act, reason, conditions, second,
            key=outcomes.intent(PLACE),
        ),
    )  # fmt: skip
    if done:
        state.pop(_BEGUN, None)
