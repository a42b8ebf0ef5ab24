"""A week that is lived hour by hour on a clock of ours, and what its pages say at each moment."""

from __future__ import annotations

import os
import subprocess
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.alerts.own_rule import Operator, RuleTerms
from core.checks.daily import write_daily_summary
from core.files import write_json
from core.ledger_bodies import AttemptColumns, AttemptStarted, JobColumns, ProcessColumns
from core.people import Person
from core.timestamps import iso
from core.vocabulary import JobKind, JobState, Role, Severity, Verdict
from dashboard.data.concerns import concerns
from runner.home.runner_identity import RunnerIdentity, write_identity
from runner.processes.identity import identify
from runner.processes.procfs import boot_id
from runner.reported_problems import ReportedProblems
from runner.service import log
from runner.store.fenced_store import FencedStore
from runner.store.runner_place import RunnerPlace
from runner.supervision.active_jobs import ActiveJobs
from runner.week.daily_check import run_daily_check
from runner.week.machine_recorder import MachineRecorder
from tests.dashboard.place import LAUNCH, STEPS_A_POINT, Place, events
from tests.event_files import append_events, write_events
from tests.expected import job_of, present, recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from dashboard.data.snapshot import Snapshot
    from runner.records import Job

ENGINEER = Person("Eva", Role.ENGINEER)
# Before somebody looks: what the machine does, then the runner's line, then what people do.
DONE, WRITTEN = timedelta(seconds=30), timedelta(seconds=7)
GIGABYTE = 10**9


