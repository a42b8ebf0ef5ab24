"""The statement that a signature seals, and the evidence copied with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from core.job_params import RevalidateParams, stored_params
from core.paths import Home
from core.people import Person
from core.timestamps import iso
from core.week import Week
from runner.client.signatures.kept_files import keep_evidence
from runner.store import queries

if TYPE_CHECKING:
    from core.decision import SavedDecision


def sealed_statement(
    connection: Connection,
    home: Home,
    week: Week,
    saved: SavedDecision,
    signer: Person,
    body: Mapping[str, Any],
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

    key, content = signing_key(home), saved.decision
    bound = bound_to(saved, week.playbook_text, data_dir_of(connection, week, saved))
    keep_evidence(home, bound)
    days = timedelta(days=week.playbook.revalidation.signature_days)
    statement = {
        "format": FORMAT,
        "week": week.id,
        "decision_sha256": saved.sha256,
        "decision": content.decision.value,
        "score": content.score,
        "evidence": content.evidence.grade.value,
        "act": body["act"],
        "reason": body["reason"],
        "conditions": body["conditions"],
        "by": signer.name,
        "role": signer.role.value,
        "verified": signer.verified,
        "second": body["second"],
        "second_verified": body["second_verified"],
        "at": iso(now),
        "at_week": iso(at_week),
        "expires_at": iso(now + days),
        "bound": bound,
        "public_key": public_text(key),
    }
    return sealed(statement, key)


def data_dir_of(connection: Connection, week: Week, saved: SavedDecision) -> str:
    """The folder of the decision's candles: from its job, else from the playbook."""
    job_id = saved.decision.job_id
    row = queries.job_by_id(connection, str(job_id)) if job_id else None
    asked = stored_params(RevalidateParams, row.params if row is not None else {})
    return asked.backtest_data_dir or week.playbook.revalidation.backtest_data_dir
