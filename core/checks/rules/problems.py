"""What went wrong: crashes, errors, issues, critical findings, open incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.series import no_run
from core.diagnosis.diagnose import CRITICAL, diagnose
from core.facts import LogFacts, RunFacts
from core.language import Message, joined, literal, plural
from core.reading import Reading
from core.vocabulary import FindingStatus, Severity, TrainingStatus

if TYPE_CHECKING:
    from core.checks.case import Case

_SHOWN = 120  # characters of a log line in a sentence
_ENDED_BADLY = {
    TrainingStatus.CRASHED: Message("Trainer crashed."),
    TrainingStatus.HUNG: Message("The run is hung."),
}


@rule("crashes")
def crashes(case: Case) -> Judgement:
    """Crashes of the trainer, and [ERROR] lines of its log."""
    found = _run_and_log(case)
    if isinstance(found, Judgement):
        return found
    run, log = found
    return _counted(case, run, log, [*_crashes(run), *_errors(log)])


@rule("issues")
def issues(case: Case) -> Judgement:
    """Crashes, [ERROR] lines and critical findings: the manual's ``no_issues``."""
    found = _run_and_log(case)
    if isinstance(found, Judgement):
        return found
    run, log = found
    troubles = [
        *_crashes(run),
        *_errors(log),
        *_findings(case, leave_out_crash=run.status is TrainingStatus.CRASHED),
    ]
    return _counted(case, run, log, troubles)


@rule("anomalies")
def anomalies(case: Case) -> Judgement:
    """Everything that a person should check: also issues, hangs and open incidents."""
    found = _run_and_log(case)
    if isinstance(found, Judgement):
        return found
    run, log = found
    bad = _ENDED_BADLY.get(run.status)
    troubles = [
        *([bad] if bad else []),
        *map(literal, run.earlier_crashes),
        *_errors(log),
        *(_logged(line) for line in log.issues),
        *_findings(case, leave_out_crash=run.status is TrainingStatus.CRASHED),
        *map(open_incident, case.facts.open_incidents),
    ]
    return _counted(case, run, log, troubles)


def open_incident(procedure: str) -> Message:
    """A sentence about an incident that was not closed."""
    return Message("Incident {procedure} is open.", procedure=procedure)


def _run_and_log(case: Case) -> tuple[RunFacts, LogFacts] | Judgement:
    """Run and log. Files that could not be read never count as "no problem"."""
    run, log = case.facts.run, case.facts.log
    if run is None:
        return no_run(case)
    if run.status is TrainingStatus.CRASHED:
        return run, log or LogFacts("training.log", exists=False)
    if run.status is TrainingStatus.LOST:
        return case.unknown(Message("The run's exit status is unknown: it may have crashed."))
    own_trainer = case.playbook.training.command is not None and run.process_known
    if own_trainer and (log is None or not log.exists):  # only trainweek's own trainer writes it
        return run, LogFacts("training.log", exists=False)
    if log is None or not log.exists:
        path = "training.log" if log is None else log.path
        return case.unknown(Message("{path} is missing: a crash would leave no trace.", path=path))
    if run.reader is None or not run.reader.files:
        return case.unknown(Message("{folder} contains no event files.", folder=run.source))
    return run, log


def _counted(case: Case, run: RunFacts, log: LogFacts, troubles: list[Message]) -> Judgement:
    at = max((m for m in (log.last_line_at, run.ended) if m is not None), default=None)
    job = Message("job of {run}", run=run.name)
    reading = Reading(
        len(troubles),
        "events",
        Message("this week"),
        joined([log.path, job], ", ") if log.exists else job,
        at=at,
    )
    if not troubles:
        none = (
            Message("No problem in {path} or in the run's status this week.", path=log.path)
            if log.exists
            else Message(
                "No problem in the status of the run, whose trainer writes no training.log."
            )
        )
        return case.judged(reading, none)
    why = plural(
        "{n} problem: {first}", "{n} problems, first: {first}", len(troubles), first=troubles[0]
    )
    if run.earlier_crashes:
        why = joined([why, Message("Includes crashes earlier this week.")])
    return case.judged(reading, why)


def _crashes(run: RunFacts) -> list[Message]:
    """Crashes of this run and of earlier ones: a restart does not undo a crash."""
    crashed = [_ENDED_BADLY[run.status]] if run.status is TrainingStatus.CRASHED else []
    return [*crashed, *map(literal, run.earlier_crashes)]


def _errors(log: LogFacts) -> list[Message]:
    return [_logged(line) for line in log.errors]


def _logged(line: str) -> Message:
    shown = line.rstrip(".") if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
    return Message("Logged: {line}.", line=shown)


def _findings(case: Case, leave_out_crash: bool) -> list[Message]:
    return [
        Message("Critical finding: {scenario}.", scenario=finding.scenario)
        for finding in diagnose(case.facts, case.playbook, only=CRITICAL)
        if finding.status is FindingStatus.FIRING
        and finding.severity is Severity.CRITICAL
        and not (leave_out_crash and finding.scenario == "crash")
    ]
