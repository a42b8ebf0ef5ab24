"""A recording played again on a clock of hours, and diagnosed as it grows.

Files grow as they did, one reader reads on, and :func:`core.diagnosis.diagnose` judges
with facts that say no more than the runner would know at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.clock import Clock
from core.diagnosis import Finding, diagnose
from core.diagnosis.foreign_run import facts_of_events
from core.facts import Facts, LogFacts, RunFacts
from core.playbook import Playbook
from core.telemetry import RunReader
from core.timestamps import from_unix
from core.vocabulary import ENDED_AS, FindingStatus, Severity, TrainingStatus
from runner.executors.executor import Exit
from runner.supervision.exit_reason import EndedAttempt, exit_state
from tests.benchmarks.detectors.recordings import Recording, Rescale
from tests.expected import present

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

START = 1_767_225_600.0  # 2026-01-01
MINUTE, HOUR = 60.0, 3600.0
LOOK = 5 * MINUTE  # hang and KL are judged so often, the rest hourly
QUICK = ("hung", "kl_explosion")
SHORTEST, LONGEST = 6.0, 48.0  # hours that a run is stretched to
_TOGETHER = 0.010  # recorded seconds: the points of one dump
_HEADER = 48  # bytes: no scalar's record is so short
_UNSEEN_GAP = 0.07  # recorded seconds, of a run that logged nothing
AFTER = 3.0  # hours that are watched after the end, or longer after a hang

Judge = Callable[[Facts, Playbook, tuple[str, ...] | None], dict[str, bool]]


@dataclass
class Replayed:
    """When which scenario fired. Times in seconds since the epoch, rescaled."""

    recording: Recording
    clock: Rescale
    gap: float  # median seconds between iterations before the onset, rescaled
    until: float  # the last evaluation
    walls: list[float]  # each iteration that was logged, rescaled
    fired: dict[str, list[float]] = field(default_factory=dict)  # scenario -> evaluations
    critical: set[str] = field(default_factory=set)
    flips: int = 0
    at_end: set[str] = field(default_factory=set)  # still firing at the last evaluation

    @property
    def onset(self) -> float | None:
        wall = self.recording.label["onset_wall"]
        return None if wall is None else self.clock(wall)

    @property
    def began(self) -> float:
        """The onset, of a run that has one."""
        return present(self.onset)

    @property
    def days(self) -> float:
        return (self.until - START) / (24 * HOUR)

    def after(self, points: int) -> float:
        """When that many iterations had been logged since the onset; inf if they never were."""
        later = [wall for wall in self.walls if wall > self.began]
        return later[points - 1] if points <= len(later) else float("inf")

    def first(self, scenario: str) -> float | None:
        return min(self.fired.get(scenario, ()), default=None)


def span_hours(recording: Recording) -> float:
    """How long the whole run shall seem to take, by its class and seed alone."""
    rng = np.random.default_rng([recording.seed, len(recording.kind.name)])
    # Whether a reward is stuck is said only after the twelve hours that are normal.
    shortest = 18.0 if recording.kind.name == "stuck_reward" else SHORTEST
    return float(rng.uniform(shortest, LONGEST))


def replay(
    recording: Recording, folder: Path, playbook: Playbook, judges: dict[str, Judge]
) -> dict[str, Replayed]:
    """Play it once; every judge looks at the same facts.

    :param folder: an empty folder that the event files may be written to.
    """
    label = recording.label
    clock, gap, walls = _clock(recording)
    pieces = [
        (wall, clock.name(name), data)
        for name, content in recording.files.items()
        for wall, data in clock.records(content)
    ]
    pieces.sort(key=lambda piece: piece[0])  # stable: a file's records keep their order
    ended = clock(label["ended_wall"]) if label["ended_wall"] else None
    onset = clock(label["onset_wall"]) if label["onset_wall"] else None
    until = max([*walls, clock(label["log"][-1][0]), ended or START]) + AFTER * HOUR
    if recording.kind.scenario in ("hung", "crash"):
        # so long that the silence alone would be found
        until = max(until, present(onset) + 30 * gap + HOUR)
    seen = {name: Replayed(recording, clock, gap, until, walls) for name in judges}
    last: dict[str, dict[str, bool]] = {name: {} for name in judges}
    reader, place, now, tick = RunReader(folder), 0, START, 0
    attempts: set[str] = set()
    while now <= until:
        fresh = place < len(pieces) and pieces[place][0] <= now
        while place < len(pieces) and pieces[place][0] <= now:
            _, name, data = pieces[place]
            _append(folder / name, data)
            attempts.add(name.partition("/")[0])  # a side writer's folder is no attempt
            place += 1
        hourly = tick % round(HOUR / LOOK) == 0
        # Between two looks KL changes only with a new event, a silence with every look.
        quick = QUICK if fresh else ("hung",)
        reader.refresh()
        facts = _facts(recording, reader, clock, now, ended, max(1, len(attempts)))
        for name, judged_by in judges.items():
            firing = judged_by(facts, playbook, None if hourly else quick)
            _note(seen[name], last[name], firing, now)
        now, tick = now + LOOK, tick + 1
    for name, run in seen.items():
        run.at_end = {scenario for scenario, on in last[name].items() if on}
    return seen


def product(facts: Facts, playbook: Playbook, only: tuple[str, ...] | None) -> dict[str, bool]:
    """What fires, and whether it is critical, by the product's own entry."""
    return _firing(diagnose(facts, playbook, only))


