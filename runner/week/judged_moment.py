"""The moment as of which a slot's checks are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.schedule import JUDGED_AT_A_MOMENT
from core.vocabulary import JobKind, JobState

if TYPE_CHECKING:
    from datetime import datetime

    from core.playbook import SlotSpec
    from runner.week.sources import Sources


def judged_as_of(slot: SlotSpec, sources: Sources) -> datetime | None:
    """The week moment as of which a slot is judged; None: now.

    A check of the training run is judged as of the slot's own moment, whenever that happens, or
    as of the run's end if it completed before: nothing changes after it. Work (pre-flight,
    preparation, delivery) may be done later, so it is judged as of now.
    """
    if slot.kind not in JUDGED_AT_A_MOMENT:
        return None
    at, finished = slot.at(sources.week.launch), run_finished(sources)
    return at if finished is None else min(at, finished)


def is_early(slot: SlotSpec, sources: Sources) -> bool:
    """Whether the moment as of which the slot is judged has not come."""
    moment = judged_as_of(slot, sources)
    return moment is not None and moment > sources.now_week


def run_finished(sources: Sources) -> datetime | None:
    """Week time at which the week's newest run completed; None: it has not, or another began."""
    newest = next((job for job in sources.records.jobs if job.kind is JobKind.TRAIN), None)
    if newest is None or newest.state is not JobState.SUCCEEDED or newest.ended_at is None:
        return None
    return sources.clock.to_week(newest.ended_at)
