"""The six pre-flight checks, from the result of the newest pre-flight job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.jobs import FinishedJob, outdated, result_or_answer
from core.language import Message, joined, recorded_message
from core.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.checks.case import Case

PREFLIGHT = Message("Pre-flight")
OTHER_COMMAND = Message(
    "The playbook's training.command has changed since this pre-flight. Run it again."
)


@rule(
    "preflight_config",
    "preflight_data",
    "preflight_disk",
    "preflight_versions",
    "preflight_smoke",
    "preflight_folders",
)
def preflight(case: Case) -> Judgement:
    """The job's verdict; a result that is too old does not count for this launch."""
    found = _finished(case) or result_or_answer(case, case.facts.preflight, PREFLIGHT, "preflight")
    if isinstance(found, Judgement):
        return found
    if old := outdated(case, found.job, PREFLIGHT, case.facts.launch):
        return old
    if found.job.command_replaced:
        return case.unknown(OTHER_COMMAND)
    entry = _entry(found.result, case.spec.metric)
    if entry is None:
        return case.unknown(
            Message("Not in the pre-flight's result ({source}).", source=found.job.source)
        )
    why = recorded_message(entry, "why") or Message("The pre-flight gave no reason.")
    if case.spec.unit:
        return _measured(case, found, entry, why)
    value = entry.get("value")
    shown = ("yes" if entry["ok"] else "no") if value is None else value
    reading = found.reading(case.spec.metric, shown, str(entry.get("unit") or ""))
    if entry["ok"]:
        return case.say(Verdict.PASS, why, reading)
    remedy = recorded_message(entry, "remedy")
    return case.failed(joined([why, remedy]) if remedy else why, reading)


def _finished(case: Case) -> FinishedJob | Judgement | None:
    """A pre-flight in progress: the check's row, if it is finished; None if none is in progress."""
    job = case.facts.preflight
    if job is None or job.progress is None:
        return None
    if _entry(job.progress, case.spec.metric) is not None:
        return FinishedJob(job, job.progress)
    if job.progress.get("check") == case.spec.metric:
        return case.pending(Message("Being checked now."))
    return case.pending(Message("Waiting for its turn in the pre-flight in progress."))


def _measured(case: Case, found: FinishedJob, entry: Mapping[str, Any], why: Message) -> Judgement:
    """Judge a number by the playbook's limit, not by the one that the job used."""
    value, unit = entry.get("value"), str(entry.get("unit") or case.spec.unit)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return case.judged(found.reading(case.spec.metric, float(value), unit), why)
    if entry["ok"]:
        return case.unknown(joined([Message("No number was measured."), why]))
    return case.failed(why)


def _entry(result: Mapping[str, Any], wanted: str) -> Mapping[str, Any] | None:
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
