"""The moments of a week, and the checks that are judged at them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from core.playbook.text import Identifier, MachineText, Part, Prose, Text
from core.timestamps import portuguese_day

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
    if match is None or match[2] is None and match[3] is None:
        raise ValueError(f"{text!r} is not an offset from the launch; write -6h, +1h or +1h30m")
    size = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0))
    return -size if match[1] == "-" else size


class CheckSpec(Part):
    """One item of a checklist: what is measured, and the limit it is held against."""

    metric: Prose = Field(
        description="What is measured; one of the metrics that have a rule in code."
    )
    op: Operator = Field(description="How the value is compared with the threshold.")
    threshold: Threshold = Field(
        description="The limit: a number, or the word(s) that are fine.",
    )
    unit: str = Field(
        default="", max_length=20, description="Unit of value and threshold; empty for none."
    )
    window_minutes: int | None = Field(
        default=None,
        ge=1,
        le=10_080,
        strict=True,
        description="What the value is taken over, in minutes of week time; null: latest, or since the start.",
    )
    title: Text = Field(description="The question, as it stands in the checklist.")
    action: Text = Field(description="What to do when it fails.")

    @field_validator("threshold", mode="before")
    @classmethod
    def _number_or_words(cls, given: object) -> object:
        if isinstance(given, str) and given.strip():
            return given
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            if abs(given) > 1e12:
                raise ValueError(f"{given!r} is beyond any sensible limit; stay within 1e12")
            return float(given)
        if (
            isinstance(given, (list, tuple))
            and given
            and all(isinstance(w, str) and w for w in given)
        ):
            return tuple(given)
        raise ValueError("expected a number, a word or a list of words")


class SlotSpec(Part):
    """One moment of the week: when, whose, what is checked, and what is run."""

    id: Identifier = Field(
        description="Name of the slot in stored records; never rename it in a running week."
    )
    kind: SlotKind = Field(
        description="What happens here; decides the page and when the slot is done."
    )
    title: Text = Field(description="Name of the moment, as people read it.")
    owner: Identifier = Field(description="Who is responsible: a key of roles.")
    offset: str | None = Field(
        default=None, description="When, counted from the launch (-6h, +1h); or give day and time."
    )
    day: int | None = Field(
        default=None,
        ge=0,
        le=60,
        strict=True,
        description="Days after the launch day (0); goes with time.",
    )
    time: str | None = Field(default=None, description="UTC time on that day, as 10:00.")
    grace_minutes: int = Field(
        ge=0,
        le=10_080,
        strict=True,
        description="Minutes after which a slot that isn't done is overdue.",
    )
    duration_minutes: int | None = Field(
        default=None,
        ge=1,
        le=10_080,
        strict=True,
        description="How long the work takes a person; null: open.",
    )
    only_after_anomaly: bool = Field(
        default=False,
        strict=True,
        description="Due only if the daily check of the same day found an anomaly.",
    )
    checks: tuple[Identifier, ...] = Field(
        default=(), max_length=40, description="Items of the list, in order: keys of checks."
    )
    command: MachineText | None = Field(
        default=None,
        description=(
            "The manual's command for this moment, to the letter; {date} becomes the slot's day "
            "(2026-02-24), {day_month} its short form (27FEV)."
        ),
    )
    expected: tuple[MachineText, ...] = Field(
        default=(), description="Lines that the command prints when all is well, to the letter."
    )
    look_at: tuple[MachineText, ...] = Field(
        default=(), description="Commands and addresses that show more, to the letter."
    )
    page: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,60}$")] = Field(
        description="Page that a person opens for it: the stem of a file in pages/."
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
            raise ValueError(f"{text!r} is not a time of day; write it as 10:00")
        return text

    @model_validator(mode="after")
    def _offset_or_day(self) -> SlotSpec:
        by_day = self.day is not None and self.time is not None
        if (self.offset is not None) == by_day or (self.day is None) != (self.time is None):
            raise ValueError("give either offset, or day and time together")
        return self

    def at(self, launch: datetime) -> datetime:
        """The slot's week moment, UTC. Days are counted from the launch's UTC date."""
        launch = launch.astimezone(UTC)
        if self.offset is not None:
            return launch + parse_offset(self.offset)
        hour, minute = (int(part) for part in self.time.split(":"))
        return datetime.combine(launch.date() + timedelta(days=self.day), time(hour, minute), UTC)

    def command_at(self, launch: datetime) -> str | None:
        """The command with the dates of a week filled in; None if there is none."""
        if self.command is None:
            return None
        day = self.at(launch).date()
        return self.command.replace("{date}", day.isoformat()).replace(
            "{day_month}", portuguese_day(day)
        )