class LivedWeek(Place):
    """Its runner is this process, its trainer too. ``live`` has what was seen at each moment."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(root)
        self.live: dict[datetime, dict[str, Any]] = {}
        self.now = LAUNCH - timedelta(hours=3)
        for module in ("runner.week.sources", "runner.week.machine_recorder"):
            patch.setattr(f"{module}.free_bytes", lambda _home: self.free)
        # The trainer is this process, whose real age says nothing of the week's time.
        patch.setattr("runner.liveness.status.age_s", lambda _process: 60.0)
        self._recorder: MachineRecorder | None = None
        self._identity: RunnerIdentity | None = None
        self._written = LAUNCH
        self.training: Job | None = None

    @property
    def free(self) -> int:
        """Less every hour, and more again after two days."""
        hours = (self.now - LAUNCH + timedelta(minutes=20)) // timedelta(hours=1)
        return (20 - hours // 2 if hours < 38 else 60) * GIGABYTE

    # --- the runner
    def begin_runner(self) -> None:
        store = self.client().store
        mine = RunnerPlace("here", os.getpid(), boot_id(), str(self.home.root))
        epoch = FencedStore.claim(store, mine, self.now).epoch
        before = None if self._identity is None else self._identity.heartbeat
        self._active = ActiveJobs(store)
        self._recorder = MachineRecorder(
            self.home,
            store,
            epoch,
            15.0,
            before,
            lambda: self.now.timestamp(),
            ReportedProblems(log),
        )
        self._identity = RunnerIdentity.of_this_process(epoch, self.now)
        self._round()

    def kill_runner(self) -> None:
        """Its process is gone; its last heartbeat stays."""
        ended = subprocess.Popen(["sleep", "60"])
        gone = present(identify(ended.pid))
        ended.kill()
        ended.wait()
        was = present(self._identity)
        self._identity = RunnerIdentity(was.host, gone, was.since, was.epoch, self.now)
        write_identity(self.home, self._identity, self.now)
        self._recorder = None

    def _round(self) -> None:
        if self._recorder is not None:
            self._recorder.tick(self._active.read().begun, self.now)
            write_identity(self.home, present(self._identity), self.now)

    # --- jobs
    def start(self, kind: JobKind, **params: object) -> Job:
        """A job that has a process now."""
        job = job_of(self.client().submit(kind, params))
        folder = self.home.attempt(job.id, 1)
        began = ProcessColumns(state=JobState.RUNNING, started_at=self.now, pid=os.getpid()).given()
        events_in = (
            None if job.run is None else self.home.relative(self.home.run_attempt(job.run, 1))
        )
        attempt = AttemptColumns(
            **began,
            attempt_id="1",
            epoch=1,
            folder=self.home.relative(folder),
            event_folder=events_in,
        )
        self.record_of_job(
            AttemptStarted(
                job_id=job.id, number=1, job=JobColumns(**began, attempt=1), attempt=attempt
            )
        )
        child = present(identify(os.getpid())).as_dict()
        write_json(folder / "identity.json", {"child": child})
        return job

    def finish(
        self, job: Job, result: dict[str, Any] | None, state: JobState = JobState.SUCCEEDED
    ) -> None:
        if result is not None:
            write_json(self.home.attempt(job.id, 1) / "result.json", {"complete": True, **result})
        self.end(job, state)

    def progress(self, job: Job, **said: object) -> None:
        write_json(self.home.attempt(job.id, 1) / "progress.json", said)

    def check_day(self) -> None:
        """A daily check, which may be the second one of its day."""
        job = self.start(JobKind.DAILY_CHECK, date=self.now.date().isoformat())
        week = present(self.client().active_week())
        summary = dict(run_daily_check(self.client(), week, self.now.date()))
        path = self.home.daily_summary(self.now.date())
        write_daily_summary(path, summary)
        os.utime(path, (self.now.timestamp(),) * 2)
        day = self.now.date().isoformat()
        self.finish(job, {"date": day, "file": self.home.relative(path), "summary": summary})

    # --- time
    def train_until(self, end: datetime) -> None:
        """The trainer writes what it did since the last time."""
        if self.training is None:
            return
        since, self._written = self._written.timestamp(), end
        offset = STEPS_A_POINT
        found = {
            tag: [
                (step, wall, value)
                for step, wall, value in points
                if since < wall <= end.timestamp()
            ]
            for tag, points in events((end - LAUNCH) / timedelta(hours=1), per_hour=12).items()
        }
        folder = self.home.run_attempt(present(self.training.run), 1)
        file = next(iter(folder.glob("*tfevents*")), None)
        if file is None:
            write_events(folder, found)
        else:
            append_events(file, found)
        lines = f"{iso(end)} [INFO] step {offset * int((end - LAUNCH).total_seconds() / 300)}\n"
        self.home.training_log.parent.mkdir(parents=True, exist_ok=True)
        with self.home.training_log.open("a") as log_file:
            log_file.write(lines)

    def look(
        self,
        at: datetime,
        act: Callable[[], object] | None = None,
        machine: Callable[[], object] | None = None,
    ) -> None:
        """Time goes on to a moment, and what the pages say then is kept.

        :param act: what people do at that very moment.
        :param machine: what the machine does shortly before.
        """
        self.now = at - DONE
        if machine is not None:
            machine()
        self.now = at - WRITTEN
        self._round()
        self.now = at
        self.train_until(at)
        if act is not None:
            act()
        snapshot = self.page().snapshot()
        self.live[at] = {} if snapshot is None else said(snapshot)


def said(snapshot: Snapshot) -> dict[str, Any]:
    """What pages say of a week, part by part."""
    records = snapshot.records
    parts: dict[str, Any] = {
        "now": (snapshot.now, snapshot.now_week),
        "status": (snapshot.status, snapshot.run and (snapshot.run.name, str(snapshot.run.reason))),
        "run": snapshot.run
        and (snapshot.run.attempts, snapshot.run.ended, snapshot.run.total_steps),
        "disk": (snapshot.disk_free, snapshot.model_bytes),
        "runner": (snapshot.runner.alive, snapshot.runner.known, snapshot.runner.epoch),
        "stalled": (
            snapshot.stalled,
            snapshot.stale,
            str(snapshot.silence and snapshot.silence.text),
        ),
        "pulse": snapshot.pulse and (snapshot.pulse.liveness, str(snapshot.pulse.lasting)),
        "next": snapshot.next_slot and (snapshot.next_slot.spec.id, snapshot.next_slot.state),
        "overdue": [view.spec.id for view in snapshot.overdue],
        "on call": (snapshot.on_call, records.shifts),
        "silences": [one for one in records.silences if one.holds(snapshot.now)],
        "handovers": records.handovers,
        "notes": records.notes,
        "ticks": (records.ticks, records.withdrawals),
        "incidents": records.incidents,
        "jobs": records.jobs,
        "attempts": records.attempts,
        "progress": {job.id: snapshot.progress(job) for job in records.jobs},
        "results": {job.id: snapshot.result(job) for job in records.jobs},
        "activity": [entry.sha256 for entry in records.activity],
        "settings": (snapshot.week.playbook_sha256, snapshot.week.tag, snapshot.start_blocked),
    }
    for name, reading in snapshot.readings.items():
        parts[f"reading {name}"] = astuple(reading)
    for finding in snapshot.findings:
        parts[f"finding {finding.scenario}"] = repr(finding)
    for rule in snapshot.rule_states:
        parts[f"rule {rule.rule.id}"] = (rule.rule, rule.firing, str(rule.missing))
    for number, concern in enumerate(concerns(snapshot, "pt")):
        parts[f"concern {number}"] = (concern.severity, concern.what, concern.text.in_("pt"))
    for view in snapshot.timeline:
        parts[f"slot {view.spec.id}"] = (view.state, view.at, view.troubles)
        for item in snapshot.items(view.spec):
            parts[f"check {view.spec.id} {item.judgement.check}"] = repr(item)
    day = snapshot.week.launch.date()
    for _ in range(5):
        parts[f"summary {day}"] = snapshot.daily_summary(day)
        day += timedelta(days=1)
    if (saved := snapshot.saved_decision) is not None:
        signature = snapshot.signature_of(saved.sha256)
        parts["decision"] = saved
        parts["signature"] = (signature, snapshot.validity(signature))
        parts["gates"] = (snapshot.facts.decision, snapshot.facts.reports)
    return parts


def live_through(place: LivedWeek) -> None:
    """From before the week to the day after its run: people's acts, an outage, a crash."""

    def lead(
        hours: float,
        act: Callable[[], object] | None = None,
        machine: Callable[[], object] | None = None,
    ) -> None:
        place.look(LAUNCH + timedelta(hours=hours), act, machine)

    client = place.client
    engineer = lambda: place.client(ENGINEER)  # noqa: E731
    jobs: dict[str, Job] = {}

    def week_id() -> str:
        return present(client().active_week()).id

    def keep(name: str, job: Job) -> None:
        jobs[name] = job

    def train() -> None:
        place.training = None
        keep("train", place.start(JobKind.TRAIN, override_reason="checked by hand"))
        place.training = jobs["train"]
        place._written = place.now
        place.home.model.mkdir(parents=True, exist_ok=True)
        place.home.best_model.write_bytes(b"w" * 1000)

    def crash() -> None:
        place.end(jobs["train"], JobState.FAILED)
        place.training = None

    def tick(check: str, **more: Any) -> None:
        recorded(engineer().tick(week_id(), "hourly_1", check, "seen", Verdict.PASS, "1", **more))

    def newest_tick() -> int:
        return present(client().ticks(week_id())[-1]).id

    def incident() -> int:
        return place.client().incidents(week_id())[0].id

    lead(-3)
    lead(-2.5, lambda: recorded(client().create_week(LAUNCH)))
    lead(-2, machine=place.begin_runner)
    lead(-1.5, machine=lambda: keep("preflight", place.start(JobKind.PREFLIGHT)))
    checks = [
        {"id": "preflight_config", "ok": True, "value": "phase4", "limit": "valid", "why": "valid"}
    ]
    lead(
        -1.4,
        machine=lambda: place.progress(
            jobs["preflight"], check="preflight_data", number=2, of=6, checks=checks
        ),
    )
    lead(-1.3)
    lead(-1.2, machine=lambda: place.finish(jobs["preflight"], {"checks": checks}))
    lead(-0.5, lambda: recorded(client().set_shift("Eva", LAUNCH, LAUNCH + timedelta(hours=8))))
    lead(0, machine=train)
    lead(0.25)
    lead(1)
    lead(1.1, lambda: tick("reward_positive"))
    lead(1.2, lambda: tick("loss_falling"))
    lead(1.3, lambda: recorded(engineer().withdraw_tick(newest_tick(), "a slip")))
    lead(1.5, lambda: tick("reward_positive", replaces=client().ticks(week_id())[0].id))
    terms = RuleTerms(
        "high", "rollout/ep_rew_mean", Operator.ABOVE, 0.0, Severity.WARNING, minutes=30
    )
    lead(1.75, lambda: recorded(client().make_rule(terms)))
    lead(2, lambda: recorded(engineer().note(week_id(), "hourly_2", "shared machine")))
    lead(2.5, lambda: recorded(engineer().open_incident(week_id(), "performance", "flat?")))
    lead(2.6, lambda: recorded(engineer().acknowledge(f"incident:{incident()}")))
    lead(2.7, lambda: recorded(engineer().do_incident_action(incident(), 0, "looked")))
    until = LAUNCH + timedelta(hours=4)
    lead(3, lambda: recorded(engineer().silence("all", until, "known")))
    lead(3.5, lambda: recorded(client().close_incident(incident(), "not flat")))
    lead(4, lambda: recorded(engineer().sign_handover("Lea", {"now": "quiet"})))
    lead(5)
    lead(5.5, machine=place.kill_runner)
    lead(6)
    lead(6.5)
    lead(7, machine=place.begin_runner)
    lead(8, lambda: client().accept_handover(client().week_records().handovers[0].id))  # type: ignore[union-attr]
    lead(9, machine=crash)
    lead(9.5)
    lead(10)
    for hours in (18, 19, 20, 22):
        lead(hours)
    lead(23, machine=place.check_day)
    lead(26, machine=place.check_day)
    for hours in (30, 42, 44, 47, 50, 66, 70, 90, 94, 100):
        lead(hours)
