"""Whether a decision may be signed so, by these people, now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.errors import InputError, IntegrityError
from core.files import file_sha256
from core.paths import Home
from core.people import Person
from core.vocabulary import Decision, JobKind, JobState, Right, SignatureAct
from runner.files import read_json
from runner.outcomes import Refused
from runner.store import schema

if TYPE_CHECKING:
    from core.decision import SavedDecision

_OF_A_CONDITION = ("text", "owner", "due")
APPROVALS = frozenset({SignatureAct.APPROVE, SignatureAct.APPROVE_WITH_CONDITIONS})


def refusal(
    connection: Connection,
    home: Home,
    week_id: str,
    sha256: str,
    act: SignatureAct,
    reason: str,
    conditions: Sequence[Mapping[str, str]],
    signer: Person,
    second: Person | None,
) -> Refused | None:
    """Why it may not be signed; None if it may."""
    decision = newest_decision(connection, home, week_id)
    if isinstance(decision, Refused):
        return decision
    if decision is None:
        return Refused("There is no saved revalidation to sign.", "Revalidate and save the report.")
    content = decision.decision
    if decision.sha256 != sha256:
        return Refused(
            "The evidence changed: the newest decision is another one than you saw.",
            "Look at the new one, then sign that.",
        )
    if changed := _changed_model(home, content):
        return changed
    if act is SignatureAct.APPROVE_WITH_CONDITIONS and not conditions:
        return Refused("No condition is given.", "Give at least one, with owner and due date.")
    if any(not str(c.get(part) or "").strip() for c in conditions for part in _OF_A_CONDITION):
        return Refused("A condition is not complete.", "Give each its text, owner and due date.")
    if act is SignatureAct.REJECT and not reason.strip():
        return Refused("A rejection needs its reason.", "Say why.")
    if act in APPROVALS and content.get("decision") == Decision.NO_GO:
        if not reason.strip() or second is None:
            return Refused(
                "Approving a NO-GO is an override.", "It takes a reason and a second person."
            )
        if not second.may(Right.COUNTERSIGN) or second.name == signer.name:
            return Refused(
                f"{second.name} ({second.role.value}) can't be the second person.",
                "Ask the lead.",
            )
    return None


def newest_decision(
    connection: Connection, home: Home, week_id: str
) -> SavedDecision | Refused | None:
    """The week's newest saved revalidation, read from the archive that its job wrote.

    The dated files are a view that anybody can overwrite; what is signed is the
    archived decision whose hash the job's result names.
    """
    # Only here does the client need pandas, which is slow to load.
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
        if saved.sha256 != result.get("sha256") or saved.decision.get("week") != week_id:
            return Refused(
                f"The archived decision {saved.sha256[:12]} is not the one that {row.id} made.",
                "Revalidate again, then sign that decision.",
            )
        return saved
    return None


def _changed_model(home: Home, decision: Mapping[str, object]) -> Refused | None:
    """A decision holds for the model that was tested, not for what lies there now."""
    model = decision.get("model")
    if not isinstance(model, dict) or not model.get("path") or not model.get("sha256"):
        return Refused(
            "The decision doesn't say which model it is about.",
            "Revalidate again, then sign that decision.",
        )
    file = home.resolve(str(model["path"]))
    if file.is_file() and file_sha256(file) == model["sha256"]:
        return None
    return Refused(
        f"The model {model['path']} is not the one that was tested.",
        "Revalidate the present model, then sign that decision.",
    )
