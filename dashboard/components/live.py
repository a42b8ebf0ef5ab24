"""Live panels: drawn inside the boundary and redrawn on each tick."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from dashboard.components.alerts import alerts, one_state
from dashboard.components.boundary import boundary
from dashboard.components.empty_state import week_or_way
from dashboard.page import TICK_SECONDS, Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.data.snapshot import Snapshot


def live_panel(
    page: Page,
    draw: Callable[[Page, Snapshot], None],
    every: Callable[[Snapshot], float] = lambda snapshot: TICK_SECONDS,
) -> None:
    """Draw a panel and keep it live; without a week, show the link to create one.

    :param every: seconds between two ticks, from the first snapshot.
    """
    first = week_or_way(page)
    if first is not None:
        live_part(page, draw, every=every(first))


def live_part(
    page: Page, draw: Callable[[Page, Snapshot], None], every: float, *, still: bool = False
) -> None:
    """A part of a page with a timer of its own, or with none, so that a tick sends little.

    :param still: what it shows changes only with the whole page, or by a click on it.
    """

    @wraps(draw)  # Streamlit names a fragment by its function
    def body() -> None:
        with boundary(page.say):
            snapshot = page.snapshot()
            if snapshot is not None:
                one_state(alerts(page, snapshot))
                draw(page, snapshot)

    page.live(body, every=every, still=still)
