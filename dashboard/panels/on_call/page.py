"""On call: whose shift it is, and one click to take it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.components.live import live_panel
from dashboard.panels.on_call import handover, shift_form, shift_list

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def _draw(page: Page, snapshot: Snapshot) -> None:
    shift_list.show(page, snapshot)
    shift_form.show(page, snapshot)
    handover.show(page, snapshot)
