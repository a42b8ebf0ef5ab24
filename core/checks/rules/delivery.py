"""The five deliverables for the CTO: they are there, and they don't contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.consistency import decision_problems, gate_problems, recorded_gates
from core.checks.rules.jobs import result_or_answer
from core.reading import Reading
from core.vocabulary import Verdict

# How the files of a revalidation end; the names before are dates.
DECISION = "_decision.json"
DOCUMENT = "_decision.txt"
METRICS = "_metrics.csv"
MEMO = "_memo.html"
LOG_SUMMARY = "_training_log_summary.txt"


@rule("decision_document")
def decision_document(case: Case) -> Judgement:
    """Decision JSON and document exist; the decision follows from the gates."""
    decision = _decision_or_answer(case, DECISION, DOCUMENT)
    if isinstance(decision, Judgement):
        return decision
    reading = _reading(case, DOCUMENT, "yes")
    if problems := decision_problems(case.playbook, decision):
        return case.failed(f"The decision contradicts itself: {problems[0]}.", reading)
    return case.say(
        Verdict.PASS,
        f"{decision['decision']}, {decision['score']}: {reading.source}.",
        reading,
    )


@rule("gate_metrics")
def gate_metrics(case: Case) -> Judgement:
    """Every gate has its record, held against the playbook's own limit."""
    decision = _decision_or_answer(case, DECISION, METRICS)
    if isinstance(decision, Judgement):
        return decision
    records = recorded_gates(decision)
    reading = _reading(
        case, DECISION, sum(gate.id in records for gate in case.playbook.gates), "gates"
    )
    if problems := gate_problems(case.playbook, decision):
        return case.failed(f"{problems[0][0].upper()}{problems[0][1:]}.", reading)
    undefined = [name for name, record in records.items() if record.get("value") is None]
    told = f"; without a value: {', '.join(undefined)}" if undefined else ""
    return case.judged(reading, f"{reading.value} gates are recorded{told}.")


@rule("log_summary")
def log_summary(case: Case) -> Judgement:
    """The summary of the training log lies beside the decision."""
    decision = _decision_or_answer(case, LOG_SUMMARY)
    if isinstance(decision, Judgement):
        return decision
    reading = _reading(case, LOG_SUMMARY, "yes")
    trained, told = case.facts.run, _text(decision, "model", "run")
    if trained is not None and told and told != trained.name:
        return case.failed(
            f"The model comes from run {told}, the log summary from {trained.name}.", reading
        )
    return case.say(Verdict.PASS, f"Written: {reading.source}.", reading)


@rule("backtest_report")
def backtest_report(case: Case) -> Judgement:
    """Memo and metrics of the backtest, bound to data and model by their hashes."""
    decision = _decision_or_answer(case, DECISION, MEMO, METRICS)
    if isinstance(decision, Judgement):
        return decision
    reading = _reading(case, MEMO, "yes")
    for part in ("model", "data"):
        if not _text(decision, part, "sha256"):
            return case.failed(
                f"The report doesn't say which {part} it is about (no SHA-256).", reading
            )
    return case.say(
        Verdict.PASS,
        f"{reading.source}: model {_text(decision, 'model', 'sha256')[:12]}, "
        f"data {_text(decision, 'data', 'sha256')[:12]}.",
        reading,
    )


@rule("recommendation")
def recommendation(case: Case) -> Judgement:
    """The recommendation is the one that the playbook gives for this decision."""
    decision = _decision_or_answer(case, DECISION)
    if isinstance(decision, Judgement):
        return decision
    given = decision.get("recommendation")
    if not isinstance(given, str) or not given:
        return case.unknown("The decision carries no recommendation.")
    due = {rule.decision.value: rule.recommendation for rule in case.playbook.decision}
    reading = _reading(
        case, DECISION, "yes" if due.get(decision.get("decision")) == given else "no"
    )
    return case.judged(reading, f"{given}, for {decision.get('decision')}.")


def _decision_or_answer(case: Case, *needed: str) -> Mapping[str, Any] | Judgement:
    """The decision, if the revalidation is through and all needed files are there."""
    facts = case.facts
    found = result_or_answer(case, facts.revalidation, "revalidation", "delivery")
    if isinstance(found, Judgement):
        return found
    if not facts.reports and not found.get("report"):
        return case.unknown("The newest revalidation saved no report; run it with its report.")
    for ending in needed:
        if _report(case, ending) is None:
            return case.unknown(f"The report file ...{ending} is not there.")
    if facts.decision is None:
        return case.unknown("The decision file is missing or unreadable.")
    return facts.decision


def _report(case: Case, ending: str) -> str | None:
    """Path of a report by its ending; relative to the home."""
    paths = sorted(path for path in case.facts.reports.values() if path.endswith(ending))
    return paths[-1] if paths else None


def _reading(case: Case, ending: str, value: str | int, unit: str = "") -> Reading:
    path = _report(case, ending) or _report(case, DECISION) or ""
    ended = case.facts.revalidation.ended if case.facts.revalidation else None
    return Reading(value, unit, source=str(PurePosixPath(path)), at=ended)


def _text(decision: Mapping[str, Any], part: str, key: str) -> str:
    found = decision.get(part)
    value = found.get(key) if isinstance(found, Mapping) else None
    return value if isinstance(value, str) else ""
