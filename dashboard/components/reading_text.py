"""A reading as text: its value, its age, and its window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.language import Message, plural
from dashboard.formatting import age

if TYPE_CHECKING:
    from datetime import timedelta

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

# Windows of readings in older records, which are plain text.
_ITERATIONS = re.compile(r"last (\d+) iterations?")
_BLOCKS = re.compile(r"(\d+) blocks? since step (\d+)")
_WORDS = {
    "latest": Message("latest"),
    "since the start of the run": Message("since the start of the run"),
}


def aged_text(page: Page, snapshot: Snapshot, span: timedelta | None) -> str:
    """``4 min old``, in a demo or a replay ``4 min old (week time)``; empty without an age."""
    if span is None:
        return ""
    if snapshot.clock.is_identity:
        return page.say("{age} old", age=age(span))
    return page.say("{age} old (week time)", age=age(span))


def window_text(page: Page, window: str) -> str:
    """Markdown of a window: ``latest``, ``last 10 iterations``; unknown text stays as it is."""
    if isinstance(window, Message):
        return page.say(window)
    if found := _ITERATIONS.fullmatch(window):
        return page.say(plural("last iteration", "last {n} iterations", int(found[1])))
    if found := _BLOCKS.fullmatch(window):
        count, step = int(found[1]), int(found[2])
        return page.say(
            plural(
                "{n} block since step {step:,}", "{n} blocks since step {step:,}", count, step=step
            )
        )
    return page.say.text(_WORDS.get(window, window))
