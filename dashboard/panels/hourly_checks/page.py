"""Hourly checks: "can I tick this in two minutes?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.components import keys, untaken
from dashboard.components.checklist import checklist
from dashboard.components.empty_state import empty, no_run
from dashboard.components.headings import part
from dashboard.components.live import live_panel
from dashboard.components.slots import choose
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def _draw(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    untaken.show(page, snapshot)
    slot = choose(page, snapshot, {"hourly"}, key="slot", label=say.raw("Slot"))
    if slot is None:
        empty(say("The playbook has no hourly checks"), "")
        return
    part(plain(slot.title.in_(page.viewer.language)))
    if snapshot.run is None:
        no_run(page)
    checklist(page, snapshot, slot)
    keys.draw(page)
