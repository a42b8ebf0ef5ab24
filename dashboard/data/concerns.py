"""What is wrong now: one list for the whole week, the most severe first.

One rule, from one snapshot. No Streamlit here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.trust import failed_checks
from core.errors import TrainweekError
from core.language import Message, joined, literal, plural
from core.state_words import capitals, word_of
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
from dashboard.formatting import age
from dashboard.wording.decision import ACTS_DONE
from dashboard.wording.names import scenario_name
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.decision import SavedDecision
    from core.diagnosis import Finding
    from core.language import Language
    from dashboard.data.snapshot import Snapshot
    from runner.incident_records import Incident

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
    :ivar what: its subject, in the viewer's language.
    :ivar page: the page that shows it, and where it is handled.
    """

    severity: Severity
    what: str
    text: Message
    page: str


def concerns(snapshot: Snapshot, language: Language) -> list[Concern]:
    """All that is wrong now, and the verdict; the most severe first.

    Without a concern above INFO, nothing is wrong as far as the data say.
    """
    found = [
        *_runner(snapshot, language),
        *_incidents(snapshot, language),
        *_findings(snapshot, language),
        *_run(snapshot, language),
        *_decision(snapshot, language),
        *_conditions(snapshot, language),
        *_checks(snapshot, language),
    ]
    return sorted(found, key=lambda concern: _WORST_FIRST.index(concern.severity))


def signable(snapshot: Snapshot) -> bool:
    """Whether the newest decision can be signed; True where there is none yet."""
    try:
        saved = snapshot.saved_decision
    except TrainweekError:
        return False
    return saved is None or snapshot.unsignable(saved.sha256) is None


def _runner(snapshot: Snapshot, language: Language) -> Iterator[Concern]:
    if snapshot.week.watched is None and not snapshot.runner.alive:
        what = Message("Runner").in_(language)
        text = Message("It is not running: nothing can start or stop, nothing is supervised.")
        yield Concern(Severity.CRITICAL, what, text, "jobs")


def _incidents(snapshot: Snapshot, language: Language) -> Iterator[Concern]:
    for incident in snapshot.open_incidents:
        spec = snapshot.week.playbook.find_escalation(incident.procedure)
        text = plural(
            "Incident opened by {by} {age} ago: {left} of {n} action still open.",
            "Incident opened by {by} {age} ago: {left} of {n} actions still open.",
            len(spec.actions) if spec else 0,
            by=incident.opened_by,
            age=age(snapshot.now - incident.opened_at),
            left=len(open_actions(snapshot.week, incident)),
        )
        severity = Severity.CRITICAL if incident.is_blocking else Severity.WARNING
        same = [
            finding for finding in _alarms(snapshot) if _incident_of(snapshot, finding) == incident
        ]
        for finding in same:
            severity = min(severity, _severity(finding), key=_WORST_FIRST.index)
        what = snapshot.procedure(incident.procedure, language)
        text = joined([text, *map(_headline, same)])
        yield Concern(severity, what, text, "escalation")


def _findings(snapshot: Snapshot, language: Language) -> Iterator[Concern]:
    """The findings that no open incident is about: one event is one problem."""
    for finding in _alarms(snapshot):
        if _incident_of(snapshot, finding) is None:
            what = scenario_name(snapshot.week.playbook, finding.scenario, language)
            yield Concern(_severity(finding), what, _headline(finding), "troubleshooting")


def _alarms(snapshot: Snapshot) -> list[Finding]:
    return [
        finding
        for finding in snapshot.findings
        if finding.status in _ALARMS and finding.severity is not Severity.INFO
    ]


def _severity(finding: Finding) -> Severity:
    recovering = finding.status is FindingStatus.RECOVERING
    return Severity.WARNING if recovering else finding.severity


def _headline(finding: Finding) -> Message:
    if finding.status is FindingStatus.RECOVERING:
        return joined([Message("Recovering:"), finding.headline])
    return finding.headline


def _incident_of(snapshot: Snapshot, finding: Finding) -> Incident | None:
    """The open incident whose procedure is the one for this finding, or has its name."""
    spec = snapshot.week.playbook.find_scenario(finding.scenario)
    wanted = (spec.escalation if spec else None) or finding.scenario
    return next((one for one in snapshot.open_incidents if one.procedure == wanted), None)


