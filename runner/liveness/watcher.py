"""Observation of live attempts: on a stall it saves diagnostics and opens the incident."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.language import Message
from core.liveness import Limits, Pulse, judge_liveness, vital_silence
from core.sweep.hang import hangs
from core.vocabulary import JobKind, JobState, Liveness
from runner.incidents.corrupt_checkpoints import report_corrupt_checkpoints
from runner.incidents.opening import open_incident
from runner.liveness.progress import ProgressPaths, read_pulse, read_signals, vitals, write_pulse
from runner.liveness.stall_dump import save_stall
from runner.processes.identity import ProcessIdentity, age_s
from runner.processes.process_table import ProcessEntry, process_table, tree_in
from runner.reported_problems import ReportedProblems
from runner.store import queries
from runner.store.fenced_store import FencedStore, StaleRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from sqlalchemy import Row

    from core.clock import Clock
    from core.paths import Home
    from core.week import Week
    from runner.executors.executor import Observation
    from runner.records import Attempt
    from runner.settings import Settings

log = logging.getLogger("trainweek.runner")


class _Watch:
    """The state of one live attempt between two ticks; continues that of an earlier runner."""

    def __init__(self, home: Home, row: Row, attempt: Row) -> None:
        self.home, self.paths = home, progress_paths(home, row.kind, attempt)
        self.signals, stored = read_pulse(self.paths.folder)
        self.stalls = sum(1 for _ in self.paths.folder.glob("stall-*"))
        # If a runner died while it saved the diagnostics, the stall is reported again.
        reported = stored.get("liveness") == Liveness.STALLED
        self.stalled = reported and stored.get("stalls") == self.stalls
        self.unreported = False  # its diagnostics are saved, the incident is not open yet
        self.saving: threading.Thread | None = None  # the diagnostics of its last stall


# A sweep and a twin run go on by themselves; nobody looks at each of their trainings.
_ENDED_IF_HUNG = frozenset({JobKind.TRIAL, JobKind.TWIN})


class Watcher:
    """Observes all live attempts of one runner at an interval.

    :param monotonic: returns seconds of this boot.
    """

    def __init__(
        self, home: Home, fenced: FencedStore, settings: Settings, monotonic: Callable[[], float]
    ) -> None:
        self.home, self.fenced, self.settings = home, fenced, settings
        self.monotonic = monotonic
        self._last = -settings.liveness_s
        self._watches: dict[str, _Watch] = {}
        self._problems = ReportedProblems(log)
        self.hung: dict[str, Message] = {}  # attempt_id of one that hangs -> the evidence

    def due(self) -> bool:
        """Whether the interval has passed."""
        return self.monotonic() - self._last >= self.settings.liveness_s

    def tick(self, live: Iterable[tuple[Row, Row, Observation]], now: datetime) -> None:
        """Observe each attempt once, with one scan of the process table.

        A problem of one attempt is logged; the others are still observed.
        """
        self._last = self.monotonic()
        self.hung = {}
        observed = {attempt.attempt_id: (row, attempt, found) for row, attempt, found in live}
        self._watches = {
            attempt_id: watch
            for attempt_id, watch in self._watches.items()
            if attempt_id in observed
        }
        if not observed:
            return
        table = process_table()
        for attempt_id, (row, attempt, found) in observed.items():
            with self._problems.guarding(f"Progress of {row.id}", through=StaleRunner):
                watch = self._watches.get(attempt_id)
                if watch is None:
                    watch = self._watches[attempt_id] = _Watch(self._home(row), row, attempt)
                tree = {} if found.words else tree_in(table, found.process)
                if judged := self._watch(watch, row, found, tree, now):
                    self.hung[attempt_id] = judged.text

    def _watch(
        self,
        watch: _Watch,
        row: Row,
        observed: Observation,
        tree: dict[int, ProcessEntry],
        now: datetime,
    ) -> Pulse | None:
        """Its judgement if it hangs and is to be ended; a run waits for a person."""
        report_corrupt_checkpoints(self.home, self.fenced, row, watch.paths.folder, now)
        monotonic = self.monotonic()
        watch.signals = read_signals(
            watch.paths, watch.signals, tree, monotonic, wall=now.timestamp()
        )
        age = age_s(observed.process) if observed.process else 0.0
        process = tree[observed.process.pid].state if observed.process and tree else None
        if observed.words is not None:  # another machine's: nothing in this table is of it
            began = observed.started_at or now
            age, process = max(0.0, (now - began).total_seconds()), observed.words.process
        if process != watch.signals.process or watch.signals.process_at is None:
            watch.signals = replace(watch.signals, process=process, process_at=monotonic)
        vital = vitals(
            watch.signals, JobState(row.state), process, age, monotonic, words=observed.words
        )
        allowed = Limits(self.settings.stalled_s, self.settings.stalled_gaps)
        silence = vital_silence(vital, allowed)
        if silence.seconds > silence.pause and row.week_id is not None:  # else no hours count
            week, clock = self._week(row.week_id)
            since = now - timedelta(seconds=silence.seconds)
            vital = replace(vital, quiet_hours=clock.week_hours(since, now))
            if week is not None:
                allowed = Limits.of(week.playbook, allowed.least, allowed.gaps)
        judged = judge_liveness(vital, allowed)
        stalled = judged.liveness is Liveness.STALLED and row.state == JobState.RUNNING
        if stalled and not watch.stalled:
            watch.stalls += 1
            self._save_diagnostics(watch, row, observed, tree, judged)
            watch.unreported = True
        watch.stalled = stalled
        watch.unreported = watch.unreported and stalled
        try:
            if watch.unreported:  # retried at each tick, in case the disk is full
                self._open_incident(watch, row, judged, now)
                watch.unreported = False
        finally:
            # An unreported stall is not counted, so that another runner reports it.
            counted = watch.stalls - watch.unreported
            write_pulse(watch.paths.folder, watch.signals, allowed, judged, counted, observed.words)
        hung = row.state == JobState.RUNNING and row.kind in _ENDED_IF_HUNG and hangs(judged, vital)
        saved = watch.saving is None or not watch.saving.is_alive()
        return judged if hung and saved else None

    def _save_diagnostics(
        self,
        watch: _Watch,
        row: Row,
        observed: Observation,
        tree: dict[int, ProcessEntry],
        judged: Pulse,
    ) -> None:
        """Save diagnostics, once for each stall. The process is not touched."""
        folder = watch.paths.folder
        log.warning("%s is STALLED: %s", row.id, judged.text)
        logs = {"output.log": folder / "output.log"}
        if row.kind == JobKind.TRAIN:
            logs["training.log"] = watch.home.training_log
        arguments = (folder, watch.stalls, judged.evidence, observed.process, tree, logs)
        # In a thread: it can take seconds, and the other jobs must be supervised.
        watch.saving = threading.Thread(
            target=_save_stall, args=arguments, name="stall", daemon=True
        )
        watch.saving.start()

    def _open_incident(self, watch: _Watch, row: Row, judged: Pulse, now: datetime) -> None:
        """Open the incident of the manual's procedure for a hung training run."""
        week = None if row.week_id is None else self._week(row.week_id)[0]
        if row.kind != JobKind.TRAIN or week is None:
            return
        hung = week.playbook.find_scenario("hung")
        if hung is None or hung.escalation is None:
            return
        kept = self.home.relative(watch.paths.folder / f"stall-{watch.stalls:03d}")
        summary = Message(
            "{job} no longer responds: {evidence}. Diagnostics: {folder}",
            job=row.id,
            evidence=judged.text,
            folder=kept,
        )
        with self.fenced.write(now) as write:
            open_incident(write, week, hung.escalation, summary, row.id, kept)

    def _home(self, row: Row) -> Home:
        """With the place of the week's runs."""
        week = None if row.week_id is None else self._week(row.week_id)[0]
        return self.home.of(None if week is None else week.place)

    def _week(self, week_id: str) -> tuple[Week | None, Clock]:
        with self.fenced.store.read() as connection:
            return queries.week_by_id(connection, week_id), queries.clock_of(connection, week_id)


def progress_paths(home: Home, kind: str, attempt: Row | Attempt) -> ProgressPaths:
    """The files in which this attempt shows progress.

    :param home: as its week sees it.
    """
    events = None if attempt.event_folder is None else home.root / attempt.event_folder
    checkpoints = home.checkpoints if kind == JobKind.TRAIN else None
    return ProgressPaths(home.root / attempt.folder, events, checkpoints)


def _save_stall(
    folder: Path,
    number: int,
    why: Iterable[str],
    program: ProcessIdentity | None,
    tree: Mapping[int, ProcessEntry],
    logs: Mapping[str, Path],
) -> None:
    try:
        save_stall(folder, number, why, program, tree, logs)
    except OSError as error:
        log.error("Could not save the diagnostics of %s: %s", folder, error)
