"""Alerts, silences and how delivery stands, as programs get them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from core.alerts.kinds import EventKind
from core.vocabulary import Severity
from dashboard.api.shapes import Shape

if TYPE_CHECKING:
    from core.alerts.acknowledgement import Acknowledgement
    from core.alerts.conditions import Alert, Silence
    from core.language import Language
    from runner.client.alerts import AlertList


class AlertShape(Shape):
    """Something that people are told of, as of the runner's last look."""

    key: str = Field(description="Names the same thing each time.")
    kind: EventKind
    level: Severity
    subject: str
    text: str
    todo: str | None
    page: str = Field(description="The page where it is handled.")
    week: str | None
    since: datetime
    since_known: bool = Field(description="False: `since` is the first look that saw it.")
    last_seen: datetime
    notified: datetime | None = Field(description="Null: silenced, or part of another alert.")
    drill: bool = Field(description="True: a drill; nothing of it is real.")


class AcknowledgementShape(Shape):
    """Who has taken an alert on."""

    id: int
    alert: str
    by: str
    at: datetime
    useful: bool | None = Field(description="What this person says of it; false: noise.")


class SilenceShape(Shape):
    """Alerts that are not reported until an end."""

    id: int
    what: str = Field(description="An alert's key, a kind, or `all`.")
    until: datetime
    reason: str
    by: str
    at: datetime


class ChannelShape(Shape):
    """How delivery to a channel stands."""

    channel: str
    waiting: int
    failed: int = Field(description="Given up.")
    sent: int
    oldest: datetime | None = Field(description="Since when something waits.")
    problem: str | None = Field(description="Of the last attempt.")


def acknowledgement(one: Acknowledgement) -> AcknowledgementShape:
    """An acknowledgement."""
    return AcknowledgementShape(id=one.id, alert=one.what, by=one.by, at=one.at, useful=one.useful)


def alert(one: Alert, language: Language, *, drill: bool) -> AlertShape:
    """An alert as it stands."""
    last = one.last
    return AlertShape(
        key=one.key,
        kind=last.kind,
        level=last.level,
        subject=last.subject[language],
        text=last.text[language],
        todo=None if last.todo is None else last.todo[language],
        page=last.page,
        week=last.week,
        since=one.first.since,
        since_known=one.first.since_known,
        last_seen=one.last_seen,
        notified=one.notified,
        drill=drill,
    )


def silence(one: Silence) -> SilenceShape:
    """A silence."""
    return SilenceShape(
        id=one.id, what=one.what, until=one.until, reason=one.reason, by=one.by, at=one.at
    )


def channels(found: AlertList) -> list[ChannelShape]:
    """Every channel to which something was to be sent."""
    return [
        ChannelShape(
            channel=one.channel,
            waiting=one.waiting,
            failed=one.failed,
            sent=one.sent,
            oldest=one.oldest,
            problem=one.problem,
        )
        for one in found.channels
    ]
