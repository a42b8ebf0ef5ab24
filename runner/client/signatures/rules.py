"""Whether a decision may be signed so, by these people, now; and what is then sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.errors import InputError, IntegrityError
from core.paths import Home
from core.people import Person
from core.timestamps import iso
from core.vocabulary import (
    APPROVALS,
    DOUBTFUL_GRADES,
    Decision,
    JobKind,
    JobState,
    Right,
    Role,
    SignatureAct,
)
from core.week import Week
from runner.client.signatures.kept_files import keep_evidence, present_of, superseded
from runner.files import read_json
from runner.outcomes import Refused
from runner.store import queries, schema

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.binding import Comparison

_OF_A_CONDITION = ("text", "owner", "due")
MOST_CONDITIONS = 20


def signable(
    connection: Connection, home: Home, week: Week, sha256: str
) -> SavedDecision | Refused:
    """The week's newest decision, if it is the one with this hash and rests on what lies there."""
    saved = newest_decision(connection, home, week.id)
    if isinstance(saved, Refused):
        return saved
    if saved is None:
        return Refused("There is no saved revalidation to sign.", "Revalidate and save the report.")
    if saved.sha256 != sha256:
        return Refused(
            "The evidence changed: the newest decision is another one than you saw.",
            "Look at the new one, then sign that.",
        )
    return untested(connection, home, week, saved) or saved


def untested(
    connection: Connection, home: Home, week: Week, saved: SavedDecision
) -> Refused | None:
    """Why nobody can sign it: it does not rest on what lies there."""
    # Only here does the client need pandas and cryptography, which are slow to load.
    from core.decision.binding import bound_to
    from core.decision.load import archive_problem

    written = _written(connection, saved.sha256)
    if written and (problem := archive_problem(saved.archive, written)):
        return Refused(
            f"{problem} What lies there is not the one that was tested.",
            "Restore the archive from a backup, or revalidate, then sign that decision.",
        )
    data_dir = data_dir_of(connection, week, saved)
    bound = bound_to(saved, week.playbook_text, data_dir)
    found = _evidence(connection, home, week, bound, saved.sha256)
    if found.differences:
        first = found.differences[0]
        return Refused(
            f"{first.what} What lies there is not the one that was tested.",
            "Revalidate what lies there, then sign that decision.",
        )
    return None


def _written(connection: Connection, sha256: str) -> Mapping[str, str]:
    """Hashes of the archived files as the ledger has them; empty for what was saved before it had."""
    table = schema.ledger
    lines = connection.execute(
        select(table.c.body).where(table.c.kind == "decision").order_by(table.c.seq.desc())
    )
    bodies = (line.body for line in lines)
    return next((b.get("archived") or {} for b in bodies if b.get("sha256") == sha256), {})


def _evidence(
    connection: Connection, home: Home, week: Week, bound: Mapping[str, Any], sha256: str
) -> Comparison:
    """What lies in the places, or else the copies that an earlier signature kept."""
    from core.decision.binding import compare

    found = compare(bound, present_of(home, week, bound, sha256, later=False))
    if found.differences and superseded(connection, week, sha256):
        kept = compare(bound, present_of(home, week, bound, sha256, later=True))
        return found if kept.differences else kept
    return found


