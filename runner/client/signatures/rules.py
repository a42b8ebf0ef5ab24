"""The rules of signing: which decision can be signed, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError
from core.language import Message, plural
from core.ledger_bodies import DecisionMade
from core.people import Person
from core.state_words import capitals
from core.text_rules import is_blank
from core.timestamps import parse_day
from core.vocabulary import (
    APPROVALS,
    DOUBTFUL_GRADES,
    Decision,
    JobKind,
    JobState,
    Right,
    SignatureAct,
)
from runner.client.base import refused_text
from runner.client.signatures.kept_files import present_of, superseded
from runner.client.signatures.statement import data_dir_of
from runner.files import read_json
from runner.outcomes import Refused
from runner.records import since_signed
from runner.store.record_queries import countersignatures, countersigning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from core.decision import SavedDecision
    from core.decision.binding import Comparison
    from core.paths import Home
    from runner.records import Countersignature, DecisionRecords, Signature

_OF_A_CONDITION = ("text", "owner", "due")
_REVALIDATE_AGAIN = Message("Revalidate again, then sign that decision.")
_OWN_DECISION = Refused(
    Message("You can't countersign your own decision."), Message("Ask the lead.")
)
_IN_ANOTHER_BROWSER = Message("The second person countersigns in a browser of their own.")
MOST_CONDITIONS = 20


def signable(home: Home, records: DecisionRecords, sha256: str) -> SavedDecision | Refused:
    """The week's newest decision, if it has this hash and the files are those that were tested."""
    saved = newest_decision(home, records)
    if isinstance(saved, Refused):
        return saved
    if saved is None:
        return Refused(
            Message("There is no saved revalidation to sign."),
            Message("Revalidate and save the report."),
        )
    if saved.sha256 != sha256:
        return Refused(
            Message("The evidence changed: there is a newer decision than the one you saw."),
            Message("Review the new decision, then sign that one."),
        )
    return untested(home, records, saved) or saved


def unsignable(home: Home, records: DecisionRecords, sha256: str) -> Refused | None:
    """Why the newest decision can't be signed now: the files differ from what was tested.

    None for a decision that is not the newest: signing it is refused with that reason.
    """
    newest = newest_decision(home, records)
    if newest is None or isinstance(newest, Refused):
        return newest
    return untested(home, records, newest) if newest.sha256 == sha256 else None


def untested(home: Home, records: DecisionRecords, saved: SavedDecision) -> Refused | None:
    """Why it can't be signed: the files are not those that were tested."""
    # Only here does the client need pandas and cryptography, which are slow to load.
    from core.decision.binding import bound_to
    from core.decision.load import archive_problem

    written = _written(records, saved.sha256)
    if written and (problem := archive_problem(saved.archive, written)):
        return Refused(
            Message("{problem} The files differ from those that were tested.", problem=problem),
            Message("Restore the archive from a backup, or revalidate and sign that decision."),
        )
    rules = records.week.playbook_text_of(saved.decision.playbook.sha256)
    bound = bound_to(saved, rules, data_dir_of(records, saved))
    found = _evidence(home, records, bound, saved.sha256)
    if found.differences:
        first = found.differences[0]
        return Refused(
            Message("{problem} The files differ from those that were tested.", problem=first.what),
            Message("Revalidate the present files, then sign that decision."),
        )
    return None


def _written(records: DecisionRecords, sha256: str) -> Mapping[str, str]:
    """Hashes of the archived files by the ledger; empty for archives of older versions.

    The first line of a decision counts: that job wrote the archive, which is never
    overwritten. A later revalidation with the same result only repeats the decision.
    """
    bodies = (line.body for line in records.lines)
    made = (body for body in bodies if isinstance(body, DecisionMade) and body.sha256 == sha256)
    return next((body.archived for body in made), {})


def _evidence(
    home: Home, records: DecisionRecords, bound: Mapping[str, Any], sha256: str
) -> Comparison:
    """Compare the present files, or else the copies that an earlier signature kept."""
    from core.decision.binding import compare

    found = compare(bound, present_of(home, records.week, bound, sha256, later=False))
    if found.differences and superseded(records, sha256):
        kept = compare(bound, present_of(home, records.week, bound, sha256, later=True))
        return found if kept.differences else kept
    return found


