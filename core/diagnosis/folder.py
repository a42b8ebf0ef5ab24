"""Facts of any folder of events, of a run that nobody here started."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from core.checks.facts import Facts, RunFacts
from core.clock import Clock
from core.moments import from_unix
from core.playbook import Playbook
from core.telemetry.inspect import open_run
from core.telemetry.readings import last_step
from core.vocabulary import TrainingStatus


def facts_of_folder(
    path: str | Path, now: datetime, playbook: Playbook, total_steps: int | None = None
) -> Facts:
    """What the event files alone tell at ``now``; week time is real time.

    Nobody knows the process, so a run counts as running until its steps are done.

    :raises TelemetryError: the path does not exist, or may not be read.
    """
    reader = open_run(path)
    started = now if reader.first_wall is None else from_unix(max(0.0, reader.first_wall))
    total = total_steps or playbook.training.total_steps
    step = last_step(reader, now)
    done = step is not None and total_steps is not None and step.value >= total
    run = RunFacts(
        name=Path(path).name,
        status=TrainingStatus.COMPLETED if done else TrainingStatus.RUNNING,
        reason="",
        started=min(started, now),
        ended=None,
        total_steps=total if step is None or done else max(total, int(step.value) + 1),
        reader=reader,
        until=now,
        source=str(path),
        attempts=max(1, len(reader.attempts_until(now.timestamp()))),
    )
    return Facts(as_of=now, as_of_real=now, launch=run.started, clock=Clock(), run=run)
