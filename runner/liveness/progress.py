"""Progress signals of one attempt: steps, events, checkpoints, CPU. They are cheap to read.

Only file sizes and times and one small JSON file are read, never the events. Ages are
measured with the monotonic clock of this boot, from the time when a change was observed, so
that a change of the machine's clock does not look like silence.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.engine_words import EngineWords
from core.liveness import GAP_POINTS, Limits, Pulse, Vitals, usual_gap
from runner.files import read_json
from runner.processes.procfs import boot_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.vocabulary import JobState
    from runner.processes.process_table import ProcessEntry

PULSE = "pulse.json"


@dataclass(frozen=True)
class ProgressPaths:
    """The files in which an attempt shows progress."""

    folder: Path  # of the attempt
    events: Path | None = None
    checkpoints: Path | None = None


@dataclass(frozen=True)
class ProgressSignals:
    """The last progress that was observed, and when (monotonic seconds of this boot)."""

    boot: str
    at: float
    step: int | None = None
    step_at: float | None = None
    events: tuple[float, int] | None = None  # newest change, total bytes
    events_at: float | None = None
    checkpoint: float | None = None  # newest change
    checkpoint_at: float | None = None
    cpu_s: float | None = None  # of the whole tree, since its start
    cpu_at: float | None = None
    cores: float | None = None  # used between the last two observations
    window: float | None = None
    advances: tuple[float, ...] = ()
    process: str | None = None  # its state, as in /proc
    process_at: float | None = None  # when it was first seen in that state

    @property
    def gap(self) -> float | None:
        """The usual time between two progress signals; None: not known yet."""
        return usual_gap(self.advances)

    @property
    def newest(self) -> float | None:
        """The time of the last progress."""
        seen = (self.step_at, self.events_at, self.checkpoint_at)
        return max((moment for moment in seen if moment is not None), default=None)


def read_signals(
    paths: ProgressPaths,
    before: ProgressSignals | None,
    tree: Mapping[int, ProcessEntry] | None,
    monotonic: float,
    wall: float,
) -> ProgressSignals:
    """The present signals.

    :param before: of the observation before; None: this is the first one.
    :param tree: the process table's rows of the program and its descendants; None: don't
        measure the CPU.
    :param wall: unix seconds, for what changed before the first observation.
    """
    before = before or ProgressSignals(boot_id(), monotonic)

    def seen(changed: bool, old: float | None, first: bool, at_wall: float) -> float:
        if changed and not first:
            return monotonic
        if changed or old is None:
            return monotonic - max(0.0, min(wall - at_wall, monotonic))
        return old

    now = replace(before, at=monotonic)
    step, step_wall = _step(paths.folder / "progress.json")
    if step is not None:
        up = before.step is None or step > before.step
        at = seen(up, before.step_at, before.step is None, step_wall)
        now = replace(now, step=step, step_at=at)
    if (events := _events(paths.events)) is not None:
        changed = events != before.events
        at = seen(changed, before.events_at, before.events is None, events[0])
        now = replace(now, events=events, events_at=at)
    if (saved := _newest(paths.checkpoints)) is not None:
        changed = saved != before.checkpoint
        at = seen(changed, before.checkpoint_at, before.checkpoint is None, saved)
        now = replace(now, checkpoint=saved, checkpoint_at=at)
    advanced = now.step_at if now.step_at is not None else now.events_at
    if advanced is not None and advanced not in before.advances[-1:]:
        now = replace(now, advances=(*before.advances, advanced)[-GAP_POINTS - 1 :])
    if tree is None:
        return now
    return _with_cpu(now, before, sum(entry.cpu_s for entry in tree.values()) if tree else None)


def vitals(
    signals: ProgressSignals | None,
    state: JobState,
    process: str | None,
    age: float,
    monotonic: float,
    quiet_hours: float | None = None,
    words: EngineWords | None = None,
) -> Vitals:
    """The signals as ages."""

    def since(moment: float | None) -> float | None:
        return None if moment is None else min(max(0.0, monotonic - moment), age)

    if signals is None:
        return Vitals(state, process, age, words=words)
    # Checkpoints are the run's: one of an earlier attempt is not a signal of this one.
    saved = signals.checkpoint_at
    own = saved is not None and monotonic - saved <= age
    return Vitals(
        state,
        process,
        age,
        since(signals.process_at) if process == signals.process else None,
        step=signals.step,
        step_age=since(signals.step_at),
        event_age=since(signals.events_at),
        checkpoint_age=since(saved) if own else None,
        cpu=signals.cores,
        cpu_window=signals.window,
        gap=signals.gap,
        quiet_hours=quiet_hours,
        words=words,
    )


def read_pulse(folder: Path) -> tuple[ProgressSignals | None, Mapping[str, Any]]:
    """The signals and the content of pulse.json; None for signals of an earlier boot."""
    stored = read_json(folder / PULSE) or {}
    try:
        signs = stored["signs"]
        known = {
            each.name: signs[each.name] for each in fields(ProgressSignals) if each.name in signs
        }
        if known["boot"] != boot_id():
            return None, stored
        known["events"] = tuple(known["events"]) if known["events"] else None
        known["advances"] = tuple(map(float, known["advances"]))
        return ProgressSignals(**known), stored
    except (KeyError, TypeError, ValueError):
        return None, stored


def read_words(stored: Mapping[str, Any], monotonic: float) -> EngineWords | None:
    """What pulse.json says of an attempt on another machine, as old as it is now."""
    at, signs = stored.get("words_at"), stored.get("signs")
    boot = signs.get("boot") if isinstance(signs, dict) else None
    words = EngineWords.from_dict(stored.get("words"))
    if words is None or not isinstance(at, int | float):
        return None
    return words.older(max(0.0, monotonic - at) if boot == boot_id() else words.silent_after)


def write_pulse(
    folder: Path,
    signals: ProgressSignals,
    limits: Limits,
    pulse: Pulse,
    stalls: int,
    words: EngineWords | None = None,
) -> None:
    """Write pulse.json, for the next observation, the next runner and every page; no fsync.

    :raises OSError: not written.
    """
    stored: dict[str, Any] = {
        "liveness": pulse.liveness.value,
        "evidence": list(pulse.evidence),
        "stalls": stalls,
        "limits": asdict(limits),
        "signs": asdict(signals),
    }
    if words is not None:
        stored |= {"words": words.as_dict(), "words_at": signals.at}
    folder.mkdir(parents=True, exist_ok=True)  # another machine's may not be mounted here
    partial = folder / f".{PULSE}.partial"
    partial.write_text(json.dumps(stored) + "\n", encoding="utf-8")
    partial.replace(folder / PULSE)


def _with_cpu(
    now: ProgressSignals, before: ProgressSignals, cpu_s: float | None
) -> ProgressSignals:
    if cpu_s is None:
        return replace(now, cpu_s=None, cpu_at=None)
    passed = None if before.cpu_at is None else now.at - before.cpu_at
    if passed is not None and passed < 1.0:
        return now  # too short to be precise: keep the earlier start
    now = replace(now, cpu_s=cpu_s, cpu_at=now.at)
    if before.cpu_s is None or passed is None:
        return now
    return replace(now, cores=max(0.0, cpu_s - before.cpu_s) / passed, window=passed)


def _step(path: Path) -> tuple[int | None, float]:
    stored = read_json(path)
    step = None if stored is None else stored.get("steps")
    if not isinstance(step, int):
        return None, 0.0
    found = _stat(path)
    return (None, 0.0) if found is None else (step, found.st_mtime)


def _events(folder: Path | None) -> tuple[float, int] | None:
    """Newest change and size of the event files, in subfolders too; None without any."""
    newest, size = 0.0, 0
    for parent, _, names in os.walk(folder) if folder is not None else ():
        for name in names:
            if "tfevents" in name and (found := _stat(Path(parent, name))):
                newest, size = max(newest, found.st_mtime), size + found.st_size
    return (newest, size) if size else None


def _newest(folder: Path | None) -> float | None:
    """When the newest entry of a folder was made; hidden ones are not complete."""
    if folder is None:
        return None
    try:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return None
    times = [found.st_mtime for entry in entries if (found := _stat(entry))]
    return max(times, default=None)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # removed since
        return None
