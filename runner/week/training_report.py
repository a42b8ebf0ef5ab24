"""The facts of a training report, read once from store, event files and the run's model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.diagnosis import diagnose
from core.diagnosis.scenario_titles import scenario_title
from core.errors import InputError
from core.language import Message, literal
from core.report.training_facts import (
    Attempted,
    Check,
    FoundScenario,
    KeptModel,
    Slot,
    Ticked,
    TrainingFacts,
)
from core.telemetry import RunReader
from core.telemetry.readings import readings
from core.timestamps import from_unix
from core.vocabulary import (
    LIVE_TRAINING,
    FindingStatus,
    SlotState,
)
from runner.store.alerts import acknowledgements
from runner.week.facts import facts_of_run
from runner.week.judged_week import JudgedWeek
from runner.week.run_events import curves_of, events_of, incident_of, pace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from core.alerts.acknowledgement import Acknowledgement
    from core.diagnosis import Finding
    from core.facts import RunFacts
    from core.schedule import SlotView
    from runner.client import Client
    from runner.client.run_models import TrainingRun
    from runner.incident_records import Incident
    from runner.records import Attempt, Job

READINGS = {
    "step": Message("Step"),
    "steps_per_second": Message("Steps per second"),
    "last_reward": Message("Reward"),
    "validation_sharpe": Message("Validation Sharpe"),
    "kl": Message("KL divergence"),
    "entropy": Message("Entropy"),
    "entropy_share": Message("Entropy, share of its highest"),
    "explained_variance": Message("Explained variance"),
    "value_loss": Message("Value loss"),
    "policy_loss": Message("Policy loss"),
    "learning_rate": Message("Learning rate"),
}
_SHOWN = {FindingStatus.FIRING, FindingStatus.RECOVERING, FindingStatus.PENDING}


def report_facts(
    client: Client,
    run: str,
    week_id: str | None = None,
    reader_of: Callable[[Path], RunReader] | None = None,
) -> TrainingFacts:
    """Everything that is known of a run now.

    :param week_id: its week; two weeks may watch runs of one name. None: the newest that has one.
    :param reader_of: see :class:`runner.week.sources.Sources`.
    :raises InputError: there is no such run.
    """
    own = (each for each in client.runs() if week_id in {None, each.week_id})
    found = next((each for each in own if each.run == run), None)
    if found is not None:
        week_id = found.week_id
    elif week_id is None:
        week_id = _watching(client, run)
    records = None if week_id is None else client.week_records(week_id)
    if records is None:
        raise _no_run(run)
    week = JudgedWeek(client.home, records, client.now(), reader_of or RunReader)
    with client.store.read() as connection:
        answers = acknowledgements(connection, week_id)
    return _Report(week, run, found, answers).facts()


def _watching(client: Client, run: str) -> str | None:
    """The newest week that watches a run of this name."""
    weeks = [week for week in reversed(client.weeks()) if week.watched is not None]
    return next((week.id for week in weeks if _folder(week.watched) == run), None)


def _folder(path: str | None) -> str:
    return (path or "").rstrip("/").rpartition("/")[2]


def _no_run(run: str) -> InputError:
    return InputError(
        Message("There is no training run {run}.", run=run),
        Message("List the runs: trainweek model list"),
    )


class _Report:
    """One run of a week.

    :param answers: the week's acknowledgements of alerts.
    """

    def __init__(
        self,
        week: JudgedWeek,
        run: str,
        listed: TrainingRun | None,
        answers: Sequence[Acknowledgement],
    ) -> None:
        self.week, self.name, self.listed, self.answers = week, run, listed, answers
        newest = week.run
        self.newest = newest is not None and newest.name == run
        self.of_run = week.facts if self.newest else facts_of_run(week, None, run)

    def facts(self) -> TrainingFacts:
        """All of it.

        :raises InputError: no process of the run has ever started.
        """
        run, week, listed = self.of_run.run, self.week, self.listed
        if run is None or run.name != self.name:
            raise _no_run(self.name)
        log = week.log(run.started, run.until)
        self.of_run = replace(self.of_run, log=log)
        findings = self._findings(run)
        shown = tuple(each for each in findings if each.finding.status in _SHOWN)
        incidents = tuple(incident_of(each, week.week.playbook) for each in self._incidents(run))
        timeline = [] if week.week.only_watched else week.timeline
        slots = [view for view in timeline if view.state is not SlotState.UPCOMING]
        own = [view for view in slots if self._is_own(view)]
        limits = week.week.limits
        values = {} if run.reader is None else readings(run.reader, run.total_steps, run.until)
        step = values.get("step")
        return TrainingFacts(
            run=self.name,
            week=week.week.id,
            as_of=week.now,
            clock=week.clock,
            status=run.status,
            started=run.started,
            ended=run.ended,
            total_steps=run.total_steps,
            source=run.source,
            reason=run.reason,
            in_progress=run.status in LIVE_TRAINING,
            process_known=run.process_known,
            limited=limits is not None,
            synthetic=week.synthetic,
            tag=week.week.tag,
            symbol=week.week.symbol,
            note=listed.note if listed else "",
            steps=None if step is None else int(step.number),
            readings=tuple((READINGS[name], values[name]) for name in READINGS if name in values),
            curves=curves_of(run, limits),
            events=events_of(week, run, shown, incidents, self._next_start(run)),
            slots=tuple(self._slot(view) for view in own),
            elsewhere=len(slots) - len(own),
            to_come=len(timeline) - len(slots),
            findings=shown,
            clear=tuple(f.title for f in findings if f.finding.status is FindingStatus.OK),
            incidents=incidents,
            attempts=self._attempts(),
            log=log if log.exists else None,
            problems=()
            if run.reader is None
            else tuple(problem.text for problem in run.reader.problems),
            settings=dict(listed.settings) if listed else {},
            changed=dict(listed.changed) if listed else {},
            model=self._model(),
            no_model=(listed.problem or "") if listed else "",
            decision=self._decision(),
            playbook=week.week.playbook.id if limits is not None else "",
            playbook_sha256=week.week.playbook_sha256,
        )

    def _findings(self, run: RunFacts) -> list[FoundScenario]:
        playbook, until = self.week.week.playbook, self._next_start(run)
        found = self.week.findings if self.newest else diagnose(self.of_run, playbook)
        return [
            FoundScenario(
                scenario_title(playbook, each.scenario),
                each,
                began := _began(run, each),
                self._answer(f"finding:{each.scenario}", began or run.started, until),
            )
            for each in found
        ]

    def _answer(
        self, key: str, since: datetime, until: datetime | None
    ) -> tuple[str, datetime] | None:
        own = (each for each in self.answers if each.what == key and each.at >= since)
        return next(((each.by, each.at) for each in own if until is None or each.at < until), None)

    def _is_own(self, view: SlotView) -> bool:
        """Whether the slot's checks are about this run; work is about the week's newest one."""
        if self.week.judged_now(view.spec):
            return self.newest
        run = self.week.facts_at(view.spec).run
        return self.newest if run is None else run.name == self.name

    def _slot(self, view: SlotView) -> Slot:
        week, spec = self.week, view.spec
        ticks = {tick.check: tick for tick in week.records.ticks if tick.slot == spec.id}
        checks = []
        for judged in week.judgements(spec):
            known, tick = week.week.playbook.checks.get(judged.check), ticks.get(judged.check)
            given = None
            if tick is not None:
                seen = tick.verdict_seen
                given = Ticked(tick.by, tick.at, seen, tick.note, tick.verified)
            title = literal(judged.check) if known is None else known.title
            checks.append(Check(title, judged, given))
        notes = tuple((note.by, note.text) for note in week.records.notes if note.slot == spec.id)
        return Slot(spec.title, view.at, view.state, tuple(checks), notes)

    def _incidents(self, run: RunFacts) -> list[Incident]:
        """Those of the run's jobs, and those opened while it was the week's run; oldest first."""
        jobs = {job.id for job, _ in self._own_attempts()}
        until = self._next_start(run)
        return [
            each
            for each in reversed(self.week.incidents)
            if each.job_id in jobs
            or (each.opened_at >= run.started and (until is None or each.opened_at < until))
        ]

    def _next_start(self, run: RunFacts) -> datetime | None:
        later = [
            attempt.started_at
            for job, attempt in self.week.training_attempts()
            if job.run != self.name and attempt.started_at > run.started
        ]
        return min(later, default=None)

    def _own_attempts(self) -> list[tuple[Job, Attempt]]:
        return [
            (job, attempt)
            for job, attempt in self.week.training_attempts(self.week.now)
            if (job.run or self.week.week.tag) == self.name
        ]

    def _attempts(self) -> tuple[Attempted, ...]:
        return tuple(
            Attempted(
                number, attempt.state, attempt.reason, job.requested_by,
                attempt.started_at, attempt.ended_at, attempt.exit_code,
            )
            for number, (job, attempt) in enumerate(self._own_attempts(), start=1)
        )  # fmt: skip

    def _model(self) -> KeptModel | None:
        listed = self.listed
        if listed is None or listed.model is None:
            return None
        placed = None
        if (choice := listed.choice) is not None:
            at = self.week.clock.to_week(choice.at)
            placed = (
                Message("Since {at:%Y-%m-%d %H:%M} UTC, when the run completed.", at=at)
                if choice.how == "completed"
                else Message(
                    "Chosen by {by}, {at:%Y-%m-%d %H:%M} UTC: {reason}",
                    by=choice.by,
                    at=at,
                    reason=choice.reason or "–",
                )
            )
        home, model = self.week.home, listed.model
        path = home.relative(home.run_model(listed.run))
        return KeptModel(path, model.sha256, model.step, model.manifest, listed.in_use, placed)

    def _decision(self) -> str:
        decided = self.listed.decided if self.listed else None
        if decided is None or decided.decision is None:
            return ""
        return f"{decided.decision} {decided.score or ''}".strip()


def _began(run: RunFacts, finding: Finding) -> datetime | None:
    """Real time of the step since which a finding holds."""
    pace = pace_of(run)
    if pace is None or finding.since_step is None or not len(pace):
        return None
    place = min(int(pace.step.searchsorted(finding.since_step)), len(pace) - 1)
    return from_unix(float(pace.wall[place]))
