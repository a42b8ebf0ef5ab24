"""What went wrong: crashes, errors, issues, critical findings, open incidents."""

from __future__ import annotations

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.diagnosis.diagnose import CRITICAL, diagnose
from core.facts import LogFacts, RunFacts
from core.reading import Reading
from core.vocabulary import FindingStatus, Severity, TrainingStatus

_SHOWN = 120  # characters of a log line in a sentence
_ENDED_BADLY = {
    TrainingStatus.CRASHED: "the trainer crashed",
    TrainingStatus.HUNG: "the training hangs",
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
    """Everything that a person should look at: also issues, hangs and open incidents."""
    found = _run_and_log(case)
    if isinstance(found, Judgement):
        return found
    run, log = found
    bad = _ENDED_BADLY.get(run.status)
    troubles = [
        *([bad] if bad else []),
        *run.earlier_crashes,
        *_errors(log),
        *(f"logged: {_short(line)}" for line in log.issues),
        *_findings(case, leave_out_crash=run.status is TrainingStatus.CRASHED),
        *(f"the incident {incident} is open" for incident in case.facts.open_incidents),
    ]
    return _counted(case, run, log, troubles)


def _run_and_log(case: Case) -> tuple[RunFacts, LogFacts] | Judgement:
    """Nothing may be called quiet that nobody listened to."""
    facts = case.facts
    if facts.run is None:
        if facts.as_of < facts.launch:
            return case.pending("The training has not started yet.")
        return case.unknown("No training of this week had started by then.")
    if facts.run.status is TrainingStatus.CRASHED:
        log = facts.log or LogFacts("training.log", exists=False)
        return facts.run, log
    if facts.run.status is TrainingStatus.LOST:
        return case.unknown("Nobody can prove how the run ended: it may have crashed.")
    if facts.log is None or not facts.log.exists:
        path = "training.log" if facts.log is None else facts.log.path
        return case.unknown(f"{path} is not there: a crash would leave no trace.")
    if facts.run.reader is None or not facts.run.reader.files:
        return case.unknown(f"The event files in {facts.run.source} are not there.")
    return facts.run, facts.log


def _counted(case: Case, run: RunFacts, log: LogFacts, troubles: list[str]) -> Judgement:
    at = max((m for m in (log.last_line_at, run.ended) if m is not None), default=None)
    reading = Reading(
        len(troubles),
        "events",
        "since the start of the run",
        f"{log.path}, job of {run.name}",
        at=at,
    )
    if not troubles:
        return case.judged(
            reading,
            f"Nothing found in {log.path} and in the run's state, and no earlier crash this week.",
        )
    more = f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
    why = f"{troubles[0][0].upper()}{troubles[0][1:]}{more}."
    if run.earlier_crashes:
        why += " Crashes of the whole week so far are counted."
    return case.judged(reading, why)


def _crashes(run: RunFacts) -> list[str]:
    """A new start of the training doesn't undo the crash before it."""
    crashed = run.status is TrainingStatus.CRASHED
    return [*(["the trainer crashed"] if crashed else []), *run.earlier_crashes]


def _errors(log: LogFacts) -> list[str]:
    return [f"logged: {_short(line)}" for line in log.errors]


def _findings(case: Case, leave_out_crash: bool) -> list[str]:
    return [
        f"critical finding: {finding.scenario}"
        for finding in diagnose(case.facts, case.playbook, only=CRITICAL)
        if finding.status is FindingStatus.FIRING
        and finding.severity is Severity.CRITICAL
        and not (leave_out_crash and finding.scenario == "crash")
    ]


def _short(line: str) -> str:
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
