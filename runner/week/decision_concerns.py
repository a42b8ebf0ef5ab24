"""What is to be said of the week's decision now: its verdict, its signature, open conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.kinds import EventKind
from core.decision.trust import failed_checks
from core.errors import TrainweekError
from core.language import Message, joined, literal, plural
from core.state_words import ACTS_DONE, word_of
from core.timestamps import parse_moment
from core.vocabulary import APPROVALS, DOUBTFUL_GRADES, Decision, Severity, SignatureState
from runner.week.concern import Concern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.decision import SavedDecision
    from runner.week.judged_week import JudgedWeek


def decision_concerns(week: JudgedWeek) -> Iterator[Concern]:
    """The newest decision as it stands, and the conditions of signatures that are open."""
    yield from _decision(week)
    yield from _conditions(week)


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
        # It has waited for a signature since it was made; since when a signature is void is not known.
        made = saved.decision.created_at
        since = parse_moment(made) if kind is EventKind.DECISION else None
        key = f"{kind}:{saved.sha256[:12]}"
        yield Concern(severity, what, text, "decision", kind, key, since)


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
    if signature is not None and validity.state is SignatureState.UNKNOWN:
        return Severity.INFO, EventKind.SIGNED, validity.reason
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
    signed = {condition.signature_id for condition in still}
    since = min((s.at for s in week.records.signatures if s.id in signed), default=None)
    kind = EventKind.DECISION
    yield Concern(severity, what, text, "decision", kind, "decision:conditions", since)
