"""What every operation knows of its request: the weeks, the caller and the language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from core.language import Language
from dashboard.api.callers import Caller, caller_of
from dashboard.api.weeks_read import ACTIVE, WeeksRead
from dashboard.door_pages import language_of

WeekId = Annotated[
    str,
    Path(max_length=60, description=f"Id of a week, or `{ACTIVE}`.", examples=[ACTIVE]),
]


@dataclass(frozen=True)
class Asked:
    """One request."""

    weeks: WeeksRead
    caller: Caller
    language: Language


def _asked(request: Request) -> Asked:
    return Asked(request.app.state.weeks, caller_of(request), language_of(request))


Asking = Annotated[Asked, Depends(_asked)]
