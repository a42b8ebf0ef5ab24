"""The six pre-flight checks, from the result of the newest pre-flight job."""

from __future__ import annotations

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.jobs import STALE_AFTER, age, job_reading, result_or_answer
from core.vocabulary import Verdict


@rule(
    "preflight_config",
    "preflight_data",
    "preflight_disk",
    "preflight_versions",
    "preflight_smoke",
    "preflight_folders",
)
def preflight(case: Case) -> Judgement:
    """As the job found it; too old a result says nothing about this launch."""
    job = case.facts.preflight
    result = result_or_answer(case, job, "pre-flight", "preflight")
    if isinstance(result, Judgement):
        return result
    if (old := age(case, job, case.facts.launch)) > STALE_AFTER:
        hours = old.total_seconds() / 3600
        return case.unknown(f"The newest pre-flight is {hours:.0f} h old; run it again.")
    entry = _entry(result, case.spec.metric)
    if entry is None:
        return case.unknown(f"The pre-flight's result says nothing about this ({job.source}).")
    why = str(entry.get("why") or "The pre-flight gave no reason.")
    value, unit = entry.get("value"), str(entry.get("unit") or "")
    if case.spec.unit:
        return _measured(case, job, entry["ok"], value, unit, why)
    shown = ("yes" if entry["ok"] else "no") if value is None else value
    reading = job_reading(job, case.spec.metric, shown, unit)
    if entry["ok"]:
        return case.say(Verdict.PASS, why, reading)
    remedy = entry.get("remedy")
    return case.failed(f"{why} {remedy}".strip() if remedy else why, reading)


def _measured(case, job, ok, value, unit, why) -> Judgement:
    """A number is held against the playbook's own limit, whatever the job made of it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return case.failed(why) if not ok else case.unknown(f"No number was measured: {why}")
    return case.judged(
        job_reading(job, case.spec.metric, float(value), unit or case.spec.unit), why
    )


def _entry(result, wanted: str):
    """The pre-flight's record of one check; None if it is absent or has no clear outcome."""
    checks = result.get("checks")
    if not isinstance(checks, list):
        return None
    for entry in checks:
        if (
            isinstance(entry, dict)
            and entry.get("id") == wanted
            and isinstance(entry.get("ok"), bool)
        ):
            return entry
    return None
