"""The statement that a signature seals, and the evidence copied with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.job_params import RevalidateParams, stored_params
from core.playbook.rule_changes import changed_from_shipped
from core.timestamps import iso
from runner.client.signatures.approved_rules import RULE_CHANGES
from runner.client.signatures.kept_files import keep_evidence

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.ledger_bodies import DecisionSigned
    from core.paths import Home
    from core.people import Person
    from runner.records import DecisionRecords


def sealed_statement(
    home: Home,
    records: DecisionRecords,
    saved: SavedDecision,
    signer: Person,
    body: DecisionSigned,
    now: datetime,
    at_week: datetime,
) -> dict[str, Any]:
    """Copy the evidence, and seal the statement about it with the key of the data directory.

    :raises SetupError: the key can't be used, or the evidence can't be copied.
    """
    from core.decision.binding import bound_to
    from core.decision.seal import public_text
    from core.decision.validity import FORMAT, sealed
    from runner.home.signing_key import signing_key

    key, content, week = signing_key(home), saved.decision, records.week
    rules = week.playbook_text_of(content.playbook.sha256)
    bound = bound_to(saved, rules, data_dir_of(records, saved))
    keep_evidence(home, bound)
    days = timedelta(days=week.playbook.revalidation.signature_days)
    statement: dict[str, Any] = {
        "format": FORMAT,
        "week": week.id,
        "decision_sha256": saved.sha256,
        "decision": content.decision.value,
        "score": content.score,
        "evidence": content.evidence.grade.value,
        "act": body.act.value,
        "reason": body.reason,
        "conditions": body.conditions,
        "by": signer.name,
        "role": signer.role.value,
        "verified": signer.verified,
        "second": body.second,
        "second_verified": body.second_verified,
        "at": iso(now),
        "at_week": iso(at_week),
        "expires_at": iso(now + days),
        RULE_CHANGES: [one.as_dict() for one in changed_from_shipped(rules)],
        "bound": bound,
        "public_key": public_text(key),
    }
    if content.forecast is not None:  # the whole of it is in the decision, whose hash is bound
        statement["forecast"] = content.forecast.in_short()
    return sealed(statement, key)


def data_dir_of(records: DecisionRecords, saved: SavedDecision) -> str:
    """The folder of the decision's candles: from its job, else from the playbook."""
    made_by = (job for job in records.jobs if job.id == saved.decision.job_id)
    job = next(made_by, None)
    asked = stored_params(RevalidateParams, {} if job is None else job.params)
    return asked.backtest_data_dir or records.week.playbook.revalidation.backtest_data_dir
