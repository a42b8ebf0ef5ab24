"""The liveness of a job for readers, with or without a runner.

It starts from what the runner wrote to pulse.json, and reads files and process itself, so
that a job does not look alive after the runner has ended.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.liveness import Limits, Pulse, judge_liveness
from core.vocabulary import ENDED_STATES, EngineState, JobState
from runner.files import read_json
from runner.liveness.progress import PULSE, read_pulse, read_signals, read_words, vitals
from runner.liveness.watcher import progress_paths
from runner.processes.identity import ProcessIdentity, age_s
from runner.processes.process_table import process_entry

RECORDED_WITHIN_S = 5.0  # after the exit, by a runner that is there

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import Clock
    from core.engine_words import EngineWords
    from core.paths import Home
    from core.playbook import Playbook
    from runner.records import Attempt, Job


def pulse_of(
    home: Home,
    job: Job,
    attempts: Sequence[Attempt],
    clock: Clock,
    playbook: Playbook | None,
    now: datetime,
) -> Pulse | None:
    """The liveness of a job; None for a waiting job, which has no process.

    :param attempts: of the job; only the newest one is evaluated.
    :param playbook: of the job's week; None: it belongs to no week.
    """
    state = job.state
    attempt = next((one for one in attempts if one.number == job.attempt), None)
    if attempt is None or state is JobState.QUEUED:
        return None
    if state in ENDED_STATES:
        return judge_liveness(vitals(None, state, None, 0.0, 0.0))
    paths, monotonic = progress_paths(home, job.kind, attempt), time.monotonic()
    identity = read_json(paths.folder / "identity.json") or {}
    program = ProcessIdentity.from_dict(identity.get("child"))
    entry = process_entry(program)
    signals, stored = read_pulse(paths.folder)
    words = read_words(stored, monotonic)
    if program is None and state is JobState.STARTING and not _can_not_be_asked(words):
        return None
    signals = read_signals(paths, signals, None, monotonic, now.timestamp())
    if words is None and entry is None and _just_ended(paths.folder, now):
        return None  # neither at work nor dead: the runner reads its exit in a moment
    state_there = entry.state if entry else None
    age = age_s(program) if program and entry else 0.0
    if words is not None:  # it is another machine's: nothing in this process table is of it
        state_there = words.process
        age = max(0.0, (now - attempt.started_at).total_seconds())
    silence = age if signals.newest is None else min(monotonic - signals.newest, age)
    hours = clock.week_hours(now - timedelta(seconds=silence), now)
    seen = vitals(signals, state, state_there, age, monotonic, hours, words)
    return judge_liveness(seen, attempt_limits(paths.folder, playbook))


def _can_not_be_asked(words: EngineWords | None) -> bool:
    """Whether nobody can say if it starts; a shim that is awaited is silent by right."""
    return words is not None and words.state is EngineState.UNREACHABLE


def _just_ended(folder: Path, now: datetime) -> bool:
    """Whether the attempt's exit is so new that the runner may not have recorded it yet."""
    try:
        written = (folder / "exit.json").stat().st_mtime
    except OSError:
        return False
    return 0.0 <= now.timestamp() - written < RECORDED_WITHIN_S


def attempt_limits(folder: Path, playbook: Playbook | None) -> Limits:
    """The limits of an attempt's silence: its runner's settings, and the playbook's hours.

    The runner writes its settings to pulse.json. Other versions may write different ones, so
    those that can't be read are replaced by the defaults.
    """
    stored = (read_json(folder / PULSE) or {}).get("limits")
    given = stored if isinstance(stored, Mapping) else {}
    known = {
        name: float(given[name])
        for name in ("least", "gaps")
        if isinstance(given.get(name), int | float)
    }
    return Limits(**known) if playbook is None else Limits.of(playbook, **known)
