"""A snapshot of a week at one moment: everything that a page shows, each part read once.

No Streamlit and no rules here: facts come from the runner, verdicts from the checks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.diagnosis.reward_evidence import FLAT_HOURS
from core.once import once
from core.schedule import SlotView, due_at, next_up
from core.vocabulary import (
    JobKind,
)
from dashboard.data.shown_events import ShownEvents, newest_event_age, shown_readings, shown_until
from runner.week.judged_moment import run_finished
from runner.week.judged_week import JudgedWeek

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.checks.judgement import Judgement
    from core.language import Message
    from core.liveness import Silence
    from core.playbook import SlotSpec
    from core.reading import Reading
    from runner.records import (
        LedgerEntry,
        Note,
        Signature,
        Tick,
    )
    from runner.tick_records import Withdrawal


@dataclass(frozen=True)
class Item:
    """One check of a slot, with its judgement and its tick."""

    judgement: Judgement
    tick: Tick | None
    withdrawn: Withdrawal | None = None  # the last of this check, while it has no tick since


class Snapshot(JudgedWeek):
    """The week at one real moment, from one state of the store and of the event files.

    Later writes are visible only in the next snapshot. Verdicts and findings are computed
    on demand, and at most once for all sessions that are shown it.
    """

    # --- the run
    @property
    def silence(self) -> Silence | None:
        """How long the run has shown no progress; None if none is expected."""
        return self._of_run.silence

    @property
    def logged(self) -> ShownEvents | None:
        """The events of the run; None without a run or without its files."""
        run = self.run
        return (
            None if run is None or run.reader is None else ShownEvents(run.reader, self.shown_until)
        )

    @once
    def shown_until(self) -> datetime:
        """Real time up to which numbers and curves of the run are shown, so that they agree."""
        return self.now if self.run is None else shown_until(self.run, self.now)

    @once
    def event_age(self) -> timedelta | None:
        """Real time since the newest event; None before the first of the present attempt."""
        return newest_event_age(self.run, self.latest(JobKind.TRAIN), self.now)

    def age(self, reading: Reading, as_of: datetime | None = None) -> timedelta | None:
        """How old a reading was at a week moment (default: now), in week time.

        Never counted beyond now. What is judged at a later or earlier moment than now is judged
        on the run's data at its end, so a reading of the run ages no further than that.
        """
        if reading.at is None:
            return None
        read, until = self.clock.to_week(reading.at), min(as_of or self.now_week, self.now_week)
        finished = run_finished(self)
        if as_of not in {None, self.now_week} and finished is not None and read <= finished:
            until = min(until, finished)
        return max(until - read, timedelta(0))

    def real_window(self, window: timedelta) -> timedelta | None:
        """Real time that the run's last ``window`` of week time took; None: the whole run."""
        if self.run is None:
            return None
        return self.clock.real_window(self.run.until, window)

    @property
    def trend_window(self) -> timedelta:
        """The week time over which the playbook judges the reward's trend."""
        minutes = (
            check.window_minutes
            for check in self.week.playbook.checks.values()
            if check.metric == "reward_trend" and check.window_minutes is not None
        )
        return timedelta(minutes=next(minutes, FLAT_HOURS * 60))

    @once
    def readings(self) -> Mapping[str, Reading]:
        """The run's current readings by name; those without data are missing."""
        return {} if self.run is None else shown_readings(self.run, self.shown_until)

    @once
    def resumed(self) -> Message | None:
        """That the newest attempt was resumed and has logged nothing yet; None otherwise."""
        return None if self.run is None else self.run.resumed_silently(self.shown_until)

    # --- records
    @once
    def ticks(self) -> dict[str, dict[str, Tick]]:
        """Slot id to check id to the tick that counts, the newest."""
        found: dict[str, dict[str, Tick]] = defaultdict(dict)
        for tick in self.records.ticks:
            found[tick.slot][tick.check] = tick
        return found

    @property
    def notes(self) -> Sequence[Note]:
        """Notes of the week, oldest first."""
        return self.records.notes

    @property
    def activity(self) -> Sequence[LedgerEntry]:
        """The last ledger entries, newest first."""
        return self.records.activity

    def procedure(self, procedure_id: str, language: str) -> str:
        """The title of a procedure; its id if the playbook doesn't have it."""
        spec = self.week.playbook.find_escalation(procedure_id)
        return procedure_id if spec is None else spec.title.in_(language)

    @property
    def start_blocked(self) -> bool:
        """Whether an open incident blocks every start."""
        return any(incident.is_blocking for incident in self.incidents)

    @once
    def signatures(self) -> Sequence[Signature]:
        """Signatures of this week, oldest first."""
        return [one for one in self.records.signatures if one.week_id == self.week.id]

    # --- schedule and checks
    def slot(self, slot_id: str) -> SlotSpec:
        """The week's slot of that id.

        :raises KeyError: unknown id.
        """
        return self.week.slot(slot_id, run_finished(self))

    def at(self, slot: SlotSpec) -> datetime:
        """When a slot is due, in week time (UTC)."""
        return due_at(slot, self.week.launch, self.created_week)

    def items(self, slot: SlotSpec) -> list[Item]:
        """The slot's judgements, each with the tick that counts."""
        ticks = self.ticks.get(slot.id, {})
        taken = {one.check: one for one in self.records.withdrawals if one.slot == slot.id}
        found = []
        for judged in self.judgements(slot):
            tick = ticks.get(judged.check)
            found.append(Item(judged, tick, None if tick else taken.get(judged.check)))
        return found

    @property
    def next_slot(self) -> SlotView | None:
        """What to do now: the earliest that is overdue or due, else the next to come."""
        return next_up(self.timeline)
