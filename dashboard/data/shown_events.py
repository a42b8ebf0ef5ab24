"""Up to when the events of a run are shown: one moment for numbers, curves and axes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.reading import Reading
from core.telemetry.readings import readings
from core.timestamps import from_unix
from core.vocabulary import LIVE_STATES, TrainingStatus

if TYPE_CHECKING:
    from datetime import datetime

    from core.facts import RunFacts
    from core.telemetry import RunEvents
    from runner.records import Job

_OF_PROCESS = frozenset({"step", "steps_per_second", "progress", "time_remaining", "freshness"})
REDRAW_S = 15.0  # between two changes of what is shown of a running run


@dataclass(frozen=True)
class ShownEvents:
    """The events of a run, read once, and the real time up to which they count."""

    events: RunEvents
    until: datetime


def shown_until(run: RunFacts, now: datetime) -> datetime:
    """Of a running run the last quarter minute, otherwise its end.

    Streamlit replaces a chart whenever its data change, and the page flickers. The numbers
    beside the curves are of the same moment.
    """
    if run.reader is None or run.status is not TrainingStatus.RUNNING:
        return run.until
    seconds = now.timestamp() // REDRAW_S * REDRAW_S
    quarter = min(from_unix(seconds), run.until)
    begun = run.reader.last_event(seconds) is not None and not run.resumed_silently(quarter)
    return quarter if begun else run.until


def shown_readings(run: RunFacts, until: datetime) -> dict[str, Reading]:
    """The run's readings; until a resumed process has logged, its step and speed are no reading.

    The last ones are of the killed attempt, which had come further than the checkpoint.
    """
    if run.reader is None:
        return {}
    found = readings(run.reader, run.total_steps, until)
    resumed = run.resumed_silently(until)
    if resumed is None:
        return found
    found = {name: reading for name, reading in found.items() if name not in _OF_PROCESS}
    if run.resumed_from is not None:
        found["step"] = Reading(
            run.resumed_from, "steps", source="progress.json", step=run.resumed_from
        )
    return found


def newest_event_age(run: RunFacts | None, job: Job | None, now: datetime) -> timedelta | None:
    """Real time since the newest event; None before the first of the present attempt.

    The events before a resume say nothing about the attempt that runs now.

    :param job: the newest training job, whose start is that of its newest attempt.
    """
    if run is None or run.reader is None:
        return None
    last = run.reader.last_event(run.until.timestamp())
    if last is None:
        return None
    works = job is not None and job.run == run.name and job.state in LIVE_STATES
    began = job.started_at if job is not None and works else None
    if began is not None and last.wall < began.timestamp():
        return None
    return max(now - from_unix(last.wall), timedelta(0))