def _run(snapshot: Snapshot, language: Language) -> Iterator[Concern]:
    """A run that ended early, and one that shows no progress, unless a finding says it.

    How a watched run ended is not known, nor how many steps it wanted: that is no problem.
    """
    what = Message("Training run").in_(language)
    firing = {f.scenario for f in snapshot.findings if f.status is FindingStatus.FIRING}
    run = snapshot.run
    if run is not None and run.process_known and snapshot.status in _UNFINISHED:
        severity, scenario = _UNFINISHED[snapshot.status]
        if scenario not in firing:
            reason = run.reason
            reason = reason if isinstance(reason, Message) else literal(reason)
            state = Message("{state}.", state=capitals(snapshot.status))
            yield Concern(severity, what, joined([state, reason]), "jobs")
    if snapshot.stale and "hung" not in firing:
        text = Message("No progress, although the run should be in progress.")
        yield Concern(Severity.CRITICAL, what, text, "troubleshooting")


def _decision(snapshot: Snapshot, language: Language) -> Iterator[Concern]:
    what = Message("Decision").in_(language)
    try:
        saved = snapshot.saved_decision
    except TrainweekError as error:
        text = joined([literal(error.what), literal(error.remedy)])
        yield Concern(Severity.CRITICAL, what, text, "decision")
        return
    if saved is not None:
        severity, signature = _signature(snapshot, saved)
        text = joined([*_verdict(saved), signature])
        if failed_checks(saved.decision.trust, saved.decision.reproducible):
            severity = Severity.CRITICAL
        yield Concern(severity, what, text, "decision")


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


def _signature(snapshot: Snapshot, saved: SavedDecision) -> tuple[Severity, Message]:
    """How the decision's signature stands; INFO where nothing is to be done about it."""
    signature = snapshot.signature_of(saved.sha256)
    validity = snapshot.validity(signature)
    if signature is not None and signature.act not in APPROVALS:
        return Severity.INFO, Message(
            "{act} by {by}.", act=ACTS_DONE[signature.act], by=signature.by
        )
    if signature is not None and validity.valid:
        if saved.decision.decision is Decision.NO_GO:
            return Severity.WARNING, Message(
                "Override: {act} by {by}, second person {second}.",
                act=ACTS_DONE[signature.act],
                by=signature.by,
                second=signature.second or "–",
            )
        return Severity.INFO, Message(
            "{act} by {by}.", act=ACTS_DONE[signature.act], by=signature.by
        )
    if signature is not None and validity.state is not SignatureState.UNSIGNED:
        gone = Message("{by}'s signature is no longer valid.", by=signature.by)
        return Severity.CRITICAL, joined([gone, validity.remedy])
    if refused := snapshot.unsignable(saved.sha256):
        return Severity.CRITICAL, joined([Message("It can't be signed as it is."), refused.remedy])
    if asked := snapshot.records.asked_to_countersign(saved.sha256):
        return Severity.WARNING, Message(
            "{by} asks a lead to countersign the override.", by=asked.by
        )
    decided = saved.decision
    plain = decided.decision is Decision.GO and decided.evidence.grade not in DOUBTFUL_GRADES
    return Severity.INFO if plain else Severity.WARNING, Message("Not signed yet.")


def _conditions(snapshot: Snapshot, language: Language) -> Iterator[Concern]:
    today = snapshot.now_week.date()
    still = [condition for condition in snapshot.conditions if condition.closed is None]
    if not still:
        return
    text = plural("{n} condition is open.", "{n} conditions are open.", len(still))
    if late := sum(condition.overdue(today) for condition in still):
        text = joined([text, plural("{n} is overdue.", "{n} are overdue.", late)])
    what = Message("Conditions of the signature").in_(language)
    yield Concern(Severity.CRITICAL if late else Severity.WARNING, what, text, "decision")


def _checks(snapshot: Snapshot, language: Language) -> Iterator[Concern]:
    """Checklists that fail now; of those judged at their own time, only the newest."""
    come = [
        v
        for v in snapshot.timeline
        if v.at <= snapshot.now_week and v.spec.checks and v.state is not SlotState.SKIPPED
    ]
    of_a_moment = [v for v in come if not snapshot.judged_now(v.spec)]
    started = snapshot.run is not None
    for view in [*of_a_moment[-1:], *(v for v in come if snapshot.judged_now(v.spec))]:
        if started and view.spec.kind == "preflight":
            continue  # the start was allowed after it, or a lead overrode it
        counts = Counter(judged.verdict for judged in snapshot.judgements(view.spec))
        parts = []
        if failed := counts[Verdict.FAIL]:
            parts.append(plural("{n} check fails.", "{n} checks fail.", failed))
        gone = view.state is SlotState.DONE and snapshot.judged_now(view.spec)
        if gone and (unknown := counts[Verdict.UNKNOWN]):
            parts.append(plural("{n} check has no data.", "{n} checks have no data.", unknown))
        if parts:
            what = view.spec.title.in_(language)
            yield Concern(Severity.WARNING, what, joined(parts), view.spec.page)
