"""Errors of the dashboard's pages, as its log counts them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.error_reference import error_references
from core.language import Message, plural
from runner.doctor.check_result import CheckResult, passed, warned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings

_RECENT = timedelta(days=7)  # a week: older errors are of an earlier one
_SUBJECT = "pages"


def page_errors(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """How many unexpected errors the pages had in the last 7 days."""
    path = home.dashboard_log
    text = path.read_text("utf-8", errors="replace") if path.exists() else ""
    found = [each for each in error_references(text) if now - each.at <= _RECENT]
    if not found:
        yield passed(_SUBJECT, Message("No unexpected error of a page in the last 7 days."))
        return
    newest = found[-1]
    what = plural(
        "{n} unexpected error of a page in the last 7 days ({kind}, reference {reference}).",
        "{n} unexpected errors of pages in the last 7 days; the newest: {kind}, reference "
        "{reference}.",
        len(found),
        kind=newest.kind,
        reference=newest.reference,
    )
    remedy = Message(
        "Read the traceback in {file}, and report it with the steps before it.",
        file=home.relative(path),
    )
    yield warned(_SUBJECT, what, remedy)
