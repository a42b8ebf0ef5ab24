"""The five deliverables for the CTO: whether they exist and agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.consistency import decision_problems, gate_problems, recorded_gates
from core.checks.rules.jobs import result_or_answer
from core.language import Message, joined, plural
from core.reading import Reading
from core.vocabulary import Verdict

if TYPE_CHECKING:
    from core.checks.case import Case

# File name suffixes of a revalidation, after the date.
DECISION = "_decision.json"
DOCUMENT = "_decision.txt"
METRICS = "_metrics.csv"
MEMO = "_memo.html"
LOG_SUMMARY = "_training_log_summary.txt"

REVALIDATION = Message("Revalidation")


@rule("decision_document")
def decision_document(case: Case) -> Judgement:
    """Decision JSON and document exist; the decision follows from the gates."""
    decision = _decision_or_answer(case, DECISION, DOCUMENT)
    if isinstance(decision, Judgement):
        return decision
    reading = _reading(case, DOCUMENT, "yes")
    if problems := decision_problems(case.playbook, decision):
        return case.failed(
            Message("The decision contradicts itself: {problem}.", problem=problems[0]), reading
        )
    why = Message(
        "{decision}, {score}: {file}.",
        decision=decision["decision"],
        score=decision["score"],
        file=reading.source,
    )
    return case.say(Verdict.PASS, why, reading)


@rule("gate_metrics")
def gate_metrics(case: Case) -> Judgement:
    """Every gate has a record, judged by the playbook's own limit."""
    decision = _decision_or_answer(case, DECISION, METRICS)
    if isinstance(decision, Judgement):
        return decision
    records = recorded_gates(decision)
    count = sum(gate.id in records for gate in case.playbook.gates)
    reading = _reading(case, DECISION, count, "gates")
    if problems := gate_problems(case.playbook, decision):
        return case.failed(Message("Gates: {problem}.", problem=problems[0]), reading)
    why = plural("{n} gate recorded.", "{n} gates recorded.", count)
    undefined = [name for name, record in records.items() if record.get("value") is None]
    if undefined:
        without = Message("Without a value: {gates}.", gates=", ".join(undefined))
        why = joined([why, without])
    return case.judged(reading, why)


@rule("log_summary")
def log_summary(case: Case) -> Judgement:
    """The summary of the training log was saved with the decision."""
    decision = _decision_or_answer(case, LOG_SUMMARY)
    if isinstance(decision, Judgement):
        return decision
    reading = _reading(case, LOG_SUMMARY, "yes")
    trained, given = case.facts.run, _text(decision, "model", "run")
    if trained is not None and given and given != trained.name:
        why = Message(
            "The model comes from run {model}, the log summary from {log}.",
            model=given,
            log=trained.name,
        )
        return case.failed(why, reading)
    return case.say(Verdict.PASS, Message("Saved: {file}.", file=reading.source), reading)


@rule("backtest_report")
def backtest_report(case: Case) -> Judgement:
    """Memo and metrics of the backtest, bound to data and model by their hashes."""
    decision = _decision_or_answer(case, DECISION, MEMO, METRICS)
    if isinstance(decision, Judgement):
        return decision
    reading = _reading(case, MEMO, "yes")
    model, data = _text(decision, "model", "sha256"), _text(decision, "data", "sha256")
    if not model:
        return case.failed(Message("The report has no SHA-256 of its model."), reading)
    if not data:
        return case.failed(Message("The report has no SHA-256 of its data."), reading)
    why = Message(
        "{file}: model {model}, data {data}.",
        file=reading.source,
        model=model[:12],
        data=data[:12],
    )
    return case.say(Verdict.PASS, why, reading)


@rule("recommendation")
def recommendation(case: Case) -> Judgement:
    """The recommendation is the one that the playbook has for this decision."""
    decision = _decision_or_answer(case, DECISION)
    if isinstance(decision, Judgement):
        return decision
    given = decision.get("recommendation")
    if not isinstance(given, str) or not given:
        return case.unknown(Message("The decision has no recommendation."))
    word = str(decision.get("decision"))
    due = {rule.decision.value: rule.recommendation for rule in case.playbook.decision}
    reading = _reading(case, DECISION, "yes" if due.get(word) == given else "no")
    why = Message("{recommendation}, for {decision}.", recommendation=given, decision=word)
    return case.judged(reading, why)


def _decision_or_answer(case: Case, *needed: str) -> Mapping[str, Any] | Judgement:
    """The decision if all needed files exist, else the judgement that says what is missing."""
    facts = case.facts
    found = result_or_answer(case, facts.revalidation, REVALIDATION, "delivery")
    if isinstance(found, Judgement):
        return found
    if not facts.reports and not found.result.get("report"):
        return case.unknown(
            Message("The newest revalidation saved no report. Run it again with its report.")
        )
    for ending in needed:
        if _report(case, ending) is None:
            return case.unknown(Message("The report file …{ending} is missing.", ending=ending))
    if facts.decision is None:
        return case.unknown(Message("The decision file is missing or unreadable."))
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
