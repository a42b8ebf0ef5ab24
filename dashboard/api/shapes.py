"""What all answers are made of: the base of their models, times, numbers and pages of lists."""

from __future__ import annotations

import base64
import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from core.language import Message
from dashboard.api.problems import not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Source = TypeVar("Source")

MOST_ITEMS = 200
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Most items in the answer.")]
After = Annotated[
    str | None,
    Query(max_length=300, description="The `next` of the page before: continue after it."),
]
Moment = Annotated[datetime, Field(description="UTC.")]


class Shape(BaseModel):
    """Base of all answers: closed and frozen, so that the document says all there is."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Shape, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next: str | None = Field(description="Give it as `after` to get what follows; null: the end.")


def page_of(
    every: Sequence[Source],
    key: Callable[[Source], object],
    make: Callable[[Source], Item],
    after: str | None,
    limit: int,
) -> Page[Item]:
    """The items after the one that a cursor names. New ones at the front move nothing.

    :raises ApiProblem: the cursor names no item.
    """
    begin = 0
    if after is not None:
        keys = [_cursor(key(one)) for one in every]
        if after not in keys:
            raise not_found(
                Message("The cursor names no item of this list."),
                Message("Begin without one; give `next` of the page before as it is."),
            )
        begin = keys.index(after) + 1
    shown = every[begin : begin + limit]
    more = begin + limit < len(every)
    return Page[Item].model_construct(
        items=[make(one) for one in shown], next=_cursor(key(shown[-1])) if more else None
    )


def _cursor(key: object) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def finite(value: float | None) -> float | None:
    """A number that JSON has; None for NaN and infinities."""
    return value if value is not None and math.isfinite(value) else None
