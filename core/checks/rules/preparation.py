"""Final preparation: backup, backtest data, system. And the disk, at any time."""

from __future__ import annotations

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.jobs import STALE_AFTER, age, job_reading, result_or_answer
from core.reading import Reading
from core.vocabulary import Verdict

GIGABYTE = 1e9


@rule("backup")
def backup(case: Case) -> Judgement:
    """A verified copy, taken after the training had ended."""
    job, run = case.facts.backup, case.facts.run
    result = result_or_answer(case, job, "backup", "preparation")
    if isinstance(result, Judgement):
        return result
    if result.get("ok") is not True:
        return case.failed(
            f"The copy was not verified ({job.source}).", job_reading(job, "ok", "no")
        )
    place = str(result.get("backup") or result.get("path") or "the copy")
    reading = job_reading(job, "ok", "yes")
    if run is not None and run.ended is None:
        return case.failed(f"{place} was made while the training still runs.", reading)
    if run is not None and job.ended is not None and job.ended < run.ended:
        return case.failed(f"{place} is older than the end of the training.", reading)
    files = f", {result['files']} files" if isinstance(result.get("files"), int) else ""
    return case.judged(reading, f"{place}: copied and compared{files}.")


@rule("backtest_data")
def backtest_data(case: Case) -> Judgement:
    """The data check's word on the backtest candles."""
    job = case.facts.data_check
    result = result_or_answer(case, job, "data check", "preparation")
    if isinstance(result, Judgement):
        return result
    due = case.playbook.slots_of_kind("preparation")[0].at(case.facts.launch)
    if (old := age(case, job, due)) > STALE_AFTER:
        return case.unknown(
            f"The newest data check is {old.total_seconds() / 3600:.0f} h old; run it again."
        )
    found = _dataset(result, "backtest")
    if found is None or not isinstance(found.get("ok"), bool):
        return case.unknown(f"The data check says nothing about the backtest data ({job.source}).")
    if not found["ok"]:
        first = _first(found.get("errors")) or "the candles are not clean"
        return case.failed(
            f"Backtest data: {first.rstrip('.')}.", job_reading(job, "datasets", "no")
        )
    facts = found.get("facts") if isinstance(found.get("facts"), dict) else found
    bars = facts.get("bars") or facts.get("rows")
    span = (
        f"{facts.get('first')} to {facts.get('last')}" if facts.get("first") else "range not told"
    )
    warnings = found.get("warnings") or []
    told = f", {len(warnings)} warning{'s' if len(warnings) > 1 else ''}" if warnings else ""
    made_up = " The market is synthetic." if case.facts.synthetic else ""
    reading = job_reading(job, "datasets", "yes")
    return case.judged(reading, f"{bars if bars else 'Some'} bars, {span}{told}.{made_up}")


@rule("system_ready")
def system_ready(case: Case) -> Judgement:
    """Runner alive, no open incident, disk space left."""
    facts = case.facts
    if facts.disk_free_bytes is None:
        return case.unknown("The free disk space can't be read.")
    free, needed = facts.disk_free_bytes / GIGABYTE, case.playbook.training.min_free_disk_gb
    troubles = [
        *(["the runner is not alive"] if not facts.runner_alive else []),
        *(f"the incident {incident} is open" for incident in facts.open_incidents),
        *([f"only {free:.1f} GB of disk are free"] if free < needed else []),
    ]
    reading = Reading(
        "no" if troubles else "yes", source="runner, incidents, disk", at=facts.as_of_real
    )
    if troubles:
        return case.failed(f"Not ready: {'; '.join(troubles)}.", reading)
    return case.say(
        Verdict.PASS, f"The runner is alive, no incident is open, {free:.1f} GB are free.", reading
    )


@rule("disk_free_gb")
def disk(case: Case) -> Judgement:
    """Free disk space of the home."""
    facts = case.facts
    if facts.disk_free_bytes is None:
        return case.unknown("The free disk space can't be read.")
    free = facts.disk_free_bytes / GIGABYTE
    size = (
        ""
        if facts.model_bytes is None
        else f"; models/ppo_phase4 takes {facts.model_bytes / 1e6:,.1f} MB"
    )
    reading = Reading(free, "GB", source="disk of the home folder", at=facts.as_of_real)
    return case.judged(reading, f"{free:,.1f} GB are free{size}.")


def _dataset(result, name: str):
    datasets = result.get("datasets")
    if not isinstance(datasets, list):
        return None
    return next((d for d in datasets if isinstance(d, dict) and d.get("name") == name), None)


def _first(errors) -> str:
    """The first of a list of messages, or of records with a message."""
    if not isinstance(errors, list) or not errors:
        return ""
    first = errors[0]
    return str(first.get("message", first)) if isinstance(first, dict) else str(first)
