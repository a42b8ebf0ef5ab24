"""How one week stands: what its own pages say of it, in one line and in no language yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.errors import TrainweekError
from core.vocabulary import Severity, SignatureState, SlotState, TrainingStatus
from dashboard.components.no_problem import no_problem
from dashboard.components.run_state import progress, seen_state
from runner.week.concern import WORST_FIRST
from runner.week.concerns import concerns

if TYPE_CHECKING:
    from datetime import datetime

    from core.schedule import SlotView
    from core.vocabulary import Decision, EvidenceGrade, SignatureAct
    from dashboard.components.no_problem import NoProblem
    from dashboard.components.run_state import SeenState
    from dashboard.data.snapshot import Snapshot
    from runner.week.concern import Concern

LIVE = timedelta(seconds=3)  # until a week in progress is judged again, if there is time for it
SETTLED = timedelta(minutes=1)  # of any other: its files may have changed
_RUNNER = "runner"  # the key of the concern that is about the whole data directory


@dataclass(frozen=True)
class Made:
    """A decision, and what became of it."""

    decision: Decision
    grade: EvidenceGrade
    score: str
    signature: SignatureState
    act: SignatureAct | None


@dataclass(frozen=True)
class Standing:
    """A week as of one real moment; the rules are those of its own pages.

    :ivar state: of its newest run; None: it has none.
    :ivar share: of the run's steps, 0 to 1.
    :ivar next_slot: what to do next; None: nothing is left.
    :ivar late: by how much that is overdue, or how long until it is due (negative), in week time.
    :ivar problems: the most severe first; that the runner is away, which every week says, last.
    :ivar clear: what is said where there is none.
    :ivar until: real moment from which on it may be another.
    """

    read: datetime
    state: SeenState | None
    share: float | None
    next_slot: SlotView | None
    late: timedelta
    overdue: int
    problems: tuple[Concern, ...]
    clear: NoProblem
    made: Made | None
    live: bool
    synthetic: bool
    until: datetime

    @property
    def urgency(self) -> tuple[int, bool, bool, bool]:
        """Sorts what needs a person first. A runner that is away is the same for every week."""
        own = [WORST_FIRST.index(one.severity) for one in self.problems if one.key != _RUNNER]
        due = self.next_slot is not None and self.next_slot.state is not SlotState.UPCOMING
        return (min(own, default=len(WORST_FIRST)), not self.overdue, not due, not self.live)


def standing_of(week: Snapshot) -> Standing:
    """How the week of a snapshot stands."""
    found = [one for one in concerns(week) if one.severity is not Severity.INFO]
    problems = sorted(found, key=lambda one: one.key == _RUNNER)
    next_slot = None if week.week.only_watched else week.next_slot
    live = not week.settled
    return Standing(
        read=week.now,
        state=None if week.run is None else seen_state(week),
        share=progress(week) if week.status is TrainingStatus.RUNNING else None,
        next_slot=next_slot,
        late=timedelta() if next_slot is None else week.now_week - next_slot.due,
        overdue=len(week.overdue),
        problems=tuple(problems),
        clear=no_problem(week),
        made=_made(week),
        live=live,
        synthetic=week.synthetic,
        until=_until(week, LIVE if live else SETTLED),
    )


def _made(week: Snapshot) -> Made | None:
    """None also for an altered archive, which is one of the problems."""
    try:
        saved = week.saved_decision
    except TrainweekError:
        return None
    if saved is None:
        return None
    found, signature = saved.decision, week.signature_of(saved.sha256)
    return Made(
        found.decision,
        found.evidence.grade,
        found.score,
        week.validity(signature).state,
        None if signature is None else signature.act,
    )


def _until(week: Snapshot, most: timedelta) -> datetime:
    """The next moment at which a slot becomes due or late, but no later than after ``most``."""
    found = week.now + most
    for view in week.timeline:
        grace = timedelta(minutes=view.spec.grace_minutes)
        for moment in (view.at, view.due_from, view.due_from + grace):
            real = week.clock.to_real(moment) if moment > week.now_week else None
            if real is not None:
                found = min(found, max(real, week.now))
    return found
