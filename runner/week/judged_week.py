"""A week at one moment, judged: its run, findings, checks and timeline, each computed at most once.

The pages show it (``dashboard/data/snapshot.py`` adds what only they need), and the runner's alerts
look at it. No rules here: facts come from the runner, verdicts from the checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.checks import judge_slot
from core.decision import latest_decision
from core.diagnosis import Finding, diagnose
from core.once import once
from core.schedule import overdue
from core.shifts import on_call
from core.telemetry import RunReader
from core.vocabulary import (
    ACTIVE_STATES,
    LIVE_TRAINING,
    OUT_OF_SIGHT,
    JobKind,
    Liveness,
    TrainingStatus,
)
from runner.week.agenda import agenda, anomaly_days
from runner.week.facts import facts_of_run, gather
from runner.week.judged_moment import judged_as_of, playbook_of
from runner.week.own_rules import RuleState, rule_states
from runner.week.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from core.checks.judgement import Judgement
    from core.decision import SavedDecision
    from core.facts import Facts, RunFacts
    from core.liveness import Pulse
    from core.paths import Home
    from core.playbook import SlotSpec
    from core.schedule import SlotView
    from runner.alerts.seen_readings import SeenReadings
    from runner.incident_records import Incident
    from runner.records import Job, WeekRecords


class JudgedWeek(Sources):
    """The week at one real moment, from one state of the store and of the event files.

    Later writes are visible only in the next one. Verdicts and findings are computed
    on demand, and at most once for all threads that share it.

    :param seen: what was known at the look before; own rules then also say what came and went since.
    """

    def __init__(
        self,
        home: Home,
        records: WeekRecords,
        now: datetime,
        reader_of: Callable[[Path], RunReader] = RunReader,
        seen: SeenReadings | None = None,
    ) -> None:
        super().__init__(home, records, now, reader_of)
        self._seen = seen
        self._facts: dict[datetime | None, Facts] = {}
        self._judgements: dict[str, list[Judgement]] = {}

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
    def status(self) -> TrainingStatus:
        """The run's status; ``NOT_STARTED`` without a run."""
        return self.run.status if self.run else TrainingStatus.NOT_STARTED

    @once
    def pulse(self) -> Pulse | None:
        """Liveness of the training process, with its evidence; None without a live job."""
        job = self.busy(JobKind.TRAIN)
        return None if job is None else self.pulse_of(job)

    @property
    def settled(self) -> bool:
        """Whether no run and no job is in progress: only a write, or the hour, changes what is shown."""
        return self.status not in LIVE_TRAINING and all(
            job.state not in ACTIVE_STATES for job in self.jobs
        )

    @property
    def stalled(self) -> bool:
        """Whether the process is alive but makes no progress, by all its progress signals."""
        return self.pulse is not None and self.pulse.liveness is Liveness.STALLED

    @property
    def out_of_sight(self) -> bool:
        """Whether it runs on a machine that can't be asked now, or of which two words disagree."""
        return self.pulse is not None and self.pulse.liveness in OUT_OF_SIGHT

    @property
    def stale(self) -> bool:
        """Whether the run should make progress and makes none.

        A supervised process has more signals than its event files: where only those are lost, its
        steps still go up. Without one the files decide.
        """
        if self.pulse is not None and self.pulse.liveness in {Liveness.WORKING, Liveness.QUIET}:
            return False
        return self.stalled or self._of_run.without_progress

    @once
    def findings(self) -> list[Finding]:
        """The diagnosis of every scenario of the playbook, as of now."""
        return diagnose(self.facts, self.week.playbook)

    @once
    def rule_states(self) -> list[RuleState]:
        """The engineers' own rules, judged on the run as of now."""
        return rule_states(self.records.rules, self.run, self.clock, self.now, self._seen)

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

    @property
    def incidents(self) -> Sequence[Incident]:
        """Incidents of the week, open and closed, newest first."""
        return self.records.incidents

    @property
    def open_incidents(self) -> list[Incident]:
        """Incidents that were not closed, newest first."""
        return [i for i in self.incidents if i.closed_at is None]

    @once
    def saved_decision(self) -> SavedDecision | None:
        """The week's newest saved decision, with its hashes checked; None if there is none.

        :raises TrainweekError: its archive was altered.
        """
        return latest_decision(self.home, self.week.id)

    @once
    def on_call(self) -> tuple[str, ...]:
        """Whose shift it is now; empty: nobody's."""
        return on_call(self.records.shifts, self.now)

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

    @once
    def anomaly_days(self) -> Collection[date]:
        """Days whose daily check found something; only then is the second check due."""
        return anomaly_days(self)

    @once
    def timeline(self) -> list[SlotView]:
        """All slots of the week in order, each with its time and state."""
        return agenda(self)

    @property
    def overdue(self) -> list[SlotView]:
        """The late slots, the oldest first; a run that is only watched has no schedule."""
        return [] if self.week.only_watched else overdue(self.timeline)
