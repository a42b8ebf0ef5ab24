"""A snapshot of a week at one moment: everything that a page shows, each part read once.

No Streamlit and no rules here: facts come from the runner, verdicts from the checks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.checks import judge_slot
from core.decision import latest_decision
from core.diagnosis import Finding, diagnose
from core.diagnosis.reward_evidence import FLAT_HOURS
from core.once import once
from core.schedule import SlotView, due_at, next_up
from core.telemetry import RunReader
from core.vocabulary import ACTIVE_STATES, LIVE_TRAINING, JobKind, Liveness, TrainingStatus
from dashboard.data.shown_events import ShownEvents, newest_event_age, shown_readings, shown_until
from runner.week.agenda import agenda, anomaly_days
from runner.week.facts import facts_of_run, gather
from runner.week.judged_moment import judged_as_of, playbook_of, run_finished
from runner.week.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from core.checks.judgement import Judgement
    from core.decision import SavedDecision
    from core.facts import Facts, RunFacts
    from core.language import Message
    from core.liveness import Pulse, Silence
    from core.paths import Home
    from core.playbook import SlotSpec
    from core.reading import Reading
    from runner.incident_records import Incident
    from runner.records import (
        Job,
        LedgerEntry,
        Note,
        Signature,
        Tick,
        WeekRecords,
    )


@dataclass(frozen=True)
class Item:
    """One check of a slot, with its judgement and its tick."""

    judgement: Judgement
    tick: Tick | None


class Snapshot(Sources):
    """The week at one real moment, from one state of the store and of the event files.

    Later writes are visible only in the next snapshot. Verdicts and findings are computed
    on demand, and at most once for all sessions that are shown it.
    """

    def __init__(
        self,
        home: Home,
        records: WeekRecords,
        now: datetime,
        reader_of: Callable[[Path], RunReader] = RunReader,
    ) -> None:
        super().__init__(home, records, now, reader_of)
        self._facts: dict[datetime | None, Facts] = {}
        self._judgements: dict[str, list[Judgement]] = {}

    # --- the run
    @property
    def facts(self) -> Facts:
        """The facts of now: what the diagnosis reads."""
        return self._facts_as_of(None)

    @once
    def _of_run(self) -> Facts:
        return facts_of_run(self)

    @property
    def run(self) -> RunFacts | None:
        """The week's training run over all its attempts; None before the first."""
        return self._of_run.run

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

    @property
    def status(self) -> TrainingStatus:
        """The run's status; ``NOT_STARTED`` without a run."""
        return self.run.status if self.run else TrainingStatus.NOT_STARTED

    @once
    def shown_until(self) -> datetime:
        """Real time up to which numbers and curves of the run are shown, so that they agree."""
        return self.now if self.run is None else shown_until(self.run, self.now)

    @once
    def event_age(self) -> timedelta | None:
        """Real time since the newest event; None before the first of the present attempt."""
        return newest_event_age(self.run, self.latest(JobKind.TRAIN), self.now)

    def age(self, reading: Reading, as_of: datetime | None = None) -> timedelta | None:
        """How old a reading was at a week moment (default: now), in week time."""
        if reading.at is None:
            return None
        return max((as_of or self.now_week) - self.clock.to_week(reading.at), timedelta(0))

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
    def pulse(self) -> Pulse | None:
        """Liveness of the training process, with its evidence; None without a live job."""
        job = self.busy(JobKind.TRAIN)
        return None if job is None else self.pulse_of(job)

    @property
    def stalled(self) -> bool:
        """Whether the process is alive but makes no progress, by all its progress signals."""
        return self.pulse is not None and self.pulse.liveness is Liveness.STALLED

    @property
    def stale(self) -> bool:
        """Whether the run should make progress, but its process or event files show none."""
        return self.stalled or self._of_run.without_progress

    @property
    def settled(self) -> bool:
        """Whether no run and no job is in progress: only a write, or the hour, changes what is shown."""
        return self.status not in LIVE_TRAINING and all(
            job.state not in ACTIVE_STATES for job in self.jobs
        )

    @once
    def readings(self) -> Mapping[str, Reading]:
        """The run's current readings by name; those without data are missing."""
        return {} if self.run is None else shown_readings(self.run, self.shown_until)

    @once
    def resumed(self) -> Message | None:
        """That the newest attempt was resumed and has logged nothing yet; None otherwise."""
        return None if self.run is None else self.run.resumed_silently(self.shown_until)

    @once
    def findings(self) -> list[Finding]:
        """The diagnosis of every scenario of the playbook, as of now."""
        return diagnose(self.facts, self.week.playbook)

    # --- records
    @property
    def jobs(self) -> Sequence[Job]:
        """All jobs of the week, newest first."""
        return self.records.jobs

    def latest(self, kind: JobKind) -> Job | None:
        """The newest job of that kind, in any state."""
        return next((job for job in self.jobs if job.kind is kind), None)

    def busy(self, kind: JobKind) -> Job | None:
        """The job of that kind that is queued or in progress; None if there is none."""
        job = self.latest(kind)
        return job if job and job.state in ACTIVE_STATES else None

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

    @property
    def incidents(self) -> Sequence[Incident]:
        """Incidents of the week, open and closed, newest first."""
        return self.records.incidents

    @property
    def open_incidents(self) -> list[Incident]:
        """Incidents that were not closed, newest first."""
        return [i for i in self.incidents if i.closed_at is None]

    def procedure(self, procedure_id: str, language: str) -> str:
        """The title of a procedure; its id if the playbook doesn't have it."""
        spec = self.week.playbook.find_escalation(procedure_id)
        return procedure_id if spec is None else spec.title.in_(language)

    @property
    def start_blocked(self) -> bool:
        """Whether an open incident blocks every start."""
        return any(incident.is_blocking for incident in self.incidents)

    @once
    def saved_decision(self) -> SavedDecision | None:
        """The week's newest saved decision, with its hashes checked; None if there is none.

        :raises TrainweekError: its archive was altered.
        """
        return latest_decision(self.home, self.week.id)

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

    def judged_now(self, slot: SlotSpec) -> bool:
        """Whether its checks are judged on today's data, not on the data of its own time."""
        return judged_as_of(slot, self.week) is None

    def facts_at(self, slot: SlotSpec) -> Facts:
        """The facts as of the moment for which the slot is judged."""
        return self._facts_as_of(judged_as_of(slot, self.week))

    def _facts_as_of(self, moment: datetime | None) -> Facts:
        with self.computing:
            if moment not in self._facts:
                self._facts[moment] = gather(self, moment)
            return self._facts[moment]

    def judgements(self, slot: SlotSpec) -> list[Judgement]:
        """The slot's checks, judged on the facts of its moment; computed once per snapshot."""
        with self.computing:
            if slot.id not in self._judgements:
                judged = judge_slot(playbook_of(slot, self), slot.id, self.facts_at(slot))
                self._judgements[slot.id] = judged
            return self._judgements[slot.id]

    def items(self, slot: SlotSpec) -> list[Item]:
        """The slot's judgements, each with the tick that counts."""
        ticks = self.ticks.get(slot.id, {})
        return [Item(judged, ticks.get(judged.check)) for judged in self.judgements(slot)]

    @once
    def anomaly_days(self) -> Collection[date]:
        """Days whose daily check found something; only then is the second check due."""
        return anomaly_days(self)

    @once
    def timeline(self) -> list[SlotView]:
        """All slots of the week in order, each with its time and state."""
        return agenda(self)

    @property
    def next_slot(self) -> SlotView | None:
        """What to do now: the earliest that is overdue or due, else the next to come."""
        return next_up(self.timeline)
