"""``alerts.yaml`` of a home: where alerts are sent, when, and in which language.

It holds no secrets: an address names environment variables, or a file with the whole of it.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from core.alerts.conditions import Notice, rank
from core.alerts.kinds import EventKind
from core.errors import InputError
from core.language import Language, Message, joined
from core.timestamps import is_zone
from core.vocabulary import Severity
from core.yaml_files import FileProblems, model_of

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_EXAMPLE = Message(
    "Write its keys: channels, base_url, heartbeat, repeat_hours, acknowledge_minutes."
)


class AlertsFileError(InputError):
    """The file is wrong; ``what`` names each place in it."""


def _hour(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(Message("{text} is not a time of day such as 22:00", text=text))
    return text


def _zone(text: str) -> str:
    if not is_zone(text):
        raise ValueError(Message("{text} is not a time zone such as America/Sao_Paulo", text=text))
    return text


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+[^\s]*", text):
        raise ValueError(Message("{text} is not an address such as https://host", text=text))
    return text.rstrip("/")


Hour = Annotated[str, AfterValidator(_hour)]
Zone = Annotated[str, AfterValidator(_zone)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Address(_Part):
    """Where something is sent. What is secret in it stands elsewhere."""

    url: str | None = Field(
        default=None,
        min_length=1,
        max_length=2000,
        description="The address, with ${VARIABLE} for each secret part.",
    )
    url_file: str | None = Field(
        default=None,
        min_length=1,
        description="A file with the whole address, relative to the data directory; only its"
        " owner may read it.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.url is None) is (self.url_file is None):
            raise ValueError(Message("give either url or url_file"))
        return self


class QuietHours(_Part):
    """Hours in which only critical alerts are sent; the others follow at their end."""

    begin: Hour = Field(alias="from", description="First minute, such as 22:00.")
    end: Hour = Field(alias="to", description="First minute after them, such as 07:00.")

    def end_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours that contain the moment end; None outside of them."""
        local = moment.astimezone(zone)
        begin, end = time.fromisoformat(self.begin), time.fromisoformat(self.end)
        now = local.time().replace(tzinfo=None)
        overnight = begin > end
        inside = (now >= begin or now < end) if overnight else begin <= now < end
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if overnight and now >= begin else 0)
        return datetime.combine(day, end, zone).astimezone(moment.tzinfo)


class Channel(Address):
    """One way to reach people."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="Short name, such as team or ana-phone."
    )
    minimum: Severity = Field(
        default=Severity.WARNING, description="Least level that is sent: info, warning, critical."
    )
    language: Language = Field(default="en", description="Language of the messages: en, pt.")
    timezone: Zone = Field(
        default="UTC", description="Time zone of the times in messages and of the quiet hours."
    )
    quiet: QuietHours | None = Field(
        default=None, description="Hours in which only critical alerts are sent: {from, to}."
    )
    people: tuple[str, ...] = Field(
        default=(),
        description="Whom it reaches. What one of them alone did is not reported to them.",
    )
    owner: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]{0,59}$",
        description="A role of the manual, such as ml_lead: of what has a chain of owners it gets"
        " only what has reached this one.",
    )
    on_call: bool = Field(
        default=False,
        description="While people are on call, it gets something only if one of its people is.",
    )
    ledger_head: bool = Field(
        default=False,
        description="Send the ledger's hash here once a day, so that a rewritten record can be"
        " proved.",
    )

    @model_validator(mode="after")
    def _whose_shifts(self) -> Self:
        if self.on_call and not self.people:
            raise ValueError(Message("on_call needs people: whose shifts are meant?"))
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    def wants(self, notice: Notice) -> bool:
        """Whether a notice is sent here."""
        condition = notice.condition
        if condition.kind is EventKind.LEDGER_HEAD:
            return self.ledger_head
        own = bool(condition.by) and set(self.people) == {condition.by}
        return rank(notice.level) >= rank(self.minimum) and not own

    def not_before(self, notice: Notice, now: datetime) -> datetime:
        """When a notice may be sent: now, or at the end of the quiet hours."""
        if self.quiet is None or notice.level is Severity.CRITICAL:
            return now
        return self.quiet.end_after(now, self.zone) or now


class Heartbeat(Address):
    """The dead man's switch: an address that is called while all is well."""

    every_s: float = Field(
        default=60.0, ge=1, le=86400, description="Real seconds between two calls."
    )
    ledger_head: bool = Field(
        default=False,
        description="Send number and hash of the ledger's last line with each call, as a POST.",
    )


class AlertsFile(_Part):
    """Channels, dead man's switch, and how alerts are repeated."""

    base_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None, description="Address of the dashboard, for the links in messages."
    )
    heartbeat: Heartbeat | None = Field(
        default=None, description="The dead man's switch; without one nothing is called."
    )
    repeat_hours: float = Field(
        default=4.0,
        ge=0,
        le=168,
        description="Real hours after which a critical alert is sent again; 0: never.",
    )
    acknowledge_minutes: float = Field(
        default=15.0,
        ge=0,
        le=1440,
        description="Real minutes that each owner of a chain has to acknowledge, before it is the"
        " next one's turn; 0: it is never passed on.",
    )
    channels: tuple[Channel, ...] = Field(default=(), description="Where alerts are sent.")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [channel.name for channel in self.channels]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(Message("{name} is the name of two channels", name=name))
        return self

    @property
    def repeat_after(self) -> timedelta:
        """Real time after which a critical alert is sent again; zero: never."""
        return timedelta(hours=self.repeat_hours)

    @property
    def acknowledge_within(self) -> timedelta:
        """Real time that each owner has to acknowledge; zero: it is never passed on."""
        return timedelta(minutes=self.acknowledge_minutes)

    def channel(self, name: str) -> Channel | None:
        """The channel of that name."""
        return next((one for one in self.channels if one.name == name), None)


def parse_alerts(text: str, source: str) -> AlertsFile:
    """Read the text of an alerts file.

    :raises AlertsFileError: names the file, the line and the remedy of each problem.
    """
    try:
        return model_of(text, source, AlertsFile, example=_EXAMPLE)[0]
    except FileProblems as error:
        raise AlertsFileError(
            joined((problem.text for problem in error.problems), "\n"),
            Message("See docs/alerts.md, then: trainweek doctor"),
        ) from error