def files_alone(facts: Facts, playbook: Playbook, only: tuple[str, ...] | None) -> dict[str, bool]:
    """The same as ``trainweek diagnose LOGDIR --now``: no process, no log, no total."""
    run = present(facts.run)
    reader = present(run.reader)
    if run.status is TrainingStatus.COMPLETED or not reader.files:
        return {}  # files don't tell a finished run from a silent one, and need to be there
    return _firing(diagnose(facts_of_events(reader, facts.as_of, playbook), playbook, only))


def _firing(findings: list[Finding]) -> dict[str, bool]:
    return {
        finding.scenario: finding.severity is Severity.CRITICAL
        for finding in findings
        if finding.status is FindingStatus.FIRING and finding.severity is not Severity.INFO
    } | {
        f"-{finding.scenario}": False
        for finding in findings
        if finding.status is not FindingStatus.FIRING
    }


def _note(seen: Replayed, last: dict[str, bool], firing: dict[str, bool], now: float) -> None:
    for scenario, critical in firing.items():
        name, on = scenario.lstrip("-"), not scenario.startswith("-")
        if on:
            seen.fired.setdefault(name, []).append(now)
        if on and critical:
            seen.critical.add(name)
        seen.flips += last.get(name, False) != on
        last[name] = on


def _clock(recording: Recording) -> tuple[Rescale, float, list[float]]:
    """The map, the median gap before the onset, and all iterations; rescaled."""
    label = recording.label
    walls = _iterations(recording)
    start = label["started_wall"]
    end = max([*walls, label["ended_wall"] or 0.0, label["log"][-1][0]])
    onset = label["onset_wall"] or end
    before = [wall for wall in walls if wall <= onset] or walls
    usual = float(np.median(np.diff(before))) if len(before) > 1 else _UNSEEN_GAP
    # A run that was cut short would have gone on: its whole length is what is stretched.
    whole = max(end - start, usual * label["iterations"])
    clock = Rescale(start, START, span_hours(recording) * HOUR / whole)
    return clock, usual * clock.factor, [clock(wall) for wall in walls]


def _iterations(recording: Recording) -> list[float]:
    """Wall times of what was dumped together: the points of one iteration lie close."""
    plain = Rescale(0.0, 0.0, 1.0)
    every = sorted(
        wall for content in recording.files.values() for wall, data in plain.records(content)
        if len(data) > _HEADER
    )  # fmt: skip
    kept = np.diff(every, prepend=-np.inf) > _TOGETHER
    return np.array(every)[kept].tolist()


def _append(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(data)


def _facts(
    recording: Recording,
    reader: RunReader,
    clock: Rescale,
    now: float,
    ended: float | None,
    attempts: int,
) -> Facts:
    label, moment = recording.label, from_unix(now)
    status, reason, over = TrainingStatus.RUNNING, "", None
    if ended is not None and ended <= now and label["process"] != "alive":
        over = from_unix(ended)
        status, reason = _ending(label, over)
    until = over or moment
    run = RunFacts(
        name=recording.name,
        status=status,
        reason=reason,
        started=from_unix(clock.start),
        ended=over,
        total_steps=label["total_steps"],
        reader=reader,
        until=until,
        source=str(reader.path),
        attempts=attempts,
    )
    return Facts(
        as_of=moment,
        as_of_real=moment,
        launch=run.started,
        clock=Clock(),
        run=run,
        log=_log(label, clock, now),
    )


def _ending(label: dict, ended: datetime) -> tuple[TrainingStatus, str]:
    """As the runner judges the recorded exit."""
    code = int(label["process"].split()[1])
    how = Exit(
        code=None if code < 0 else code, signal=-code if code < 0 else None, error=None, at=ended
    )
    result = {"complete": code == 0}
    state, why = exit_state(EndedAttempt(how, True, result, f"Traceback:\n{label['error']}"))
    return ENDED_AS[state], why


def _log(label: dict, clock: Rescale, until: float) -> LogFacts:
    lines = [(clock(wall), tag, text) for wall, tag, text in label["log"]]
    lines = [line for line in lines if line[0] <= until]
    return LogFacts(
        path="training.log",
        exists=True,
        errors=tuple(text for _, tag, text in lines if tag == "ERROR"),
        last_line_at=from_unix(lines[-1][0]) if lines else None,
    )