def refusal(
    saved: SavedDecision,
    act: SignatureAct,
    reason: str,
    conditions: Sequence[Mapping[str, str]],
    signer: Person,
    second: Person | None,
) -> Refused | None:
    """Why these people may not sign it so; None if they may."""
    content = saved.decision
    grade = content.evidence.grade
    approves = act in APPROVALS
    if approves and content.decision is Decision.NO_GO:
        if not reason.strip() or second is None:
            return Refused(
                "Approving a NO-GO is an override.", "It takes a reason and a second person."
            )
        if not second.may(Right.COUNTERSIGN) or _same_name(second, signer):
            return Refused(
                f"{second.name} ({second.role.value}) can't be the second person.",
                "Ask the lead.",
            )
        if signer.verified and not second.verified:
            return Refused(
                f"{second.name} has not countersigned, and a typed name is no second person.",
                "Let the lead sign in and countersign this decision, then sign.",
            )
    if not reason.strip():
        told = (
            f"Approving on {grade} evidence needs a written reason."
            if approves and grade in DOUBTFUL_GRADES
            else "A rejection needs its reason."
            if not approves
            else "A signature needs its reason."
        )
        return Refused(told, "Say why.")
    if act is SignatureAct.APPROVE_WITH_CONDITIONS:
        return _incomplete(conditions)
    if conditions:
        return Refused(
            "Conditions are given, but the act is another one.",
            "Approve with conditions, or leave them out.",
        )
    return None


def _same_name(one: Person, other: Person) -> bool:
    return one.name.strip().casefold() == other.name.strip().casefold()


def _incomplete(conditions: Sequence[Mapping[str, str]]) -> Refused | None:
    if not conditions:
        return Refused("No condition is given.", "Give at least one, with owner and due date.")
    if len(conditions) > MOST_CONDITIONS:
        return Refused(f"{len(conditions)} conditions are given.", f"At most {MOST_CONDITIONS}.")
    for condition in conditions:
        if any(not str(condition.get(part) or "").strip() for part in _OF_A_CONDITION):
            return Refused(
                "A condition is not complete.", "Give each its text, owner and due date."
            )
        try:
            date.fromisoformat(str(condition["due"]))
        except ValueError:
            return Refused(f"{condition['due']!r} is no day.", "Write it as 2026-03-15.")
    return None


def countersigned(connection: Connection, sha256: str, second: Person) -> Person:
    """The second person as proven as their own countersignature of this decision is."""
    ledger = schema.ledger
    lines = connection.execute(
        select(ledger).where(ledger.c.kind == "countersign", ledger.c.by == second.name)
    )
    own = [line for line in lines if line.body.get("revalidation_sha256") == sha256]
    if not own:
        # Whoever types a name proves nothing, whatever the caller says.
        return Person(second.name, second.role, verified=False)
    return Person(second.name, Role(own[-1].role), verified=any(line.verified for line in own))


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
    """Keep the evidence, and seal what is said about it with the home's key.

    :raises SetupError: no key that may be used, or the evidence can't be kept.
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


def newest_decision(
    connection: Connection, home: Home, week_id: str
) -> SavedDecision | Refused | None:
    """The week's newest saved revalidation, read from the archive that its job wrote.

    The dated files are a view that anybody can overwrite; what is signed is the
    archived decision whose hash the job's result names.
    """
    from core.decision import read_decision

    jobs = schema.jobs
    found = connection.execute(
        select(jobs)
        .where(
            jobs.c.kind == JobKind.REVALIDATE,
            jobs.c.week_id == week_id,
            jobs.c.state == JobState.SUCCEEDED,
        )
        .order_by(jobs.c.seq.desc())
    )
    for row in found:
        result = read_json(home.attempt(row.id, row.attempt) / "result.json") or {}
        if not result.get("archive"):
            continue  # made without --save-report: nothing to sign
        try:
            saved = read_decision(home.resolve(str(result["archive"])))
        except (InputError, IntegrityError) as error:
            return Refused(error.what, error.remedy)
        if saved.sha256 != result.get("sha256") or saved.decision.week != week_id:
            return Refused(
                f"The archived decision {saved.sha256[:12]} is not the one that {row.id} made.",
                "Revalidate again, then sign that decision.",
            )
        return saved
    return None


def data_dir_of(connection: Connection, week: Week, saved: SavedDecision) -> str:
    """Where the decision's candles lay: its job's folder, else the playbook's."""
    job_id = saved.decision.job_id
    row = queries.job_by_id(connection, job_id) if job_id else None
    given = (row.params or {}).get("backtest_data_dir") if row is not None else None
    return str(given or week.playbook.revalidation.backtest_data_dir)
