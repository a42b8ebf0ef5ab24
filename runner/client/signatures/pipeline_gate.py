"""May a pipeline deploy what was decided? Only what can be proved passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.errors import TrainweekError
from core.paths import Home
from core.timestamps import iso
from core.vocabulary import APPROVALS, Decision, SignatureAct
from core.week import Week
from runner.client.signatures.kept_files import evidence_paths, in_place, superseded
from runner.client.signatures.rules import newest_decision
from runner.client.signatures.status import (
    Standings,
    closing_facts,
    newest_signature,
    tracked_conditions,
)
from runner.outcomes import Refused
from runner.records import Condition, Signature
from runner.store import queries

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.validity import Standing

OPEN_CONDITIONS = "Open conditions"  # how the reason begins if nothing else keeps it shut


@dataclass(frozen=True)
class GateAnswer:
    """Whether a pipeline may go on, and why; ``facts`` is plain JSON."""

    passes: bool
    reason: str
    remedy: str
    facts: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"pass": self.passes, "reason": self.reason, "remedy": self.remedy, **self.facts}


class Gating(Standings):
    """The door for pipelines."""

    def gate(self, week_id: str | None = None, sha256: str | None = None) -> GateAnswer:
        """May a pipeline deploy what was decided? Only what can be proved passes.

        An approved GO, and a PARTIAL that was approved with conditions, pass if the
        signature stands and every condition is closed.

        :param week_id: None: the active week.
        :param sha256: of a decision, or its first digits; None: the week's newest.
        """
        try:
            return self._gate(week_id, sha256)
        except TrainweekError as error:
            return GateAnswer(False, error.what, error.remedy, {})

    def _gate(self, week_id: str | None, sha256: str | None) -> GateAnswer:
        from core.decision import read_decision

        named = None if sha256 is None else read_decision(self.archived(sha256))
        week = self._week(named.decision.week if named else week_id)
        if week is None:
            name = f"week {week_id}" if week_id else "active week"
            return GateAnswer(False, f"There is no {name}.", "See `trainweek week list`.", {})
        with self.store.read() as look:
            saved = named or newest_decision(look, self.home, week.id)
            if saved is None:
                told = f"Week {week.id} has no saved revalidation."
                return GateAnswer(False, told, "Revalidate and save the report.", {})
            if isinstance(saved, Refused):
                return GateAnswer(False, saved.reason, saved.remedy, {})
            signature = newest_signature(look, saved.sha256)
            standing = self.standing_now(look, signature)
            conditions = [] if signature is None else tracked_conditions(look, signature)
            today = queries.week_moment(look, week.id, self.now()).date()
            later = superseded(look, week, saved.sha256)
        facts = _facts(week, saved, signature, standing, conditions, today)
        if bound := _bound(signature):
            facts |= _model_facts(self.home, bound, later)
        reason, remedy = _why_not(saved, signature, standing, conditions)
        if reason:
            return GateAnswer(False, reason, remedy, facts)
        told = f"{saved.decision.decision.value} {saved.decision.score}, approved by {facts['by']}."
        if later:
            told += f" Deploy {facts['model']['path']}: other work took the places over."
        return GateAnswer(True, told, "", facts)

    def _week(self, week_id: str | None) -> Week | None:
        with self.store.read() as look:
            return queries.week_by_id(look, week_id) if week_id else queries.active_week(look)


def _why_not(
    saved: SavedDecision,
    signature: Signature | None,
    standing: Standing,
    conditions: list[Condition],
) -> tuple[str, str]:
    """The first thing that keeps the gate shut, and the remedy; "" if nothing does."""
    from core.decision.trust import failed_checks

    if signature is None or not standing.stands:
        return standing.reason, standing.remedy
    if signature.act not in APPROVALS:
        return f"{signature.by} rejected it: {signature.reason}", "Mend that, and revalidate."
    if spoilt := failed_checks(saved.decision.trust, saved.decision.reproducible):
        return (
            f"Its record is not to be trusted: {' '.join(spoilt)}",
            "Find out why, and revalidate; a person who takes the risk deploys it by hand.",
        )
    decision = saved.decision.decision
    if decision == Decision.NO_GO:
        return (
            "It is a NO-GO; an override is a person's risk, not a pipeline's.",
            "Deploy it by hand, or revalidate a better model.",
        )
    if decision == Decision.PARTIAL and signature.act is not SignatureAct.APPROVE_WITH_CONDITIONS:
        return (
            "It is PARTIAL and was approved without conditions.",
            "Let the CTO sign again with conditions, and close them.",
        )
    still = [condition for condition in conditions if condition.closed is None]
    if still:
        names = "; ".join(f"{c.text} ({c.owner}, due {c.due})" for c in still)
        return f"{OPEN_CONDITIONS}: {names}.", "Close them on the page This week."
    return "", ""


def _facts(
    week: Week,
    saved: SavedDecision,
    signature: Signature | None,
    standing: Standing,
    conditions: list[Condition],
    today: date,
) -> dict[str, Any]:
    decided, statement = saved.decision, _statement(signature)
    return {
        "week": week.id,
        "decision_sha256": saved.sha256,
        "decision": decided.decision.value,
        "score": decided.score,
        "evidence": decided.evidence.grade.value,
        "state": standing.state.value,
        "differences": [vars(difference) for difference in standing.differences],
        "unchecked": list(standing.unchecked),
        "model": decided.model.sha256,
        "act": signature.act.value if signature else None,
        "by": signature.by if signature else None,
        "verified": signature.verified if signature else None,
        "second": signature.second if signature else None,
        "second_verified": signature.second_verified if signature else None,
        "signed_at": iso(signature.at) if signature else None,
        "expires_at": statement.get("expires_at"),
        "conditions": [
            {
                "text": condition.text,
                "owner": condition.owner,
                "due": condition.due and condition.due.isoformat(),
                "overdue": condition.overdue(today),
                "closed": None if condition.closed is None else closing_facts(condition.closed),
            }
            for condition in conditions
        ],
    }


def _statement(signature: Signature | None) -> Mapping[str, Any]:
    found = (signature.sealed or {}).get("statement") if signature else None
    return found if isinstance(found, Mapping) else {}


def _bound(signature: Signature | None) -> Mapping[str, Any] | None:
    """What was signed; None if that record is not whole."""
    bound = _statement(signature).get("bound")
    model = bound.get("model") if isinstance(bound, Mapping) else None
    if not isinstance(model, Mapping) or not isinstance(bound.get("data"), Mapping):
        return None
    named = (model.get("path"), model.get("sha256"), bound["data"].get("path"))
    return bound if all(isinstance(name, str) for name in named) else None


def _model_facts(home: Home, bound: Mapping[str, Any], later: bool) -> dict[str, Any]:
    """The model that was signed, where to take it from, and what lies in its place now."""
    path = home.relative(evidence_paths(home, bound, later)[0])
    return {"model": {**bound["model"], "path": path}, "in_place": in_place(home, bound)}
