"""One look at a week: everything that a page shows of one moment, each read once.

No Streamlit here, and no judging: facts come from the runner's evidence, verdicts
from the checks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from core.checks import judge_slot
from core.checks.judgement import Judgement
from core.clock import Clock
from core.diagnosis import Finding, diagnose
from core.facts import Facts, RunFacts
from core.liveness import Pulse
from core.playbook import SlotSpec
from core.reading import Reading
from core.schedule import SlotView, next_up
from core.telemetry import RunReader
from core.telemetry.readings import readings
from core.vocabulary import (
    LIVE_STATES,
    WAITING_STATES,
    JobKind,
    Liveness,
    TrainingStatus,
)
from core.week import Week
from runner.client import Client
from runner.records import Incident, Job, LedgerEntry, Note, RunnerStatus, Signature, Tick
from runner.week.agenda import agenda, anomaly_days
from runner.week.facts import gather, judged_as_of, latest_run


@dataclass(frozen=True)
class Item:
    """One check of a slot, with its judgement and what people did with it."""

    judgement: Judgement
    tick: Tick | None


class Snapshot:
    """The week at one real moment."""

    def __init__(
        self,
        client: Client,
        reader_of: Callable[[Path], RunReader],
        week: Week,
        now: datetime,
    ) -> None:
        self.reader_of = reader_of
        self.week = week
        self.now = now
        self.client = client

    # --- time, runner, run
    @cached_property
    def clock(self) -> Clock:
        return self.client.clock(self.week.id)

    @cached_property
    def now_week(self) -> datetime:
        return self.clock.to_week(self.now)

    @cached_property
    def runner(self) -> RunnerStatus:
        return self.client.runner_status()

    @cached_property
    def reader(self) -> RunReader | None:
        folder = latest_run(self.client, self.week)
        return None if folder is None else self.reader_of(folder)

    @cached_property
    def facts(self) -> Facts:
        return gather(self.client, self.week, None, self.reader)

    @property
    def run(self) -> RunFacts | None:
        return self.facts.run

    @property
    def status(self) -> TrainingStatus:
        return self.run.status if self.run else TrainingStatus.NOT_STARTED

    @cached_property
    def event_age(self) -> timedelta | None:
        """Real time since the newest event; None before the first."""
        reader = self.run.reader if self.run else None
        newest = self.readings.get("freshness")
        if reader is None or newest is None or newest.at is None:
            return None
        return max(self.now - newest.at, timedelta(0))

    def age(self, reading: Reading, as_of: datetime | None = None) -> timedelta | None:
        """How old a reading was at a week moment (default: now), in week time."""
        if reading.at is None:
            return None
        return max((as_of or self.now_week) - self.clock.to_week(reading.at), timedelta(0))

    def real_window(self, window: timedelta) -> timedelta | None:
        """How much real time the run's last hours of week time took; None: its whole life."""
        if self.run is None:
            return None
        since = self.clock.to_real(self.clock.to_week(self.run.until) - window)
        return None if since is None else self.run.until - since

    @cached_property
    def pulse(self) -> Pulse | None:
        """Whether the training's process is at work now; None where none lives."""
        job = self.busy(JobKind.TRAIN)
        return None if job is None or job.state not in LIVE_STATES else self.client.pulse(job.id)

    @property
    def stalled(self) -> bool:
        """The process lives and makes no progress, by all of its signs together."""
        return self.pulse is not None and self.pulse.liveness is Liveness.STALLED

    @property
    def stale(self) -> bool:
        """The run should make progress, and its process or its event files show none."""
        silence = self.facts.silence
        return self.stalled or (silence is not None and silence.stalled)

    @cached_property
    def readings(self) -> Mapping[str, Reading]:
        run = self.run
        if run is None or run.reader is None:
            return {}
        return readings(run.reader, run.total_steps, run.until)

    @cached_property
    def findings(self) -> list[Finding]:
        return diagnose(self.facts, self.week.playbook)

    # --- store
    @cached_property
    def jobs(self) -> list[Job]:
        """All jobs of the week, newest first."""
        return list(self.client.jobs(week_id=self.week.id, limit=500))

    def latest(self, kind: JobKind) -> Job | None:
        return next((job for job in self.jobs if job.kind is kind), None)

    def busy(self, kind: JobKind) -> Job | None:
        """The job of that kind that waits or lives."""
        job = self.latest(kind)
        return job if job and job.state in LIVE_STATES | WAITING_STATES else None

    @cached_property
    def ticks(self) -> dict[str, dict[str, Tick]]:
        """Slot to check to the tick that counts, the newest."""
        found: dict[str, dict[str, Tick]] = defaultdict(dict)
        for tick in sorted(self.client.ticks(self.week.id), key=lambda tick: tick.id):
            found[tick.slot][tick.check] = tick
        return found

    @cached_property
    def notes(self) -> list[Note]:
        return list(self.client.notes(self.week.id))

    @cached_property
    def activity(self) -> list[LedgerEntry]:
        """What was recorded last, newest first."""
        return list(self.client.activity(self.week.id, limit=50))

    @cached_property
    def incidents(self) -> list[Incident]:
        return list(self.client.incidents(self.week.id))

    @property
    def open_incidents(self) -> list[Incident]:
        return [i for i in self.incidents if i.closed_at is None]

    @cached_property
    def signatures(self) -> list[Signature]:
        return list(self.client.signatures(self.week.id))

    # --- schedule and checks
    def slot(self, slot_id: str) -> SlotSpec:
        return self.week.playbook.slot(slot_id)

    def at(self, slot: SlotSpec) -> datetime:
        return slot.at(self.week.launch)

    def facts_at(self, slot: SlotSpec) -> Facts:
        """What was known at the moment as of which the slot is judged."""
        moment = judged_as_of(slot, self.week)
        if moment is None:
            return self.facts
        return gather(self.client, self.week, moment, self.reader)

    def judgements(self, slot: SlotSpec) -> list[Judgement]:
        return judge_slot(self.week.playbook, slot.id, self.facts_at(slot))

    def items(self, slot: SlotSpec) -> list[Item]:
        ticks = self.ticks.get(slot.id, {})
        return [Item(judged, ticks.get(judged.check)) for judged in self.judgements(slot)]

    @cached_property
    def anomaly_days(self) -> Collection[date]:
        """Days whose daily check found something; only then is the second check due."""
        return anomaly_days(self.client, self.week)

    @cached_property
    def timeline(self) -> list[SlotView]:
        return agenda(self.client, self.week)

    @property
    def next_slot(self) -> SlotView | None:
        """What to do now: the earliest that is overdue or due, else the next to come."""
        return next_up(self.timeline)
