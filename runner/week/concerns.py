"""What is wrong now: one list for a whole week, the most severe first.

One rule for the pages, which show it, and for the alerts, which report it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.diagnosis.scenario_titles import scenario_title
from core.errors import TrainweekError
from core.language import Message, joined, literal, plural
from core.state_words import capitals
from core.timestamps import age_text
from core.vocabulary import (
    FindingStatus,
    JobState,
    Severity,
    SlotState,
    TrainingStatus,
    Verdict,
)
from runner.client.incidents import open_actions
from runner.week.concern import WORST_FIRST, Concern
from runner.week.decision_concerns import decision_concerns
from runner.week.evidence_concerns import evidence_concerns
from runner.week.own_rules import rule_concerns
from runner.week.shift_concerns import shift_concerns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.diagnosis import Finding
    from core.schedule import SlotView
    from runner.incident_records import Incident
    from runner.records import Job
    from runner.week.judged_week import JudgedWeek

_ALARMS = {FindingStatus.FIRING, FindingStatus.RECOVERING}
# How a run ends, or stands, without being complete; with the finding that says the same.
_UNFINISHED = {
    TrainingStatus.CRASHED: (Severity.CRITICAL, "crash"),
    TrainingStatus.LOST: (Severity.CRITICAL, "crash"),
    TrainingStatus.HUNG: (Severity.CRITICAL, "hung"),
    TrainingStatus.INTERRUPTED: (Severity.WARNING, ""),
    TrainingStatus.STOPPED: (Severity.WARNING, ""),
}


def concerns(week: JudgedWeek) -> list[Concern]:
    """All that is wrong now, and the verdict; the most severe first.

    Without a concern above INFO, nothing is wrong as far as the data say.
    """
    found = [
        *_runner(week),
        *_incidents(week),
        *_findings(week),
        *rule_concerns(week.rule_states),
        *_run(week),
        *decision_concerns(week),
        *evidence_concerns(week),
        *_checks(week),
        *shift_concerns(week),
    ]
    return sorted(found, key=lambda concern: WORST_FIRST.index(concern.severity))


def signable(week: JudgedWeek) -> bool:
    """Whether the newest decision can be signed; True where there is none yet."""
    try:
        saved = week.saved_decision
    except TrainweekError:
        return False
    return saved is None or week.unsignable(saved.sha256) is None


def _runner(week: JudgedWeek) -> Iterator[Concern]:
    if week.week.watched is None and week.runner.known and not week.runner.alive:
        text = Message("It is not running: nothing can start or stop, nothing is supervised.")
        yield Concern(
            Severity.CRITICAL, Message("Runner"), text, "jobs", EventKind.UNREACHABLE, "runner"
        )


def _incidents(week: JudgedWeek) -> Iterator[Concern]:
    for incident in week.open_incidents:
        spec = week.week.playbook.find_escalation(incident.procedure)
        left = open_actions(week.week, incident)
        text = plural(
            "Incident opened by {by} {age} ago: {left} of {n} action still open.",
            "Incident opened by {by} {age} ago: {left} of {n} actions still open.",
            len(spec.actions) if spec else 0,
            by=incident.opened_by,
            age=age_text(week.now - incident.opened_at),
            left=len(left),
        )
        severity = Severity.CRITICAL if incident.is_blocking else Severity.WARNING
        same = [finding for finding in _alarms(week) if _incident_of(week, finding) == incident]
        for finding in same:
            severity = min(severity, _severity(finding), key=WORST_FIRST.index)
        yield Concern(
            severity,
            literal(incident.procedure) if spec is None else spec.title,
            joined([text, *map(_headline, same)]),
            "escalation",
            EventKind.INCIDENT,
            f"incident:{incident.id}",
            since=incident.opened_at,
            todo=next(iter(left.values()), None),
            covers=frozenset(_key(finding) for finding in same),
            procedure=incident.procedure,
        )


def _findings(week: JudgedWeek) -> Iterator[Concern]:
    """The findings that no open incident is about: one event is one problem."""
    for finding in _alarms(week):
        if _incident_of(week, finding) is None:
            yield Concern(
                _severity(finding),
                scenario_title(week.week.playbook, finding.scenario),
                _headline(finding),
                "troubleshooting",
                EventKind.FINDING,
                _key(finding),
                todo=next(iter(finding.actions), None),
                procedure=finding.escalation,
            )


def _key(finding: Finding) -> str:
    return f"finding:{finding.scenario}"


def _alarms(week: JudgedWeek) -> list[Finding]:
    return [
        finding
        for finding in week.findings
        if finding.status in _ALARMS and finding.severity is not Severity.INFO
    ]


def _severity(finding: Finding) -> Severity:
    recovering = finding.status is FindingStatus.RECOVERING
    return Severity.WARNING if recovering else finding.severity


def _headline(finding: Finding) -> Message:
    if finding.status is FindingStatus.RECOVERING:
        return joined([Message("Recovering:"), finding.headline])
    return finding.headline


def _incident_of(week: JudgedWeek, finding: Finding) -> Incident | None:
    """The open incident whose procedure is the one for this finding, or has its name."""
    spec = week.week.playbook.find_scenario(finding.scenario)
    wanted = (spec.escalation if spec else None) or finding.scenario
    return next((one for one in week.open_incidents if one.procedure == wanted), None)


def _run(week: JudgedWeek) -> Iterator[Concern]:
    """A run that ended early, and one that shows no progress, unless a finding says it.

    How a watched run ended is not known, nor how many steps it wanted: that is no problem.
    """
    what = Message("Training run")
    firing = {f.scenario for f in week.findings if f.status is FindingStatus.FIRING}
    run = week.run
    if run is not None and run.process_known and week.status in _UNFINISHED:
        severity, scenario = _UNFINISHED[week.status]
        if scenario not in firing:
            reason = run.reason
            reason = reason if isinstance(reason, Message) else literal(reason)
            text = joined([Message("{state}.", state=capitals(week.status)), reason])
            hung = week.status is TrainingStatus.HUNG
            kind = EventKind.STALL if hung else EventKind.RUN_ENDED
            key = f"run:{run.name}:{run.attempts}:{week.status}"
            todo = None
            if (waiting := _resuming(week, run.name)) is not None:
                todo = Message("It resumes by itself: do not start it again. Watch that it does.")
                follows = literal(waiting.reason)
                if not waiting.reason:
                    follows = Message("{by} requested its restart.", by=waiting.requested_by)
                # A person ordered the end as well as what follows it.
                if week.status is TrainingStatus.STOPPED:
                    severity, text = Severity.INFO, follows
                elif not waiting.attempt:  # otherwise its reason begins with that of the end
                    text = joined([text, follows])
                else:
                    text = joined([Message("{state}.", state=capitals(week.status)), follows])
            yield Concern(severity, what, text, "jobs", kind, key, since=run.ended, todo=todo)
    if week.out_of_sight and week.pulse is not None:
        state = Message("{state}.", state=capitals(week.pulse.liveness))
        text = joined([state, Message("{evidence}.", evidence=week.pulse.text)])
        kind = EventKind.UNREACHABLE
        yield Concern(Severity.WARNING, what, text, "jobs", kind, "run:unreachable")
    elif week.stale and "hung" not in firing:
        text = Message("No progress, although the run should be in progress.")
        yield Concern(
            Severity.CRITICAL, what, text, "troubleshooting", EventKind.STALL, "run:stalled"
        )


def _resuming(week: JudgedWeek, run: str) -> Job | None:
    """The job that will begin the next attempt of a run that has ended; None: nothing follows."""
    return next(
        (
            job
            for job in week.jobs
            if job.run == run and job.state in {JobState.QUEUED, JobState.STARTING}
        ),
        None,
    )


def judged_now(week: JudgedWeek) -> list[SlotView]:
    """The checklists whose verdicts count now; of those judged at their own time, the newest."""
    come = [
        v
        for v in week.timeline
        if v.at <= week.now_week and v.spec.checks and v.state is not SlotState.SKIPPED
    ]
    of_a_moment = [v for v in come if not week.judged_now(v.spec)]
    return [
        view
        for view in [*of_a_moment[-1:], *(v for v in come if week.judged_now(v.spec))]
        # the start was allowed after a failed pre-flight, or a lead overrode it
        if week.run is None or view.spec.kind != "preflight"
    ]


def _checks(week: JudgedWeek) -> Iterator[Concern]:
    """Checklists that fail now."""
    for view in judged_now(week):
        counts = Counter(judged.verdict for judged in week.judgements(view.spec))
        parts = []
        if failed := counts[Verdict.FAIL]:
            parts.append(plural("{n} check fails.", "{n} checks fail.", failed))
        gone = view.state is SlotState.DONE and week.judged_now(view.spec)
        if gone and (unknown := counts[Verdict.UNKNOWN]):
            parts.append(plural("{n} check has no data.", "{n} checks have no data.", unknown))
        if parts:
            yield Concern(
                Severity.WARNING,
                view.spec.title,
                joined(parts),
                view.spec.page,
                EventKind.CHECK,
                f"slot:{view.spec.id}",
            )
