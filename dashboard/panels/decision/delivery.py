"""The five deliverables for the CTO, judged, with their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, plural, said
from dashboard.components import thing_link
from dashboard.components.checklist import checklist
from dashboard.components.headings import part
from dashboard.components.tick_form import CHECK, as_ticked
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.playbook import SlotSpec
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

# File of the archive, label, kind.
FILES = (
    ("decision.json", "JSON", "application/json"),
    ("metrics.csv", "CSV", "text/csv"),
    ("decision.txt", "TXT", "text/plain"),
    ("memo.html", "Memo", "text/html"),
    ("training_log_summary.txt", "Log", "text/plain"),
    ("equity.csv", Message("Equity"), "text/csv"),
    ("trades.csv", "Trades", "text/csv"),
)


def show(page: Page, snapshot: Snapshot, saved: SavedDecision | None) -> None:
    """Draw each delivery slot's checks; with a decision, also its download buttons."""
    for slot in snapshot.week.playbook.slots_of_kind("delivery"):
        with st.container(border=True, key=f"box-{slot.id}"):
            part(
                f"{plain(slot.title.in_(page.viewer.language))} "
                f":small[:gray[{plain(page.viewer.moment(snapshot.at(slot)))}]]"
            )
            _checks(page, snapshot, slot)
            if saved is not None:
                _downloads(page, saved)


def _checks(page: Page, snapshot: Snapshot, slot: SlotSpec) -> None:
    """The checklist; once all of it is ticked as it stands it is folded, and drawn when opened."""
    items = snapshot.items(slot)
    if not items or thing_link.asked(CHECK) or not all(as_ticked(item) for item in items):
        checklist(page, snapshot, slot, notes=False)
        return
    label = page.say.raw(plural("{n} item ticked", "All {n} items ticked", len(items)))
    box = st.expander(label, icon=":material/done_all:", key=f"done-{slot.id}", on_change="rerun")
    if box.open:
        with box:
            checklist(page, snapshot, slot, notes=False)


def _downloads(page: Page, saved: SavedDecision) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.markdown(f":small[{page.say('Downloads')}]", width="content")
        for name, label, mime in FILES:
            path = saved.file(name)
            own = path.with_name(f"{path.stem}_{page.viewer.language}{path.suffix}")
            path = own if own.is_file() else path  # in the viewer's language, where there is one
            if path.is_file():
                st.download_button(
                    said(label, page.viewer.language),
                    data=path.read_bytes,
                    file_name=f"{saved.decision.day}_{path.name}",
                    mime=mime,
                    key=f"download:{name}",
                    on_click="ignore",
                    type="tertiary",
                    icon=":material/download:",
                )
