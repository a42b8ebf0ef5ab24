"""Facts of a folder of event files from a run that trainweek did not start."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from core.clock import Clock
from core.facts import Facts, RunFacts
from core.language import Message
from core.liveness import Limits
from core.telemetry.inspect import open_run
from core.telemetry.readings import last_step
from core.timestamps import from_unix
from core.vocabulary import TrainingStatus

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.playbook import Playbook
    from core.telemetry import RunEvents

_MOMENT = re.compile(r"tfevents\.(\d{9,10})\b")
_NO_WRITER = Message("No process has its event files open; how it ended is unknown.")


def facts_of_folder(
    path: str | Path,
    now: datetime,
    playbook: Playbook,
    total_steps: int | None = None,
    alive: bool = True,
    process_known: bool = False,
) -> Facts:
    """:func:`facts_of_events` of a folder or one file, read once.

    :raises TelemetryError: the path does not exist, or may not be read.
    """
    return facts_of_events(open_run(path), now, playbook, total_steps, alive, process_known)


def facts_of_events(
    reader: RunEvents,
    now: datetime,
    playbook: Playbook,
    total_steps: int | None = None,
    alive: bool = True,
    process_known: bool = False,
    present: datetime | None = None,
    writer_known: bool = True,
) -> Facts:
    """Facts from the event files alone at ``now``; week time is real time.

    :param total_steps: the last step of the run; None: unknown.
    :param alive: whether a process may still write to them. If not, a run that is silent
        for longer than its stall threshold counts as ended, at its last event.
    :param process_known: whether a process has the files open. If not, no sentence says that
        the run is working.
    :param writer_known: whether processes could be looked for. If not, a silent run may have
        ended as well.
    :param present: the real present, if events are dated later and ``now`` is theirs.
    """
    starts = [wall for wall in (reader.first_wall, _opened(reader)) if wall is not None]
    started = now if not starts else from_unix(max(0.0, min(starts)))
    total = total_steps or playbook.training.total_steps
    step = last_step(reader, now)
    done = step is not None and total_steps is not None and step.number >= total
    run = RunFacts(
        name=reader.path.name,
        status=TrainingStatus.COMPLETED if done else TrainingStatus.RUNNING,
        reason="",
        started=min(started, now),
        ended=None,
        total_steps=total if step is None or done else max(total, int(step.number) + 1),
        reader=reader,
        until=now,
        source=str(reader.path),
        process_known=process_known,
        writer_known=writer_known,
        present=present,
        attempts=max(len(reader.attempts_until(now.timestamp())), min(1, len(reader.files))),
        limits=Limits.of(playbook),
    )
    facts = Facts(as_of=now, as_of_real=now, launch=run.started, clock=Clock(), run=run)
    if alive or done:
        return facts
    last, silence = reader.last_event(now.timestamp()), facts.silence
    if last is None or silence is None or not silence.stalled:
        return facts
    ended = from_unix(max(0.0, last.wall))
    over = replace(run, status=TrainingStatus.STOPPED, reason=_NO_WRITER, ended=ended, until=ended)
    return replace(facts, run=over)


def _opened(reader: RunEvents) -> float | None:
    """When the first file was opened: its writer puts that into the name."""
    moments = [float(found[1]) for file in reader.files if (found := _MOMENT.search(file.name))]
    return min(moments, default=None)
