"""The hold-out's meter: earlier looks at the backtest bars, and the lock of the final one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.timestamps import iso
from core.trading.hold_out import HoldOuts, Look, Window, symbol_of
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.figures_table import table
from dashboard.components.markup import small
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.trading.hold_out import State
    from dashboard.data.backtest_input import BacktestData, Model
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PLACE = "hold-out"
_REASON = "hold-out:reason"


def show(page: Page, snapshot: Snapshot, data: BacktestData, model: Model) -> None:
    """Looks, the Sharpe that counts now, fresh bars; for the lead, the lock or its key."""
    if not data.bars or data.first is None or data.last is None or page.moment is not None:
        return
    say, week = page.say, snapshot.week
    window = Window(
        data=data.sha256,
        first=iso(data.first),
        last=iso(data.last),
        bars=data.bars,
        symbol=symbol_of(data.symbols, week.playbook.symbol),
    )
    kept: HoldOuts = page.services.client.hold_outs()
    settings = week.playbook.revalidation
    meter = kept.meter(
        window,
        model.sha256,
        week.playbook_sha256,
        settings.adequate_dsr,
        bars_per_year=settings.bars_per_year,
    )
    with st.container(gap="xsmall", key="hold-out"):
        st.markdown(f"{small(say(meter.sentence()))}")
        refusal = kept.refusal(window)
        if refusal is not None:
            st.warning(f"{say(refusal[0])} {say(refusal[1])}", icon=":material/lock:")
        looks(page, meter.looks)
        _act(page, meter.state)
        outcomes.show(page, PLACE)


def looks(page: Page, found: Sequence[Look]) -> None:
    """Who looked, when, and with which model; nothing without a look."""
    if not found:
        return
    say = page.say
    with st.expander(say.raw("Looks at these bars ({n})", n=len(found)), key="looks"):
        lines = [
            [plain(look.by), page.viewer.recorded(look.at), plain((look.model or "?")[:12])]
            for look in reversed(found)
        ]
        table([say("Who"), say("When"), say("Model")], lines, "looks-table", words=2)


def _act(page: Page, state: State) -> None:
    """The one act that is possible now; none after the final look."""
    if page.denied(Right.REVALIDATE) is not None or state not in _ACTS:
        return
    say, client = page.say, page.services.client
    label, meaning, saved = _ACTS[state]

    def act() -> None:
        reason = str(st.session_state.get(_REASON) or "").strip()
        send = client.open_hold_out if state == "locked" else client.lock_hold_out
        outcomes.act(
            page,
            PLACE,
            saved.in_(page.viewer.language),
            lambda: send(reason, key=outcomes.intent(PLACE)),
        )

    with st.popover(say.raw(label), icon=":material/lock:", type="tertiary", key="hold-out:pop"):
        st.markdown(say(meaning))
        st.text_area(say.raw("Reason"), key=_REASON, max_chars=1000, height=80)
        st.button(say.raw(label), key="hold-out:act", type="primary", on_click=act)


_ACTS: dict[State, tuple[Message, Message, Message]] = {
    "never locked": (
        Message("Lock the hold-out"),
        Message(
            "No revalidation on these bars until the lead opens them, once, for the final look."
        ),
        Message("lock of the hold-out"),
    ),
    "locked": (
        Message("Open for the final look"),
        Message("One revalidation is possible then. It spends these bars."),
        Message("opening of the hold-out"),
    ),
}