def refusal(
    saved: SavedDecision,
    act: SignatureAct,
    reason: str,
    conditions: Sequence[Mapping[str, str]],
    signer: Person,
    second: Person | None,
    support: Countersignature | None,
) -> Refused | None:
    """Why these people may not sign it with this act; None if they may.

    :param support: the second person's own countersignature; None: there is none.
    """
    grade = saved.decision.evidence.grade
    approves = act in APPROVALS
    if approves and saved.decision.decision is Decision.NO_GO:
        if is_blank(reason) or second is None:
            return Refused(
                Message("Approving a NO-GO is an override."),
                Message("It requires a reason and a second person."),
            )
        if _same_name(second.name, signer.name):
            return _OWN_DECISION
        if support is None or (signer.verified and not support.verified):
            return Refused(
                Message(
                    "{name} has not countersigned; a typed name is not enough.", name=second.name
                ),
                Message("Let the lead open this decision and countersign it, then sign."),
            )
        if not Person(support.by, support.role).may(Right.COUNTERSIGN):
            return Refused(
                Message(
                    "{name} ({role}) may not countersign.",
                    name=support.by,
                    role=support.role.value,
                ),
                Message("Ask the lead."),
            )
        if support.browser is not None and support.browser == signer.browser:
            return Refused(
                Message("{name} countersigned in this browser.", name=support.by),
                _IN_ANOTHER_BROWSER,
            )
    if is_blank(reason):
        required = (
            Message(
                "Approving on {grade} evidence requires a written reason.", grade=capitals(grade)
            )
            if approves and grade in DOUBTFUL_GRADES
            else Message("A rejection requires a reason.")
            if not approves
            else Message("A signature requires a reason.")
        )
        return Refused(required, Message("Enter a reason."))
    if act is SignatureAct.APPROVE_WITH_CONDITIONS:
        return _incomplete(conditions)
    if conditions:
        return Refused(
            Message("Conditions are given, but this is not an approval with conditions."),
            Message("Approve with conditions, or remove the conditions."),
        )
    return None


def _same_name(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _incomplete(conditions: Sequence[Mapping[str, str]]) -> Refused | None:
    if not conditions:
        return Refused(
            Message("No condition is given."),
            Message("Give at least one, with owner and due date."),
        )
    if len(conditions) > MOST_CONDITIONS:
        return Refused(
            plural("{n} condition is given.", "{n} conditions are given.", len(conditions)),
            Message("Give at most {limit}.", limit=MOST_CONDITIONS),
        )
    for condition in conditions:
        if any(is_blank(str(condition.get(part) or "")) for part in _OF_A_CONDITION):
            return Refused(
                Message("A condition is incomplete."),
                Message("Give each condition a text, an owner and a due date."),
            )
        for part in _OF_A_CONDITION:
            if refused := refused_text(str(condition[part])):
                return refused
        try:
            parse_day(str(condition["due"]))
        except InputError as error:
            return Refused.by(error)
    return None


def countersignature_by(
    connection: Connection, sha256: str, second: Person | None, signed: Signature | None
) -> Countersignature | None:
    """The second person's own newest countersignature of this decision; a verified one first.

    :param signed: the decision's newest signature; what it rested on does not support another.
    """
    if second is None:
        return None
    made = since_signed(countersignatures(connection), sha256, signed)
    own = [one for one in made if one.by == second.name]
    return max(own, key=lambda one: (one.verified, one.id), default=None)


def unanswerable(
    connection: Connection, sha256: str, signed: Signature | None, person: Person
) -> Refused | None:
    """Why this person may not countersign: nobody asks, or who asks is the same; None if they may."""
    asked = since_signed(countersigning(connection)[1], sha256, signed)
    if not asked:
        return Refused(
            Message("No countersignature of this decision was requested."),
            Message("The CTO asks on the decision's page, with a reason; then countersign."),
        )
    if any(_same_name(one.by, person.name) for one in asked):
        return _OWN_DECISION
    for one in asked:
        if person.browser is not None and one.browser == person.browser:
            return Refused(
                Message("{name} asked for the countersignature in this browser.", name=one.by),
                _IN_ANOTHER_BROWSER,
            )
    return None


def newest_decision(home: Home, records: DecisionRecords) -> SavedDecision | Refused | None:
    """The week's newest saved revalidation, read from the archive that its job wrote.

    Anyone can overwrite the dated files; what is signed is the archived decision whose
    hash is recorded in the job's result.
    """
    from core.decision import read_decision

    for job in records.jobs:
        if job.kind is not JobKind.REVALIDATE or job.state is not JobState.SUCCEEDED:
            continue
        result = read_json(home.attempt(job.id, job.attempt) / "result.json") or {}
        if not result.get("archive"):
            continue  # made without --save-report: nothing to sign
        try:
            saved = read_decision(home.resolve(str(result["archive"])))
        except (InputError, IntegrityError) as error:
            return Refused.by(error)
        if saved.sha256 != result.get("sha256") or saved.decision.week != records.week.id:
            return Refused(
                Message(
                    "The archived decision {sha256} is not the one that {job} wrote.",
                    sha256=saved.sha256[:12],
                    job=job.id,
                ),
                _REVALIDATE_AGAIN,
            )
        return saved
    return None
