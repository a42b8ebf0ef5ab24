"""Final preparation: backup, backtest data, system, and the free disk space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.jobs import outdated, result_or_answer
from core.checks.rules.problems import open_incident
from core.errors import InputError
from core.language import Message, joined, literal, plural, recorded_message
from core.market.bar_counts import counted_bars
from core.reading import Reading
from core.timestamps import parse_moment
from core.vocabulary import Verdict

if TYPE_CHECKING:
    from core.checks.case import Case

GIGABYTE = 1e9
_WARNINGS = 2  # named in a sentence
BACKUP, DATA_CHECK = Message("Backup"), Message("Data check")
NO_DISK_READING = Message("Free disk space can't be read.")


@rule("backup")
def backup(case: Case) -> Judgement:
    """A verified copy, made after the run had ended."""
    run = case.facts.run
    found = result_or_answer(case, case.facts.backup, BACKUP, "preparation")
    if isinstance(found, Judgement):
        return found
    job, result = found.job, found.result
    if result.get("ok") is not True:
        return case.failed(
            Message("The copy was not verified ({source}).", source=job.source),
            found.reading("ok", "no"),
        )
    given = result.get("backup") or result.get("path")
    place = literal(str(given)) if given else Message("The copy")
    reading = found.reading("ok", "yes")
    if run is not None and run.ended is None:
        return case.failed(
            Message("{copy} was made while the run was in progress.", copy=place), reading
        )
    if run is not None and run.ended and job.ended and job.ended < run.ended:
        return case.failed(Message("{copy} is older than the end of the run.", copy=place), reading)
    if isinstance(files := result.get("files"), int):
        why = plural(
            "{copy}: {n} file copied and verified.",
            "{copy}: {n} files copied and verified.",
            files,
            copy=place,
        )
    else:
        why = Message("{copy}: copied and verified.", copy=place)
    return case.judged(reading, why)


@rule("backtest_data")
def backtest_data(case: Case) -> Judgement:
    """The data check's verdict on the backtest candles."""
    found = result_or_answer(case, case.facts.data_check, DATA_CHECK, "preparation")
    if isinstance(found, Judgement):
        return found
    due = case.playbook.slots_of_kind("preparation")[0].at(case.facts.launch)
    if old := outdated(case, found.job, DATA_CHECK, due):
        return old
    entry = _dataset(found.result, "backtest")
    if entry is None or not isinstance(entry.get("ok"), bool):
        return case.unknown(
            Message(
                "The backtest data are not in the data check's result ({source}).",
                source=found.job.source,
            )
        )
    if not entry["ok"]:
        why = Message("Backtest data: {problem}.", problem=_first(entry.get("errors")))
        return case.failed(why, found.reading("datasets", "no"))
    return case.judged(found.reading("datasets", "yes"), _candles(case, entry))


def _candles(case: Case, entry: Mapping[str, Any]) -> Message:
    """How many bars, over which range, with how many warnings."""
    nested = entry.get("facts")
    facts = nested if isinstance(nested, Mapping) else entry
    bars, warnings = facts.get("rows") or facts.get("bars"), entry.get("warnings") or []
    filled = facts.get("filled")
    parts = []
    if isinstance(bars, int):
        parts.append(counted_bars(bars, filled if isinstance(filled, int) else 0))
    parts.append(_range(facts) or Message("range unknown"))
    if warnings:
        parts.append(plural("{n} warning", "{n} warnings", len(warnings)))
    why = Message("{facts}.", facts=joined(parts, ", "))
    named = [_message(warning) for warning in warnings[:_WARNINGS]]
    if not named and case.facts.synthetic:
        named = [Message("Synthetic market.")]
    return joined([why, *named])


def _range(facts: Mapping[str, Any]) -> Message | None:
    """``2025-02-23 00:00 to 2026-02-22 23:00 UTC``; None if the result has no such moments."""
    try:
        first, last = (parse_moment(str(facts.get(end))) for end in ("first", "last"))
    except InputError:
        return None
    return Message("{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC", first=first, last=last)


@rule("system_ready")
def system_ready(case: Case) -> Judgement:
    """Runner active, no open incident, enough disk space."""
    facts = case.facts
    free = None if facts.disk_free_bytes is None else facts.disk_free_bytes / GIGABYTE
    troubles = [
        *([Message("The runner is not running.")] if facts.runner_alive is False else []),
        *map(open_incident, facts.open_incidents),
    ]
    if free is not None and free < case.playbook.training.min_free_disk_gb:
        troubles.append(Message("Only {free:.1f} GB of disk space left.", free=free))
    reading = Reading(
        "no" if troubles else "yes", source=Message("runner, incidents, disk"), at=facts.as_of_real
    )
    if troubles:
        return case.failed(joined([Message("Not ready."), *troubles]), reading)
    if free is None:
        return case.unknown(NO_DISK_READING)
    if facts.runner_alive is None:
        return case.unknown(Message("Whether the runner was active then is not recorded."))
    return case.say(
        Verdict.PASS,
        Message("Runner active, no open incident, {free:.1f} GB free.", free=free),
        reading,
    )


@rule("disk_free_gb")
def disk(case: Case) -> Judgement:
    """Free disk space of the data directory."""
    facts = case.facts
    if facts.disk_free_bytes is None:
        return case.unknown(NO_DISK_READING)
    free = facts.disk_free_bytes / GIGABYTE
    reading = Reading(free, "GB", source=Message("disk of the data directory"), at=facts.as_of_real)
    if facts.model_bytes is None:
        return case.judged(reading, Message("{free:,.1f} GB free.", free=free))
    why = Message(
        "{free:,.1f} GB free; models/ppo_phase4 uses {size:,.1f} MB.",
        free=free,
        size=facts.model_bytes / 1e6,
    )
    return case.judged(reading, why)


def _dataset(result: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    datasets = result.get("datasets")
    if not isinstance(datasets, list):
        return None
    return next((d for d in datasets if isinstance(d, dict) and d.get("name") == name), None)


def _first(errors: object) -> Message:
    """The first of a list of texts, or of records with a message."""
    if not isinstance(errors, list) or not errors:
        return Message("the candles have errors")
    return _message(errors[0])


def _message(entry: object) -> Message:
    """A text, or a record with a message."""
    return recorded_message(entry if isinstance(entry, Mapping) else {"message": entry}, "message")
