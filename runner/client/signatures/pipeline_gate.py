"""Whether a pipeline may deploy a decision's model: only what can be proved passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.errors import TrainweekError
from core.language import Message, joined, literal
from core.state_words import capitals
from core.timestamps import iso
from core.vocabulary import APPROVALS, Decision, SignatureAct, doubtful_go
from core.week import CREATE_WEEK
from runner.client.signatures.approved_rules import rule_facts
from runner.client.signatures.gate_answer import GateAnswer
from runner.client.signatures.kept_files import evidence_paths, in_place, superseded
from runner.client.signatures.proved_records import as_proved, closed_as_proved
from runner.client.signatures.rules import newest_decision
from runner.client.signatures.status import (
    Signatures,
    closure_facts,
    newest_signature,
    tracked_conditions,
)
from runner.outcomes import Refused
from runner.store import queries, record_queries, schema

if TYPE_CHECKING:
    from datetime import date

    from core.decision import SavedDecision
    from core.decision.validity import Validity
    from core.paths import Home
    from core.week import Week
    from runner.records import Condition, Signature


class PipelineGate(Signatures):
    """The deployment gate for pipelines."""

    def gate(self, week_id: str | None = None, sha256: str | None = None) -> GateAnswer:
        """Whether a pipeline may deploy a decision's model.

        An approved GO passes, and a PARTIAL or a GO on WEAK or INSUFFICIENT evidence that was
        approved with conditions, if the signature is valid and every condition is closed.
        Errors become an answer that does not pass.

        :param week_id: None: the active week.
        :param sha256: of a decision, or its first digits; None: the week's newest.
        """
        try:
            return self._gate(week_id, sha256)
        except TrainweekError as error:
            return GateAnswer.blocked_by(error)

    def _gate(self, week_id: str | None, sha256: str | None) -> GateAnswer:
        from core.decision import read_decision

        named = None if sha256 is None else read_decision(self.archived(sha256))
        week = self._week(named.decision.week if named else week_id)
        if week is None:
            missing = (
                Message("There is no week {week}.", week=week_id)
                if week_id
                else Message("There is no active week.")
            )
            with self.store.read() as connection:
                known = connection.execute(select(schema.weeks.c.id).limit(1)).first()
            listed = Message("See `trainweek week list`.")
            return GateAnswer(False, missing, listed if known else CREATE_WEEK, {})
        with self.store.read() as connection:
            records = record_queries.decision_records(connection, week)
            saved = named or newest_decision(self.home, records)
            if saved is None:
                missing = Message("Week {week} has no saved revalidation.", week=week.id)
                return GateAnswer(False, missing, Message("Revalidate and save the report."), {})
            if isinstance(saved, Refused):
                return GateAnswer(False, saved.reason, saved.remedy, {})
            signature = newest_signature(connection, saved.sha256)
            conditions = []
            if signature is not None:
                signature = as_proved(self.home, connection, signature)
                tracked = tracked_conditions(connection, signature)
                conditions = [closed_as_proved(self.home, connection, one) for one in tracked]
            validity = self.validity_now(connection, signature)
            today = queries.week_moment(connection, week.id, self.now()).date()
        later = superseded(records, saved.sha256)
        return gate_answer(self.home, week, saved, signature, validity, conditions, today, later)

    def _week(self, week_id: str | None) -> Week | None:
        with self.store.read() as connection:
            return (
                queries.week_by_id(connection, week_id)
                if week_id
                else queries.active_week(connection)
            )


def gate_answer(
    home: Home,
    week: Week,
    saved: SavedDecision,
    signature: Signature | None,
    validity: Validity,
    conditions: list[Condition],
    today: date,
    later: bool,
) -> GateAnswer:
    """Whether a pipeline may deploy it, from records that are already loaded.

    :param today: the week's.
    :param later: whether the decision's paths were taken over since.
    """
    facts = _facts(week, saved, signature, validity, conditions, today)
    if bound := _bound(signature):
        facts |= _model_facts(home, bound, later)
    if blocked := _blocked(saved, signature, validity):
        return GateAnswer(False, *blocked, facts)
    still_open = [condition for condition in conditions if condition.closed is None]
    if still_open:
        return GateAnswer(False, *_open_conditions(still_open), facts, only_conditions=True)
    decided = saved.decision
    passed = Message(
        "{decision} {score}, approved by {by}.",
        decision=decided.decision.value,
        score=decided.score,
        by=facts["by"],
    )
    if doubtful_go(decided.decision, decided.evidence.grade):
        grade = capitals(decided.evidence.grade)
        passed = joined([passed, Message("The evidence is {grade}.", grade=grade)])
    if later:
        kept = Message(
            "Deploy {path}, the copy kept at signing: the original path may have changed since.",
            path=facts["model"]["path"],
        )
        passed = joined([passed, kept])
    return GateAnswer(True, passed, literal(""), facts)


def _blocked(
    saved: SavedDecision, signature: Signature | None, validity: Validity
) -> tuple[Message, Message] | None:
    """The first reason other than open conditions that blocks the gate, and its remedy."""
    from core.decision.trust import failed_checks

    if signature is None or not validity.valid:
        return literal(validity.reason), literal(validity.remedy)
    if signature.act not in APPROVALS:
        return (
            Message("{by} rejected it: {reason}", by=signature.by, reason=signature.reason),
            Message("Fix that, and revalidate."),
        )
    if problems := failed_checks(saved.decision.trust, saved.decision.reproducible):
        return (
            Message("The record is not reliable: {problems}", problems=joined(problems)),
            Message(
                "Find out why, and revalidate. A person who accepts the risk deploys it by hand."
            ),
        )
    decision = saved.decision.decision
    if decision == Decision.NO_GO:
        return (
            Message(
                "The decision is a NO-GO. Pipelines never deploy an override: a "
                "person must accept that risk."
            ),
            Message("Deploy it by hand, or revalidate a better model."),
        )
    if decision == Decision.PARTIAL and signature.act is not SignatureAct.APPROVE_WITH_CONDITIONS:
        return (
            Message("It is PARTIAL and was approved without conditions."),
            Message("Let the CTO sign again with conditions, and close them."),
        )
    grade = saved.decision.evidence.grade
    if doubtful_go(decision, grade) and signature.act is not SignatureAct.APPROVE_WITH_CONDITIONS:
        return (
            Message(
                "It is a GO on {grade} evidence, which could be luck, and was approved without "
                "conditions.",
                grade=capitals(grade),
            ),
            Message("Let the CTO sign again with conditions, and close them."),
        )
    return None


def _open_conditions(conditions: list[Condition]) -> tuple[Message, Message]:
    named = (
        Message(
            "{condition} ({owner}, due {day})",
            condition=condition.text,
            owner=condition.owner,
            day=str(condition.due),
        )
        for condition in conditions
    )
    return (
        Message("Open conditions: {conditions}.", conditions=joined(named, "; ")),
        Message("Close them on the page This week."),
    )


def _facts(
    week: Week,
    saved: SavedDecision,
    signature: Signature | None,
    validity: Validity,
    conditions: list[Condition],
    today: date,
) -> dict[str, Any]:
    from core.decision.validity import expires

    decided, statement = saved.decision, _statement(signature)
    return {
        "week": week.id,
        "decision_sha256": saved.sha256,
        "decision": decided.decision.value,
        "score": decided.score,
        "evidence": decided.evidence.grade.value,
        "doubtful": doubtful_go(decided.decision, decided.evidence.grade),
        "state": validity.state.value,
        "differences": [vars(difference) for difference in validity.differences],
        "unchecked": list(validity.unchecked),
        "model": decided.model.sha256,
        "synthetic": decided.data.synthetic or decided.model.synthetic is True,
        "act": signature.act.value if signature else None,
        "by": signature.by if signature else None,
        "verified": signature.verified if signature else None,
        "second": signature.second if signature else None,
        "second_verified": signature.second_verified if signature else None,
        "signed_at": iso(signature.at) if signature else None,
        "expires_at": expires(signature.act, statement) if signature else None,
        **rule_facts(week, saved, statement),
        "conditions": [
            {
                "text": condition.text,
                "owner": condition.owner,
                "due": condition.due and condition.due.isoformat(),
                "overdue": condition.overdue(today),
                "closed": None if condition.closed is None else closure_facts(condition.closed),
            }
            for condition in conditions
        ],
    }


def _statement(signature: Signature | None) -> Mapping[str, Any]:
    found = (signature.sealed or {}).get("statement") if signature else None
    return found if isinstance(found, Mapping) else {}


def _bound(signature: Signature | None) -> Mapping[str, Any] | None:
    """What was signed; None if that record is incomplete."""
    bound = _statement(signature).get("bound")
    if not isinstance(bound, Mapping):
        return None
    model, data = bound.get("model"), bound.get("data")
    if not isinstance(model, Mapping) or not isinstance(data, Mapping):
        return None
    named = (model.get("path"), model.get("sha256"), data.get("path"))
    return bound if all(isinstance(name, str) for name in named) else None


def _model_facts(home: Home, bound: Mapping[str, Any], later: bool) -> dict[str, Any]:
    """The signed model, where to take it from, and what is at its original path now."""
    path = home.relative(evidence_paths(home, bound, later)[0])
    return {"model": {**bound["model"], "path": path}, "in_place": in_place(home, bound)}
