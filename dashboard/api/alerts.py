"""Alerts and their delivery; silences are made and ended with a token."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field

from core.drill_paths import is_drill
from dashboard.api import alert_shapes, problems
from dashboard.api.acts import Act, Body
from dashboard.api.alert_shapes import (
    AcknowledgementShape,
    AlertShape,
    ChannelShape,
    SilenceShape,
)
from dashboard.api.asked import Asking
from dashboard.api.shapes import After, Limit, Page, page_of
from runner.client.base import MOST_TEXT

_READ, _ACT = (401, 403, 404, 422, 503), (400, 401, 403, 409, 413, 422, 503)

router = APIRouter(tags=["alerts"])


class SilenceAsked(Body):
    """Stop reporting alerts until a moment."""

    what: str = Field(max_length=300, description="An alert's key, a kind, or `all`.")
    until: AwareDatetime = Field(description="At most 7 days from now.")
    reason: str = Field(max_length=MOST_TEXT)


class AcknowledgementAsked(Body):
    """Take an alert on, and say whether it was useful."""

    alert: str = Field(max_length=300, description="Its key, or `incident:ID` of an open incident.")
    useful: bool | None = Field(default=None, description="False: noise. Null: not said.")
    note: str = Field(default="", max_length=MOST_TEXT, description="Why; only with `useful`.")


@router.get("/alerts", operation_id="list_alerts", responses=problems.documented(*_READ))
def alerts(asked: Asking, after: After = None, limit: Limit = 50) -> Page[AlertShape]:
    """What people are told of now, the oldest first."""
    drill = is_drill(asked.weeks.home)
    make = partial(alert_shapes.alert, language=asked.language, drill=drill)
    found = asked.weeks.client.alerts().firing
    return page_of(found, lambda one: one.key, make, after, limit)


@router.post(
    "/alerts/acknowledge",
    operation_id="acknowledge_alert",
    responses=problems.documented(*_ACT),
)
def acknowledge(asked: AcknowledgementAsked, act: Act) -> AcknowledgementShape:
    """Take an alert on: it is neither repeated nor passed to the next owner. Scope `tick`."""
    taken = act.client.acknowledge_and_mark(asked.alert, asked.useful, asked.note)
    return alert_shapes.acknowledgement(act.saved(taken))


@router.get("/channels", operation_id="list_channels", responses=problems.documented(*_READ))
def channels(asked: Asking, after: After = None, limit: Limit = 50) -> Page[ChannelShape]:
    """How delivery stands, by channel."""
    found = alert_shapes.channels(asked.weeks.client.alerts())
    return page_of(found, lambda one: one.channel, lambda one: one, after, limit)


@router.get("/silences", operation_id="list_silences", responses=problems.documented(*_READ))
def silences(asked: Asking, after: After = None, limit: Limit = 50) -> Page[SilenceShape]:
    """The silences that hold now, oldest first."""
    found = asked.weeks.client.silences()
    return page_of(found, lambda one: one.id, alert_shapes.silence, after, limit)


@router.post(
    "/silences", status_code=201, operation_id="silence", responses=problems.documented(*_ACT)
)
def silence(asked: SilenceAsked, act: Act) -> SilenceShape:
    """Stop reporting alerts until a moment. Scope `tick`."""
    return alert_shapes.silence(
        act.saved(act.client.silence(asked.what, asked.until, asked.reason))
    )


@router.post(
    "/silences/{silence}/end",
    operation_id="end_silence",
    responses=problems.documented(*_ACT),
)
def end_silence(silence: Annotated[int, Path(ge=1, le=2**53)], act: Act) -> SilenceShape:
    """End a silence before its time. Scope `tick`."""
    return alert_shapes.silence(act.saved(act.client.end_silence(silence)))
