"""A checklist for a narrow column: two lines per item, same judgements and ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components import outcomes
from dashboard.components.checklist import actions_row, heading
from dashboard.components.states import badge
from dashboard.components.tick_form import tick_cell
from dashboard.wording import plain
from runner.week.judged_moment import playbook_of

if TYPE_CHECKING:
    from core.playbook import SlotSpec
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def compact(page: Page, snapshot: Snapshot, slot: SlotSpec) -> None:
    """All items of a slot in a narrow column."""
    items = snapshot.items(slot)
    heading(page, snapshot, slot, items)
    playbook = playbook_of(slot, snapshot)
    for item in items:
        title = playbook.checks[item.judgement.check].title.in_(page.viewer.language)
        what, tick = st.columns((3, 2), gap="xsmall", vertical_alignment="center")
        what.markdown(
            f"{badge(item.judgement.verdict, page.say)} **{plain(title)}**  \n"
            f":small[:gray[{page.say.text(item.judgement.why)}]]"
        )
        with tick:
            tick_cell(page, snapshot, slot, item, title)
    actions_row(page, snapshot, slot, items)
    outcomes.show(page, f"slot:{slot.id}")
