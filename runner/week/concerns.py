"""What is wrong now: one list for a whole week, the most severe first.

One rule for the pages, which show it, and for the alerts, which report it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.decision.trust import failed_checks
from core.diagnosis.scenario_titles import scenario_title
from core.errors import TrainweekError
from core.language import Message, joined, literal, plural
from core.state_words import ACTS_DONE, capitals, word_of
from core.timestamps import age_text
from core.vocabulary import (
    APPROVALS,
    DOUBTFUL_GRADES,
    Decision,
    FindingStatus,
    Severity,
    SignatureState,
    SlotState,
    TrainingStatus,
    Verdict,
)
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.decision import SavedDecision
    from core.diagnosis import Finding
    from core.language import Readable
    from core.schedule import SlotView
    from runner.incident_records import Incident
    from runner.week.judged_week import JudgedWeek

_WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
_ALARMS = {FindingStatus.FIRING, FindingStatus.RECOVERING}
# How a run ends, or stands, without being complete; with the finding that says the same.
_UNFINISHED = {
    TrainingStatus.CRASHED: (Severity.CRITICAL, "crash"),
    TrainingStatus.LOST: (Severity.CRITICAL, "crash"),
    TrainingStatus.HUNG: (Severity.CRITICAL, "hung"),
    TrainingStatus.INTERRUPTED: (Severity.WARNING, ""),
    TrainingStatus.STOPPED: (Severity.WARNING, ""),
}


@dataclass(frozen=True)
class Concern:
    """One statement about the week now.

    :ivar severity: INFO says how things stand; only the others are problems.
    :ivar what: its subject.
    :ivar page: the page that shows it, and where it is handled.
    :ivar key: names the same problem at each look.
    :ivar since: real time at which it began; None: not known, it is seen now.
    :ivar todo: the first thing to do; None: what the kind of event says.
    :ivar covers: keys of problems that this one is about, so that they are not reported again.
    """

    severity: Severity
    what: Readable
    text: Message
    page: str
    kind: EventKind
    key: str
    since: datetime | None = None
    todo: Readable | None = None
    covers: frozenset[str] = frozenset()


def concerns(week: JudgedWeek) -> list[Concern]:
    """All that is wrong now, and the verdict; the most severe first.

    Without a concern above INFO, nothing is wrong as far as the data say.
    """
    found = [
        *_runner(week),
        *_incidents(week),
        *_findings(week),
        *_run(week),
        *_decision(week),
        *_conditions(week),
        *_checks(week),
    ]
    return sorted(found, key=lambda concern: _WORST_FIRST.index(concern.severity))


def signable(week: JudgedWeek) -> bool:
    """Whether the newest decision can be signed; True where there is none yet."""
    try:
        saved = week.saved_decision
    except TrainweekError:
        return False
    return saved is None or week.unsignable(saved.sha256) is None


def _runner(week: JudgedWeek) -> Iterator[Concern]:
    if week.week.watched is None and not week.runner.alive:
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
            severity = min(severity, _severity(finding), key=_WORST_FIRST.index)
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
            yield Concern(severity, what, text, "jobs", kind, key, since=run.ended)
    if week.stale and "hung" not in firing:
        text = Message("No progress, although the run should be in progress.")
        yield Concern(
            Severity.CRITICAL, what, text, "troubleshooting", EventKind.STALL, "run:stalled"
        )


def _decision(week: JudgedWeek) -> Iterator[Concern]:
    what = Message("Decision")
    try:
        saved = week.saved_decision
    except TrainweekError as error:
        text = joined([literal(error.what), literal(error.remedy)])
        yield Concern(
            Severity.CRITICAL, what, text, "decision", EventKind.RECORD, "decision:altered"
        )
        return
    if saved is not None:
        severity, kind, signature = _signature(week, saved)
        text = joined([*_verdict(saved), signature])
        if failed_checks(saved.decision.trust, saved.decision.reproducible):
            severity = Severity.CRITICAL
        yield Concern(severity, what, text, "decision", kind, f"{kind}:{saved.sha256[:12]}")


def _verdict(saved: SavedDecision) -> tuple[Message, ...]:
    decided = saved.decision
    grade = word_of(decided.evidence.grade)
    verdict = Message(
        "{decision} {score}, evidence: {grade}.",
        decision=word_of(decided.decision),
        score=decided.score,
        grade=grade,
    )
    return (verdict, *failed_checks(decided.trust, decided.reproducible))


def _signature(week: JudgedWeek, saved: SavedDecision) -> tuple[Severity, EventKind, Message]:
    """How the decision's signature stands; INFO where nothing is to be done about it."""
    signature = week.signature_of(saved.sha256)
    validity = week.validity(signature)
    if signature is not None and (signature.act not in APPROVALS or validity.valid):
        done = Message("{act} by {by}.", act=ACTS_DONE[signature.act], by=signature.by)
        if signature.act in APPROVALS and saved.decision.decision is Decision.NO_GO:
            override = Message(
                "Override: {act} by {by}, second person {second}.",
                act=ACTS_DONE[signature.act],
                by=signature.by,
                second=signature.second or "–",
            )
            return Severity.WARNING, EventKind.SIGNED, override
        return Severity.INFO, EventKind.SIGNED, done
    if signature is not None and validity.state is not SignatureState.UNSIGNED:
        gone = Message("{by}'s signature is no longer valid.", by=signature.by)
        return Severity.CRITICAL, EventKind.VOID, joined([gone, validity.remedy])
    if refused := week.unsignable(saved.sha256):
        cannot = joined([Message("It can't be signed as it is."), refused.remedy])
        return Severity.CRITICAL, EventKind.DECISION, cannot
    if asked := week.records.asked_to_countersign(saved.sha256):
        wanted = Message("{by} asks a lead to countersign the override.", by=asked.by)
        return Severity.WARNING, EventKind.DECISION, wanted
    decided = saved.decision
    plain = decided.decision is Decision.GO and decided.evidence.grade not in DOUBTFUL_GRADES
    severity = Severity.INFO if plain else Severity.WARNING
    return severity, EventKind.DECISION, Message("Not signed yet.")


def _conditions(week: JudgedWeek) -> Iterator[Concern]:
    today = week.now_week.date()
    still = [condition for condition in week.conditions if condition.closed is None]
    if not still:
        return
    text = plural("{n} condition is open.", "{n} conditions are open.", len(still))
    if late := sum(condition.overdue(today) for condition in still):
        text = joined([text, plural("{n} is overdue.", "{n} are overdue.", late)])
    what = Message("Conditions of the signature")
    severity = Severity.CRITICAL if late else Severity.WARNING
    yield Concern(severity, what, text, "decision", EventKind.DECISION, "decision:conditions")


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
