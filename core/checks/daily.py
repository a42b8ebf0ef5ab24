"""The daily summary: the manual's ten keys, then the data that they follow from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.checks.judgement import NOTHING, Judgement
from core.checks.registry import judge
from core.files import write_json
from core.language import Message, literal, recorded
from core.limited_files import MOST_RECORD, json_of, read_limited
from core.telemetry.readings import last_kl, last_reward, time_remaining, validation_sharpe
from core.timestamps import iso
from core.vocabulary import ADVERSE, GLYPHS, TrainingStatus, Trend, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from core.facts import Facts, RunFacts
    from core.playbook import CheckSpec, Playbook
    from core.reading import Reading
    from core.telemetry import RunEvents

SCHEMA_VERSION = 1

# The manual's keys, in its order, with the types that a value may have.
_NUMBER = (int, float)
_ABSENT = type(None)
KEYS: dict[str, tuple[type, ...]] = {
    "date": (str,),
    "training_status": (str,),
    "time_elapsed_hours": (*_NUMBER, _ABSENT),
    "estimated_time_remaining_hours": (*_NUMBER, _ABSENT),
    "reward_trend": (str,),
    "last_reward": (*_NUMBER, _ABSENT),
    "approx_sharpe": (*_NUMBER, _ABSENT),
    "kl_divergence_last": (*_NUMBER, _ABSENT),
    "no_issues": (bool,),
    "checklist": (str,),
}


@dataclass(frozen=True)
class SummaryRecord:
    """A summary as read from its file."""

    state: Literal["ok", "incomplete", "missing"]
    data: Mapping[str, Any] | None = None  # None unless the state is ok
    why: Message = NOTHING

    def of_week(self, week_id: str) -> SummaryRecord:
        """The record, or that it is missing if another week of the same day wrote the file.

        A summary without its week is the day's, as an own script may write it.
        """
        week = (self.data or {}).get("week", week_id)
        if week == week_id:
            return self
        why = Message("The file of this day is week {week}'s.", week=str(week))
        return SummaryRecord("missing", why=why)


def daily_judgements(playbook: Playbook, facts: Facts) -> list[Judgement]:
    """The five daily checks at any moment, also on days without a check-in."""
    return [judge(playbook, check, facts) for check in playbook.slots_of_kind("daily")[0].checks]


def daily_summary(playbook: Playbook, day: date, facts: Facts) -> dict[str, Any]:
    """Judge a day by its facts.

    Times are in hours of week time; a missing number is None. Sentences are written in
    English, and again as template and values so that they can be translated.

    :param facts: at the day's check time.
    :returns: strict JSON values: the manual's ten keys first, in its order, then ours.
    """
    judgements = daily_judgements(playbook, facts)
    verdicts = {playbook.checks[found.check].metric: found for found in judgements}
    trend, no_issues = verdicts.get("reward_trend"), verdicts.get("issues")
    run = facts.run
    summary: dict[str, Any] = {
        "date": day.isoformat(),
        "training_status": (run.status if run else TrainingStatus.NOT_STARTED).value,
        "time_elapsed_hours": _elapsed_hours(facts),
        "estimated_time_remaining_hours": _remaining_hours(facts),
        "reward_trend": _word(trend) or Trend.INSUFFICIENT.value,
        "last_reward": _newest(run, last_reward),
        "approx_sharpe": _newest(run, validation_sharpe),
        "kl_divergence_last": _newest(run, last_kl),
        "no_issues": no_issues is not None and no_issues.verdict is Verdict.PASS,
        "checklist": " ".join(GLYPHS[found.verdict] for found in judgements),
        "schema_version": SCHEMA_VERSION,
        "as_of": iso(facts.as_of),
        "week": facts.launch.date().isoformat(),
        "run": run.name if run else None,
        "attempts": run.attempts if run else 0,
        "status_reason": literal(run.reason) if run else Message("No run was started."),
        "synthetic": facts.synthetic,
        "all_passed": all(found.verdict is Verdict.PASS for found in judgements),
        "checks": [_record(found, playbook.checks[found.check]) for found in judgements],
    }
    return recorded(summary)


def write_daily_summary(path: Path, summary: Mapping[str, Any]) -> Path:
    """Write it atomically, as strict JSON.

    :raises SetupError: the file can't be written.
    """
    return write_json(path, dict(summary))


def read_daily_summary(path: Path) -> SummaryRecord:
    """Read a summary file; a half-written one or one of another shape is ``incomplete``."""
    try:
        read = json_of(read_limited(path, MOST_RECORD), _no_constant)
    except FileNotFoundError:
        return SummaryRecord("missing", why=Message("No summary was written for this day."))
    except OSError as error:
        return _incomplete(
            Message("The file can't be read: {error}.", error=error.strerror or str(error))
        )
    except ValueError as error:
        return _incomplete(Message("The file is not valid JSON: {error}.", error=str(error)))
    if not isinstance(read, dict):
        return _incomplete(Message("The file is not a JSON object."))
    for key, types in KEYS.items():
        if key not in read:
            return _incomplete(Message("The key {key} is missing.", key=key))
        if not isinstance(read[key], types) or (bool not in types and isinstance(read[key], bool)):
            return _incomplete(
                Message("Invalid value of {key}: {value}.", key=key, value=repr(read[key]))
            )
    return SummaryRecord("ok", read)


def _incomplete(why: Message) -> SummaryRecord:
    return SummaryRecord("incomplete", why=why)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _elapsed_hours(facts: Facts) -> float | None:
    """Week hours from the run's start to its end, or to the judged moment."""
    run = facts.run
    if run is None:
        return None
    passed = facts.clock.week_duration(run.started, run.until)
    return round(max(0.0, passed.total_seconds()) / 3600, 4)


def _remaining_hours(facts: Facts) -> float | None:
    """Real seconds at the measured speed, at the clock's pace, in week hours."""
    run = facts.run
    if run is None or run.reader is None or facts.as_of_real is None:
        return None
    if run.status is TrainingStatus.COMPLETED:
        return 0.0
    if run.status is not TrainingStatus.RUNNING or facts.without_progress:
        return None
    if run.resumed_silently(run.until):
        return None  # the speed is the killed attempt's
    found = time_remaining(run.reader, run.total_steps, run.until)
    pace = facts.clock.pace(facts.as_of_real)
    if found is None or pace <= 0:
        return None
    return round(found.number * pace / 3600, 4)


def _newest(
    run: RunFacts | None, read: Callable[[RunEvents, datetime], Reading | None]
) -> float | None:
    """The newest value; None without one, or if it is NaN or infinite (not valid JSON)."""
    if run is None or run.reader is None:
        return None
    reading = read(run.reader, run.until)
    if reading is None or not math.isfinite(reading.number):
        return None
    return float(reading.number)


def _word(judgement: Judgement | None) -> str | None:
    if judgement is None or judgement.reading is None:
        return None
    return str(judgement.reading.value)


def _record(found: Judgement, spec: CheckSpec) -> dict[str, Any]:
    reading = found.reading
    value = reading.value if reading else None
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    return {
        "id": found.check,
        "title": spec.title.en,
        "verdict": found.verdict.value,
        "value": value,
        "unit": reading.unit if reading else "",
        "limit": found.limit,
        "why": found.why,
        "evidence": found.evidence,
        "action": spec.action.en if found.verdict in ADVERSE else "",
        "window": reading.window if reading else NOTHING,
        "source": str(reading.source) if reading else "",
        "step": reading.step if reading else None,
        "at": iso(reading.at) if reading and reading.at else None,
    }
