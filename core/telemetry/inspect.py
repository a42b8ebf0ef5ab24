"""The contents of any TensorBoard folder, as strict JSON."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import TelemetryError
from core.language import Message, joined
from core.telemetry.problems import Fault
from core.telemetry.reader import RunReader
from core.telemetry.readings import readings
from core.telemetry.tags import meaning
from core.timestamps import iso

if TYPE_CHECKING:
    from datetime import datetime

    from core.reading import Reading
    from core.telemetry.run_events import RunEvents
    from core.telemetry.series import Series

_NO_EVENTS = frozenset({Fault.NOT_EVENTS, Fault.ZERO_TAIL, Fault.UNREADABLE, Fault.BAD_LENGTH})
EVENTS_EXPECTED = Message("Pass an event file (events.out.tfevents…), or a folder of event files.")


def open_run(path: str | Path) -> RunReader:
    """A reader of an existing file or folder, read once.

    :raises TelemetryError: the path does not exist, may not be read, or is a file without
        a single event. In a folder, such a file is only listed as a problem.
    """
    if not Path(path).exists():
        raise missing_path(path)
    reader = RunReader(path)
    reader.refresh()
    if reader.path.is_file() and not any(file.records for file in reader.files):
        why = joined((problem.detail for problem in reader.problems), "; ")
        raise TelemetryError(
            Message("{path} contains no TensorBoard events: {why}.", path=str(path), why=why)
            if why
            else Message("{path} contains no TensorBoard events.", path=str(path)),
            EVENTS_EXPECTED,
        )
    return reader


def missing_path(path: str | Path) -> TelemetryError:
    """The error of a path that does not exist."""
    return TelemetryError(Message("{path} does not exist.", path=str(path)), EVENTS_EXPECTED)


def require_events(reader: RunEvents) -> None:
    """Refuse a file or folder without a single event.

    :raises TelemetryError: it names the folder, and what its event files hold instead.
    """
    if any(file.records for file in reader.files):
        return
    why = joined((problem.text for problem in reader.problems if problem.kind in _NO_EVENTS), "; ")
    raise TelemetryError(
        Message("{path} contains no TensorBoard events: {why}.", path=str(reader.path), why=why)
        if why
        else Message("{path} contains no TensorBoard events.", path=str(reader.path)),
        EVENTS_EXPECTED,
    )


def inspect(
    path: str | Path, total_steps: int | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """:func:`contents` of an existing file or folder, read once, as one run.

    :raises TelemetryError: the path does not exist, or may not be read.
    """
    return contents(open_run(path), total_steps, until)


def contents(
    reader: RunEvents, total_steps: int | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """``{"tags": {TAG: {...}}, "readings": {...}, "problems": [...]}``.

    Per tag ``n, first [step, value], last [step, value], min, max, nonfinite`` of the
    raw points, in the order in which they were written; min and max over finite values;
    a non-finite number is None, so that it can be written as JSON's null. ``replaced`` is the
    number of points that are not in the run's curve, where a restart wrote their steps again;
    readings are of the curve.
    """
    return {
        "tags": {
            tag: _of_tag(reader, tag, series, until)
            for tag in reader.tags()
            if len(series := reader.series(tag, _unix(until), stitched=False))
        },
        "readings": {
            name: as_dict(reading) for name, reading in readings(reader, total_steps, until).items()
        },
        "problems": [
            {"file": problem.file, "kind": problem.kind.value, "detail": str(problem.detail)}
            for problem in reader.problems
        ],
    }


def _of_tag(reader: RunEvents, tag: str, series: Series, until: datetime | None) -> dict[str, Any]:
    known = meaning(tag)
    found = describe(series) | {"known_as": None if known is None else known.tag}
    if len(reader.attempts) < 2:
        return found
    replaced = len(series) - len(reader.series(tag, _unix(until)))
    return found | {"replaced": replaced} if replaced else found


def describe(series: Series) -> dict[str, Any]:
    """Count, ends and range of a series with at least one point."""
    finite = series.finite().value
    return {
        "n": len(series),
        "first": [int(series.step[0]), _number(series.value[0])],
        "last": [int(series.step[-1]), _number(series.value[-1])],
        "min": float(finite.min()) if len(finite) else None,
        "max": float(finite.max()) if len(finite) else None,
        "nonfinite": len(series) - len(finite),
    }


def as_dict(reading: Reading) -> dict[str, Any]:
    """A reading as JSON."""
    value = _number(reading.value) if isinstance(reading.value, float) else reading.value
    return {
        "value": value,
        "unit": reading.unit,
        "window": str(reading.window),
        "source": reading.source,
        "step": reading.step,
        "at": None if reading.at is None else iso(reading.at),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _unix(until: datetime | None) -> float | None:
    return None if until is None else until.timestamp()
