"""Open incidents that block the start of a training run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, plural
from core.vocabulary import IncidentState
from runner.doctor.check_result import CheckResult, passed, warned
from runner.doctor.read_only import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings

_SUBJECT = "incidents"
_QUERY = (
    "SELECT incidents.procedure, incidents.week_id FROM incidents JOIN weeks "
    "ON weeks.id = incidents.week_id WHERE weeks.active AND incidents.blocks_start "
    f"AND incidents.state = '{IncidentState.OPEN.value}' ORDER BY incidents.id"
)


def blocking(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Whether an open incident of the active week blocks every start."""
    found = rows_of(home, _QUERY)
    if not found:
        yield passed(_SUBJECT, Message("No open incident blocks a start."))
        return
    what = plural(
        "{n} open incident of week {week} blocks every start: {procedures}.",
        "{n} open incidents of week {week} block every start: {procedures}.",
        len(found),
        week=found[0][1],
        procedures=", ".join(procedure for procedure, _ in found),
    )
    yield warned(
        _SUBJECT, what, Message("Find the root cause, then close it on the page Escalation.")
    )
