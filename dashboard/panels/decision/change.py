"""What changed since the previous revalidation and compared with the last approved one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.timestamps import parse_moment
from core.vocabulary import SignatureState, Verdict
from dashboard.components.figures_table import table
from dashboard.components.headings import part
from dashboard.components.states import badge, icon, mark, word
from dashboard.formatting import difference, short
from dashboard.navigation import TITLES, link
from dashboard.wording import plain
from dashboard.wording.decision import INPUTS

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.change import Change, ComparedDecision
    from core.decision.validity import Validity
    from core.gates import GateResult
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

# The earlier decision, its heading, and what to say where there is none.
_EARLIER = (
    (
        "previous",
        Message("Compared with the previous revalidation"),
        Message("This is the first revalidation."),
    ),
    (
        "production",
        Message("Compared with the last approved decision"),
        Message("No approval was valid at that time."),
    ),
)


def states(snapshot: Snapshot, saved: SavedDecision) -> tuple[SignatureState, ...]:
    """What :func:`show` says of the earlier signatures now."""
    change = saved.decision.change
    earlier = [] if change is None else [change.previous, change.production]
    return tuple(_validity(snapshot, one).state for one in earlier if one and one.standing)


def show(page: Page, snapshot: Snapshot, saved: SavedDecision) -> None:
    """Compare with two earlier decisions, and list the approvals that lapsed."""
    say, change = page.say, saved.decision.change
    if change is None:
        st.caption(say("not measured"))
    else:
        for name, heading, none in _EARLIER:
            part(say(heading))
            before = change.previous if name == "previous" else change.production
            if before is None:
                st.caption(say(none))
            else:
                _against(page, snapshot, saved, name, before)
        _lapsed(page, change)
    link("history", say.raw("Go to {page}", page=TITLES["history"]))


def _against(
    page: Page,
    snapshot: Snapshot,
    saved: SavedDecision,
    name: str,
    before: ComparedDecision,
) -> None:
    say = page.say
    grade = word(before.grade, say)
    when = plain(f"{page.viewer.recorded(before.created_at)} UTC, {before.week}")
    st.markdown(
        f"{mark(before.decision, say)} {plain(before.score)},"
        f" {say('Evidence: {grade}', grade=grade)} :gray[{when}]{_badge(page, snapshot, before)}"
    )
    same = set(before.same)
    parts = [
        f"{':gray[=' if part in same else ':orange[≠'} {say(name)}]"
        for part, name in INPUTS.items()
    ]
    st.markdown(" · ".join(parts))
    for sentence in before.numerics:
        st.markdown(f":orange[:material/warning: {say(sentence)}]")
    now = {gate.id: gate for gate in saved.decision.gates}
    rows = []
    for gate_id, gate in before.gates.items():
        own = now[gate_id]
        delta = difference(gate.delta, 0 if isinstance(own.value, int) else None)
        was = _valued(page, own, gate.before, gate.passed_before)
        is_now = _valued(page, own, gate.now, own.passed)
        rows.append([plain(own.short), was, is_now, say(delta)])
    heads = [say("Gate"), say("Before"), say("Now"), say("Difference")]
    table(heads, rows, f"change-{name}")
    both = f"{before.sha256[:12]},{saved.sha256[:12]}"
    link("history", say.raw("Compare side by side"), query={"pair": both})


def _validity(snapshot: Snapshot, before: ComparedDecision) -> Validity:
    return snapshot.validity(snapshot.signature_of(before.sha256))


def _badge(page: Page, snapshot: Snapshot, before: ComparedDecision) -> str:
    """Of the earlier decision's signature now; "" if it was not recorded."""
    if not before.standing:
        return ""
    return f" {badge(_validity(snapshot, before).state, page.say)}"


def _lapsed(page: Page, change: Change) -> None:
    """The newest approval, if it was no longer valid when this decision was made."""
    if gone := change.lapsed:
        text = page.say(
            "The latest approval, {decision} on {day} (week {week}), was no longer valid.",
            decision=f"{gone.decision.value} {gone.score}",
            day=page.viewer.date(parse_moment(gone.created_at)),
            week=gone.week or "?",
        )
        state = badge(SignatureState(gone.standing), page.say)
        st.markdown(f":orange[:material/warning: {text}] {state}")


def _valued(page: Page, gate: GateResult, value: float | None, passed: bool) -> str:
    verdict = Verdict.PASS if passed else Verdict.FAIL
    return f"{icon(verdict)} {page.say(short(value, gate.threshold))}"
