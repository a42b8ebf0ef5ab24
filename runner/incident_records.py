"""Incidents as the store returns them. All times are UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.vocabulary import IncidentState, ItemState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.language import Message


@dataclass(frozen=True)
class IncidentItem:
    """An action of an incident that was done or skipped: by whom, when."""

    state: ItemState
    by: str  # "runner": the machine did it, and the note is its proof
    at: datetime  # real
    note: Message  # may be empty; the reason, if it was skipped


@dataclass(frozen=True)
class Incident:
    """An opened escalation."""

    id: int
    week_id: str
    procedure: str  # id of an escalation in the playbook: crash, performance, data
    state: IncidentState
    summary: Message
    opened_by: str
    opened_at: datetime  # real
    opened_at_week: datetime
    blocks_start: bool
    items: Mapping[int, IncidentItem] = field(default_factory=dict)
    """The actions that are done or skipped, by their place in the procedure's list, from 0."""
    closed_by: str | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    job_id: str | None = None  # that the runner opened it for; None: a person opened it
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None  # real
    kept: str | None = None  # path of the evidence that was kept, relative to the data directory

    @property
    def acknowledged(self) -> tuple[str, datetime] | None:
        """Who has taken it on first, and the real time."""
        if self.acknowledged_by is None or self.acknowledged_at is None:
            return None
        return self.acknowledged_by, self.acknowledged_at

    @property
    def actions_done(self) -> tuple[int, ...]:
        """The places of the actions that are done, in order."""
        done = ItemState.DONE
        return tuple(sorted(index for index, item in self.items.items() if item.state is done))

    @property
    def is_blocking(self) -> bool:
        """Whether it blocks every start and restart of a training run until a person closes it."""
        return self.state is IncidentState.OPEN and self.blocks_start
