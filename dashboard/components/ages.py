"""How old a reading is, saying in which time where the week has two."""

from __future__ import annotations

from datetime import timedelta

from dashboard.components.numbers import age
from dashboard.page import Page
from dashboard.queries import Moment


def aged_text(page: Page, look: Moment, span: timedelta | None) -> str:
    """``4 min old``, in a demo or a replay ``4 min old in week time``; nothing for none."""
    if span is None:
        return ""
    key = "age.old" if look.clock.is_identity else "age.old_week"
    return page.say(key, age=age(span))
