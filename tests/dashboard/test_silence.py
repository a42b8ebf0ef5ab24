"""Whoever says whether a run hangs gives the same answer: status, findings, checks, watcher, pages."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.checks import judge
from core.ledger_bodies import JobChanged, ProcessColumns
from core.liveness import Limits
from core.timestamps import iso
from core.vocabulary import (
    FindingStatus,
    JobKind,
    JobState,
    Liveness,
    Severity,
    TrainingStatus,
    Verdict,
)
from runner.executors.executor import Observation
from runner.liveness import status, watcher
from runner.liveness.watcher import Watcher
from runner.processes.identity import identify
from runner.processes.process_table import process_table
from runner.settings import Settings
from runner.store import schema
from runner.store.fenced_store import FencedStore
from runner.store.runner_place import RunnerPlace
from runner.week.concerns import concerns
from tests.dashboard.place import LAUNCH, STEPS_A_POINT, Place, draw_frame, text_of
from tests.expected import present
from tests.runner.place import wait_for

if TYPE_CHECKING:
    import pytest

    from runner.records import Job

GAP = 1200.0  # the run logs every twenty minutes
POINTS = 15
BOOT = 1_000_000.0  # monotonic seconds at the launch
SIX_HOURS = """
id: patient
extends: phase4
scenarios:
  - id: hung
    hours: 6
"""


@dataclass
class Answers:
    """What each of them says at one moment."""

    status: TrainingStatus
    finding: FindingStatus
    severity: Severity
    check: Verdict
    watcher: Liveness
    page: Liveness
    red: bool


class Run:
    """A run in a week of ours, and the runner's watcher that learned its cadence."""

    def __init__(
        self,
        place: Place,
        monkeypatch: pytest.MonkeyPatch,
        playbook: str = "",
        settings: Settings | None = None,
        pid: int | None = None,
    ) -> None:
        self.place, self.job = place, _trained(place, playbook)
        self.client = place.client()
        self.folder = place.home.attempt(self.job.id, 1)
        self.folder.mkdir(parents=True, exist_ok=True)
        process = identify(pid or os.getpid())
        assert process is not None
        self.seen = Observation(True, process, True)
        (self.folder / "identity.json").write_text(json.dumps({"child": process.as_dict()}))
        self.seconds = 0.0  # real, since the launch
        for module in (watcher, status):
            monkeypatch.setattr(module, "age_s", lambda process: self.seconds)
        monkeypatch.setattr(status, "time", SimpleNamespace(monotonic=self.monotonic))
        fenced = FencedStore.claim(
            self.client.store,
            RunnerPlace("here", os.getpid(), "boot", str(place.home.root)),
            LAUNCH,
        )
        self.watcher = Watcher(place.home, fenced, settings or Settings(), self.monotonic)
        for point in range(1, POINTS + 1):
            self.look(GAP * point, step=STEPS_A_POINT * point)

    def monotonic(self) -> float:
        return BOOT + self.seconds

    def look(self, seconds: float, step: int | None = None) -> None:
        """The watcher's look at that moment, after the trainer came to that step."""
        self.seconds, self.place.now = seconds, LAUNCH + timedelta(seconds=seconds)
        if step is not None:
            path = self.folder / "progress.json"
            path.write_text(json.dumps({"steps": step}))
            os.utime(path, (self.place.now.timestamp(),) * 2)
        with self.client.store.read() as look:
            row = look.execute(select(schema.jobs).where(schema.jobs.c.id == self.job.id)).one()
            attempt = look.execute(select(schema.attempts)).one()
        self.watcher.tick([(row, attempt, self.seen)], self.place.now)

    def after(self, silence: timedelta) -> Answers:
        """What is said when the run has logged nothing for so long."""
        self.look(GAP * POINTS + silence.total_seconds())
        page = self.place.page()
        snapshot = page.snapshot()
        assert snapshot is not None
        assert snapshot.pulse is not None
        finding = next(found for found in snapshot.findings if found.scenario == "hung")
        pulse = json.loads((self.folder / "pulse.json").read_text())
        return Answers(
            snapshot.status,
            finding.status,
            finding.severity,
            judge(snapshot.week.playbook, "training_running", snapshot.facts).verdict,
            Liveness(pulse["liveness"]),
            snapshot.pulse.liveness,
            any("sensors_off" in mark.value for mark in draw_frame(page).markdown),
        )


def _trained(place: Place, playbook: str) -> Job:
    if not playbook:
        return place.train(GAP * POINTS / 3600, per_hour=3)
    path = place.home.root / "own.yaml"
    path.write_text(playbook)
    return place.train(GAP * POINTS / 3600, per_hour=3, playbook_path=path)


WELL = Answers(
    TrainingStatus.RUNNING, FindingStatus.OK, Severity.INFO, Verdict.PASS,
    Liveness.WORKING, Liveness.WORKING, red=False,
)  # fmt: skip
HUNG = Answers(
    TrainingStatus.HUNG, FindingStatus.FIRING, Severity.CRITICAL, Verdict.FAIL,
    Liveness.STALLED, Liveness.STALLED, red=True,
)  # fmt: skip


