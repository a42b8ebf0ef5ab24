"""Whether a signature is valid: from its record, and from the files as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message
from core.timestamps import iso
from core.vocabulary import SignatureState
from runner.client.signatures.kept_files import present_of, taken_over, with_choice

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from core.decision.validity import Validity
    from core.paths import Home
    from core.week import Week
    from runner.records import DecisionLine, Signature

# Fields of a row that its sealed statement repeats; they must be equal.
_REPEATED = ("act", "reason", "by", "second")
# The statement may claim more than the ledger proves, as one from before proofs does; the row,
# which says what was proved, is what counts.
_CLAIMED = ("verified", "second_verified")
# What a changed file may have made of a signature, at a time that nothing recorded.
_OF_FILES = frozenset({SignatureState.VOID, SignatureState.ALTERED})


def validity_from(
    home: Home,
    signature: Signature | None,
    week: Week | None,
    signing_keys: Collection[str],
    later: bool,
    now: datetime,
) -> Validity:
    """Whether a signature is valid, from records that are already loaded and from the files.

    :param week: the signature's.
    :param later: whether its paths were taken over since; see :func:`superseded`.
    """
    from core.decision.validity import UNSIGNED, altered, is_genuine, validity_of

    if signature is None:
        return UNSIGNED
    record = signature.sealed
    sign_again = Message("Keep the files, verify the ledger, and sign again.")
    if record is None:
        return altered(
            Message("The signature was recorded without a seal."),
            Message("Let the CTO sign again."),
        )
    if not is_genuine(record):
        return altered(Message("The signed statement was altered."), sign_again)
    statement = record["statement"]
    if statement["public_key"] not in signing_keys:
        return altered(
            Message("The signing key never belonged to this data directory."), sign_again
        )
    row = {name: getattr(signature, name) for name in _REPEATED}
    if (
        any(statement[name] != value for name, value in row.items())
        or any(getattr(signature, name) and not statement[name] for name in _CLAIMED)
        or statement["role"] != signature.role.value
        or statement["week"] != signature.week_id
        or statement["at"] != iso(signature.at)
        or statement["decision_sha256"] != signature.revalidation_sha256
        or statement["conditions"] != [dict(given) for given in signature.conditions]
    ):
        return altered(
            Message("The recorded signature differs from the sealed statement."), sign_again
        )
    if week is None:
        return altered(
            Message("Week {week} of the signature is missing.", week=signature.week_id), sign_again
        )
    sha256 = signature.revalidation_sha256
    present = present_of(home, week, statement["bound"], sha256, later)
    validity = validity_of(statement, present, now)
    return validity if later else with_choice(home.of(week.place), validity)


def validity_among(
    home: Home,
    signature: Signature | None,
    week: Week | None,
    signing_keys: Collection[str],
    lines: Sequence[DecisionLine],
    now: datetime,
) -> Validity:
    """:func:`validity_from`, where the ledger's lines about decisions are loaded already."""
    later = (
        signature is not None
        and week is not None
        and taken_over(lines, week.launch, signature.revalidation_sha256, week.place)
    )
    return validity_from(home, signature, week, signing_keys, later, now)


def validity_then(
    home: Home,
    signature: Signature | None,
    week: Week | None,
    signing_keys: Collection[str],
    lines: Sequence[DecisionLine],
    at: datetime,
) -> Validity:
    """:func:`validity_among` at a past moment, from the records of then and the files of now.

    What agrees now agreed then. What differs now may have changed since: that is not known.
    """
    from core.decision.binding import Difference
    from core.decision.validity import Validity

    found = validity_among(home, signature, week, signing_keys, lines, at)
    if found.state in _OF_FILES:  # the places may have been taken over since
        found = validity_from(home, signature, week, signing_keys, True, at)
    if found.state not in _OF_FILES:
        return found
    what = Message("The files have changed since, or had changed then: that is not recorded.")
    remedy = Message("Go back to now to see whether the signature is valid.")
    return Validity(SignatureState.UNKNOWN, (Difference("moment", what, remedy),))
