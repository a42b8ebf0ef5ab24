"""The five deliverables for the CTO, judged, with their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, said
from dashboard.components.checklist import checklist
from dashboard.components.headings import part
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.decision import SavedDecision
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
            checklist(page, snapshot, slot, notes=False)
            if saved is not None:
                _downloads(page, saved)


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
