"""The slots of a week and their checks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from core.errors import InputError
from core.language import Message
from core.playbook.text import Identifier, MachineText, Part, Prose, Text
from core.timestamps import iso, portuguese_day

SlotKind = Literal[
    "preflight",
    "launch",
    "hourly",
    "daily",
    "anomaly",
    "preparation",
    "revalidation",
    "results",
    "delivery",
    "approval",
]
Operator = Literal[">", ">=", "<", "<=", "is", "in"]
Threshold = float | str | tuple[str, ...]

_OFFSET = re.compile(r"([+-])(?:(\d{1,3})h)?(?:(\d{1,2})m)?")
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def parse_offset(text: str) -> timedelta:
    """Read ``-6h``, ``+0h``, ``+1h30m``, ``+45m``.

    :raises ValueError: another form.
    """
    match = _OFFSET.fullmatch(text)
    if match is None or (match[2] is None and match[3] is None):
        raise ValueError(
            Message(
                "{value} is not an offset from the launch; use -6h, +1h or +1h30m", value=repr(text)
            )
        )
    size = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0))
    return -size if match[1] == "-" else size


class CheckSpec(Part):
    """One item of a checklist: what is measured, and its limit."""

    metric: Prose = Field(
        description=Message("What is measured: a metric with a rule in the code.")
    )
    op: Operator = Field(description=Message("How the value is compared with the threshold."))
    threshold: Threshold = Field(
        description=Message("Limit: a number, or the accepted word or words."),
    )
    unit: str = Field(
        default="",
        max_length=20,
        description=Message("Unit of value and threshold; empty for none."),
    )
    window_minutes: int | None = Field(
        default=None,
        ge=1,
        le=10_080,
        strict=True,
        description=Message(
            "Window of the value, in minutes of week time; null: latest value, or since the start."
        ),
    )
    title: Text = Field(description=Message("The question of the checklist."))
    action: Text = Field(description=Message("What to do if it fails."))

    @field_validator("threshold", mode="before")
    @classmethod
    def _number_or_words(cls, given: object) -> object:
        if isinstance(given, str) and given.strip():
            return given
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            if abs(given) > 1e12:
                raise ValueError(
                    Message("{value} is out of range; use at most 1e12", value=repr(given))
                )
            return float(given)
        if (
            isinstance(given, (list, tuple))
            and given
            and all(isinstance(w, str) and w for w in given)
        ):
            return tuple(given)
        raise ValueError(Message("expected a number, a word or a list of words"))


class SlotSpec(Part):
    """One slot of the week: when, whose, what is checked, and what is run."""

    id: Identifier = Field(
        description=Message("Name of the slot in stored records; never rename it during a week.")
    )
    kind: SlotKind = Field(
        description=Message("What happens in the slot; sets its page and when it is done.")
    )
    title: Text = Field(description=Message("Name of the slot, as shown to people."))
    owner: Identifier = Field(description=Message("Who is responsible: a key of roles."))
    offset: str | None = Field(
        default=None,
        description=Message("Time since the launch (-6h, +1h); or use day and time."),
    )
    day: int | None = Field(
        default=None,
        ge=0,
        le=60,
        strict=True,
        description=Message("Days after the launch day (0); used with time."),
    )
    time: str | None = Field(default=None, description=Message("UTC time on that day, as 10:00."))
    grace_minutes: int = Field(
        ge=0,
        le=10_080,
        strict=True,
        description=Message("Minutes until the slot is overdue if it is not done."),
    )
    duration_minutes: int | None = Field(
        default=None,
        ge=1,
        le=10_080,
        strict=True,
        description=Message("Minutes of work for a person; null: open."),
    )
    only_after_anomaly: bool = Field(
        default=False,
        strict=True,
        description=Message("Due only if the daily check of the same day found an anomaly."),
    )
    checks: tuple[Identifier, ...] = Field(
        default=(),
        max_length=40,
        description=Message("Items of the checklist, in order: keys of checks."),
    )
    command: MachineText | None = Field(
        default=None,
        description=Message(
            "The manual's command for this slot, to the letter; {{date}} is replaced by the slot's day "
            "(2026-02-24), {{day_month}} by its short form (27FEV)."
        ),
    )
    expected: tuple[MachineText, ...] = Field(
        default=(),
        description=Message("Lines that the command prints if it succeeds, to the letter."),
    )
    look_at: tuple[MachineText, ...] = Field(
        default=(),
        description=Message("Commands and addresses with more information, to the letter."),
    )
    page: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,60}$")] = Field(
        description=Message("Page of the slot: the stem of a file in pages/.")
    )

    @field_validator("offset")
    @classmethod
    def _an_offset(cls, text: str | None) -> str | None:
        if text is not None:
            parse_offset(text)
        return text

    @field_validator("time")
    @classmethod
    def _a_time(cls, text: str | None) -> str | None:
        if text is not None and not _CLOCK_TIME.fullmatch(text):
            raise ValueError(Message("{value} is not a time of day; use 10:00", value=repr(text)))
        return text

    @model_validator(mode="after")
    def _offset_or_day(self) -> SlotSpec:
        by_day = self.day is not None and self.time is not None
        if (self.offset is not None) == by_day or (self.day is None) != (self.time is None):
            raise ValueError(Message("use either offset, or day and time together"))
        return self

    def at(self, launch: datetime) -> datetime:
        """The slot's week moment, UTC. Days are counted from the launch's UTC date.

        :raises InputError: after the last day that a calendar has, or before the first.
        """
        launch = launch.astimezone(UTC)
        try:
            if self.day is None or self.time is None:
                return launch + parse_offset(self.offset or "+0h")
            return _combined(launch.date() + timedelta(days=self.day), self.time)
        except OverflowError as error:
            raise InputError(
                Message(
                    "The slot {slot} of a week launched at {launch} is on no day of the calendar.",
                    slot=self.id,
                    launch=iso(launch),
                ),
                Message("Make a week with another launch: trainweek week new"),
            ) from error

    def on(self, day: date) -> datetime | None:
        """The slot's time on a UTC day; None for a slot that is counted from the launch."""
        return None if self.time is None else _combined(day, self.time)

    def command_at(self, launch: datetime) -> str | None:
        """The command with the dates of a week; None if there is none."""
        if self.command is None:
            return None
        day = self.at(launch).date()
        return self.command.replace("{date}", day.isoformat()).replace(
            "{day_month}", portuguese_day(day)
        )


def _combined(day: date, clock_time: str) -> datetime:
    hour, minute = (int(part) for part in clock_time.split(":"))
    return datetime.combine(day, time(hour, minute), UTC)
