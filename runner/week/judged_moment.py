"""The moment as of which a slot's checks are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.schedule import JUDGED_AT_A_MOMENT
from core.vocabulary import JobKind, JobState

if TYPE_CHECKING:
    from datetime import datetime

    from core.playbook import Playbook, SlotSpec
    from core.week import Week
    from runner.week.sources import Sources


def judged_as_of(slot: SlotSpec, week: Week) -> datetime | None:
    """The week moment as of which a slot is judged; None: now.

    A check of the training run is judged as of the slot's own moment, whenever that happens.
    Work (pre-flight, preparation, delivery) may be done later, so it is judged as of now.
    """
    return slot.at(week.launch) if slot.kind in JUDGED_AT_A_MOMENT else None


def slots_of(sources: Sources) -> tuple[SlotSpec, ...]:
    """The week's slots; see :meth:`core.week.Week.slots`."""
    return sources.week.slots(run_finished(sources))


def playbook_of(slot: SlotSpec, sources: Sources) -> Playbook:
    """The playbook that a slot is judged under: an earlier one, if it was judged before."""
    return sources.week.playbook_of(slot, run_finished(sources))


def is_known(moment: datetime, sources: Sources) -> bool:
    """Whether the facts of a week moment are known: it has come, or the run completed before it.

    After its end a run does not change, so a check of it is judged at once.
    """
    finished = run_finished(sources)
    return moment <= sources.now_week or (finished is not None and finished < moment)


def is_early(slot: SlotSpec, sources: Sources) -> bool:
    """Whether the facts as of which the slot is judged are not known yet."""
    moment = judged_as_of(slot, sources.week)
    return moment is not None and not is_known(moment, sources)


def run_finished(sources: Sources) -> datetime | None:
    """Week time at which the week's newest run completed; None: it has not, or another began."""
    newest = next((job for job in sources.records.jobs if job.kind is JobKind.TRAIN), None)
    if newest is None or newest.state is not JobState.SUCCEEDED or newest.ended_at is None:
        return None
    return sources.clock.to_week(newest.ended_at)
