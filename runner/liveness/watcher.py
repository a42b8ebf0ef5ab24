"""Watches whether live attempts are at work, and keeps the evidence of a stall."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Row

from core.clock import Clock
from core.errors import TrainweekError
from core.language import Message
from core.liveness import Limits, Pulse, judge_liveness, vital_silence
from core.paths import Home
from core.vocabulary import JobKind, JobState, Liveness
from core.week import Week
from runner.incidents.corrupt_checkpoints import report_corrupt_checkpoints
from runner.incidents.opening import open_incident
from runner.liveness.progress import Places, look_for_signs, read_pulse, vitals, write_pulse
from runner.liveness.stall_dump import save_stall
from runner.log_once import Troubles
from runner.processes.executor import Seen
from runner.processes.identity import Entry, age_s, process_table, tree_in
from runner.records import Attempt
from runner.settings import Settings
from runner.store import queries
from runner.store.fence import Fence

log = logging.getLogger("trainweek.runner")


class _Watch:
    """One live attempt, between two looks; begins where the runner before left off."""

    def __init__(self, home: Home, row: Row, attempt: Row) -> None:
        self.places = places_of(home, row.kind, attempt)
        self.signs, stored = read_pulse(self.places.folder)
        self.stalls = sum(1 for _ in self.places.folder.glob("stall-*"))
        # A stall whose evidence was not kept, for its runner died over it, is told again.
        told = stored.get("liveness") == Liveness.STALLED
        self.stalled = told and stored.get("stalls") == self.stalls
        self.untold = False  # its evidence is kept, and the incident is not open yet


class Watcher:
    """Looks at all live attempts of one runner now and then.

    :param monotonic: seconds of this boot.
    """

    def __init__(
        self, home: Home, fence: Fence, settings: Settings, monotonic: Callable[[], float]
    ) -> None:
        self.home, self.fence, self.settings = home, fence, settings
        self.monotonic = monotonic
        self._looked = -settings.liveness_s
        self._watches: dict[str, _Watch] = {}
        self._troubles = Troubles(log)

    def due(self) -> bool:
        return self.monotonic() - self._looked >= self.settings.liveness_s

    def look(self, live: Iterable[tuple[Row, Row, Seen]], now: datetime) -> None:
        """One look at each; one scan of the process table serves all of them."""
        self._looked = self.monotonic()
        seen = {attempt.mark: (row, attempt, what) for row, attempt, what in live}
        self._watches = {mark: w for mark, w in self._watches.items() if mark in seen}
        if not seen:
            return
        table = process_table()
        for mark, (row, attempt, what) in seen.items():
            watch = self._watches.get(mark)
            if watch is None:
                watch = self._watches[mark] = _Watch(self.home, row, attempt)
            tree = tree_in(table, what.process)
            try:
                self._one(watch, row, attempt, what, tree, now)
                self._troubles.over(row.id)
            except (OSError, TrainweekError) as error:
                self._troubles.tell(row.id, f"It can't be watched: {error}")

    def _one(
        self,
        watch: _Watch,
        row: Row,
        attempt: Row,
        seen: Seen,
        tree: dict[int, Entry],
        now: datetime,
    ) -> None:
        report_corrupt_checkpoints(self.home, self.fence, row, watch.places.folder, now)
        monotonic = self.monotonic()
        watch.signs = look_for_signs(
            watch.places, watch.signs, tree, monotonic, wall=now.timestamp()
        )
        age = age_s(seen.process) if seen.process else 0.0
        process = tree[seen.process.pid].state if seen.process and tree else None
        vital = vitals(watch.signs, JobState(row.state), process, age, monotonic)
        allowed, week = Limits(self.settings.stalled_s, self.settings.stalled_gaps), None
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
            self._keep(watch, row, seen, tree, judged)
            watch.untold = True
        watch.stalled = stalled
        watch.untold = watch.untold and stalled
        try:
            if watch.untold:  # tried again at each look, should the disk be full
                self._tell(watch, row, judged, week, now)
                watch.untold = False
        finally:
            # Whoever adopts a stall that nobody was told of begins it anew.
            counted = watch.stalls - watch.untold
            write_pulse(watch.places.folder, watch.signs, allowed, judged, counted)

    def _keep(
        self, watch: _Watch, row: Row, seen: Seen, tree: dict[int, Entry], judged: Pulse
    ) -> None:
        """Keep what can be seen, once a stall; the process is left alone."""
        folder = watch.places.folder
        log.warning("%s is STALLED: %s", row.id, judged.text)
        logs = {"output.log": folder / "output.log"}
        if row.kind == JobKind.TRAIN:
            logs["training.log"] = self.home.training_log
        arguments = (folder, watch.stalls, judged.evidence, seen.process, tree, logs)
        # A dump can take seconds, and the other jobs are looked after meanwhile.
        threading.Thread(target=_kept, args=arguments, name="stall", daemon=True).start()

    def _tell(
        self, watch: _Watch, row: Row, judged: Pulse, week: Week | None, now: datetime
    ) -> None:
        """Call people, by the manual's procedure for a training that hangs."""
        if row.kind != JobKind.TRAIN or week is None:
            return
        hung = week.playbook.find_scenario("hung")
        if hung is None or hung.escalation is None:
            return
        kept = self.home.relative(watch.places.folder / f"stall-{watch.stalls:03d}")
        summary = Message(
            "{job} is UNRESPONSIVE: {evidence}. What it was doing: {folder}",
            job=row.id,
            evidence=judged.text,
            folder=kept,
        )
        with self.fence.write(now) as write:
            open_incident(write, week, hung.escalation, summary, row.id, kept)

    def _week(self, week_id: str) -> tuple[Week | None, Clock]:
        with self.fence.store.read() as look:
            return queries.week_by_id(look, week_id), queries.clock_of(look, week_id)


def places_of(home: Home, kind: str, attempt: Row | Attempt) -> Places:
    """Where this attempt shows progress."""
    events = None if attempt.event_folder is None else home.root / attempt.event_folder
    checkpoints = home.checkpoints if kind == JobKind.TRAIN else None
    return Places(home.root / attempt.folder, events, checkpoints)


def _kept(folder: Path, number: int, *what: object) -> None:
    try:
        save_stall(folder, number, *what)  # type: ignore[arg-type]
    except OSError as error:
        log.error("The stall of %s can't be kept: %s", folder, error)