STALLED = Answers(
    TrainingStatus.RUNNING, FindingStatus.FIRING, Severity.WARNING, Verdict.UNKNOWN,
    Liveness.STALLED, Liveness.STALLED, red=True,
)  # fmt: skip


def test_a_run_that_logs_every_twenty_minutes_is_well_until_ten_of_them_are_missing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(place, monkeypatch)
    assert run.after(timedelta(minutes=12)) == WELL
    assert run.after(timedelta(minutes=25)) == WELL
    assert run.after(timedelta(minutes=201)) == HUNG


def test_the_playbooks_six_hours_hold_for_everybody(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(place, monkeypatch, SIX_HOURS)
    assert Limits.of(present(run.client.active_week()).playbook).hours == 6.0
    assert run.after(timedelta(hours=3)) == WELL
    assert run.after(timedelta(hours=6, minutes=1)) == HUNG
    open_now = run.client.incidents(present(run.client.active_week()).id, open_only=True)
    assert [incident.procedure for incident in open_now] == ["unresponsive"]
    assert "the playbook allows 6 h" in open_now[0].summary


def test_a_run_whose_events_alone_stop_is_neither_hung_nor_without_progress(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(place, monkeypatch)
    seconds = GAP * POINTS + 4 * 3600
    with place.home.training_log.open("a") as log:
        for minute in range(180, int(seconds / 60)):
            log.write(f"{iso(LAUNCH + timedelta(minutes=minute))} [INFO] Iteration {minute}\n")
    run.look(seconds, step=STEPS_A_POINT * (POINTS + 1))
    snapshot = present(place.page().snapshot())
    assert snapshot.status is TrainingStatus.RUNNING
    assert not snapshot.stale
    found = {each.scenario: each.status for each in snapshot.findings}
    assert found["hung"] is FindingStatus.OK
    assert found["logging_broken"] is FindingStatus.FIRING, "that is what is wrong"
    assert "run:stalled" not in {each.key for each in concerns(snapshot)}


def test_the_runners_settings_hold_for_everybody(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(place, monkeypatch, settings=Settings(stalled_gaps=2.0))
    assert run.after(timedelta(minutes=19)) == WELL
    assert run.after(timedelta(minutes=41)) == STALLED


def test_a_process_that_was_stopped_is_said_at_once_by_everybody(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["sleep", "600"]) as child:
        try:
            run = Run(place, monkeypatch, pid=child.pid)
            assert run.after(timedelta(minutes=1)) == WELL
            os.kill(child.pid, signal.SIGSTOP)
            wait_for(lambda: process_table()[child.pid].state == "T")
            said = run.after(timedelta(minutes=2))
            assert said == replace(STALLED, severity=Severity.CRITICAL)
            week = present(run.client.active_week())
            (incident,) = run.client.incidents(week.id, open_only=True)
            assert "does not continue by itself" in incident.summary
            text = text_of(place.draw("live_training"))
            assert "no progress: end unknown" in text
            assert "ETA" not in text
            os.kill(child.pid, signal.SIGCONT)
            wait_for(lambda: process_table()[child.pid].state != "T")
            assert run.after(timedelta(minutes=3)) == WELL
            assert "ETA" in text_of(place.draw("live_training"))
        finally:
            child.kill()


def test_the_end_of_a_run_is_counted_from_its_newest_step(place: Place) -> None:
    place.train(2.0)
    place.now = LAUNCH + timedelta(hours=2)
    before = re.findall(r"ETA ([^\n(]+)", text_of(place.draw("live_training")))
    place.now += timedelta(minutes=7)  # no event since; not yet a stall
    assert before
    assert re.findall(r"ETA ([^\n(]+)", text_of(place.draw("live_training"))) == before


def test_a_watched_run_is_lost_after_the_playbooks_hours(place: Place) -> None:
    path = place.home.root / "own.yaml"
    path.write_text(SIX_HOURS)
    place.watch(hours=2, playbook_path=path)
    end = LAUNCH + timedelta(hours=2)
    for hours, found in ((5.9, TrainingStatus.RUNNING), (6.1, TrainingStatus.LOST)):
        place.now = end + timedelta(hours=hours)
        snapshot = present(place.page().snapshot())
        assert snapshot is not None
        assert snapshot.status is found
        # Its learned limit is 20 minutes: red before it is unclear whether it still runs.
        assert snapshot.stale is (found is TrainingStatus.RUNNING)
    assert snapshot.run is not None
    assert "the playbook allows 6 h" in snapshot.run.reason


def test_a_finished_run_is_never_hung(place: Place) -> None:
    job = place.train(2.0)
    ended = LAUNCH + timedelta(hours=2)
    place.now = ended
    columns = ProcessColumns(state=JobState.SUCCEEDED, ended_at=ended)
    place.record_of_job(JobChanged.with_attempt(job.id, 1, columns))
    place.now = ended + timedelta(hours=30)
    page = place.page()
    snapshot = page.snapshot()
    assert snapshot is not None
    assert snapshot.status is TrainingStatus.COMPLETED
    assert snapshot.facts.silence is None
    assert not snapshot.stale
    finding = next(found for found in snapshot.findings if found.scenario == "hung")
    assert finding.status is FindingStatus.OK
    assert place.client().live_job(JobKind.TRAIN) is None
