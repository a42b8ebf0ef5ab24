"""How old a reading is, and what it was taken over, in the viewer's words."""

from __future__ import annotations

import re
from datetime import timedelta

from dashboard.data.snapshot import Snapshot
from dashboard.formatting import age
from dashboard.page import Page
from dashboard.wording import plain

# What readings say of themselves; it stands so in files too, and there it stays English.
WINDOWS = {
    "window.latest": re.compile("latest"),
    "window.start": re.compile("since the start of the run"),
    "window.iterations": re.compile(r"last (?P<count>\d+) iterations"),
    "window.blocks": re.compile(r"(?P<count>\d+) blocks since step (?P<step>\d+)"),
}


def aged_text(page: Page, snapshot: Snapshot, span: timedelta | None) -> str:
    """``4 min old``, in a demo or a replay ``4 min old in week time``; nothing for none."""
    if span is None:
        return ""
    key = "age.old" if snapshot.clock.is_identity else "age.old_week"
    return page.say(key, age=age(span))


def window_text(page: Page, window: str) -> str:
    """Markdown of ``latest``, ``last 10 iterations``; one that is not known stays as it is."""
    for key, form in WINDOWS.items():
        if found := form.fullmatch(window):
            return page.say(key, **found.groupdict())
    return plain(window)
