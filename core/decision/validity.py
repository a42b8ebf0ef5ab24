"""Whether a signature is valid: genuine, not expired, and what it binds is unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.decision.binding import Comparison, Difference, Present, compare
from core.decision.seal import seal, verifies
from core.errors import InputError
from core.language import Message, joined, literal
from core.timestamps import parse_moment
from core.vocabulary import APPROVALS, SignatureAct, SignatureState

if TYPE_CHECKING:
    from datetime import datetime

FORMAT = "trainweek-signature/1"
# What a statement says, and what it binds; all of it is required.
_SAYS = frozenset(
    [
        "week",
        "decision_sha256",
        "decision",
        "score",
        "evidence",
        "act",
        "reason",
        "conditions",
        "by",
        "role",
        "verified",
        "second",
        "second_verified",
        "at",
        "at_week",
        "expires_at",
        "bound",
        "public_key",
    ]
)
_BINDS = {
    "model": {"path", "sha256"},
    "data": {"path", "sha256"},
    "playbook": {"id", "sha256", "rules_sha256"},
    "files": {"decision.json"},
}


@dataclass(frozen=True)
class Validity:
    """Whether a signature is valid, and why not.

    :ivar differences: what makes it void, expired or altered; empty if it is valid.
    :ivar checked: names of the parts that were compared and agree.
    :ivar unchecked: a sentence for each part that could not be compared.
    """

    state: SignatureState
    differences: tuple[Difference, ...] = ()
    checked: tuple[str, ...] = ()
    unchecked: tuple[Message, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the signature, of an approval or a rejection, is valid."""
        return self.state in (SignatureState.STANDS, SignatureState.REJECTED)

    @property
    def reason(self) -> Message:
        """All differences in a line; empty if it is valid."""
        return joined(difference.what for difference in self.differences)

    @property
    def remedy(self) -> Message:
        """What to do about the first difference; empty if it is valid."""
        return self.differences[0].remedy if self.differences else literal("")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "state": self.state.value,
            "differences": [vars(difference) for difference in self.differences],
            "checked": list(self.checked),
            "unchecked": list(self.unchecked),
        }


UNSIGNED = Validity(
    SignatureState.UNSIGNED,
    (
        Difference(
            "signature",
            Message("It is not signed."),
            Message("The CTO signs on the page Decision."),
        ),
    ),
)


def sealed(statement: Mapping[str, Any], key: Any) -> dict[str, Any]:
    """The statement with its signature, as the ledger keeps it."""
    return {"statement": dict(statement), "signature": seal(statement, key)}


def is_genuine(record: object) -> bool:
    """Whether the key that a sealed record names signed exactly this record."""
    if not isinstance(record, Mapping):
        return False
    statement = record.get("statement")
    if not isinstance(statement, Mapping) or statement.get("format") != FORMAT:
        return False
    if not _is_whole(statement):
        return False
    return verifies(statement, record.get("signature"), statement.get("public_key"))


def _is_whole(statement: Mapping[str, Any]) -> bool:
    """Whether all required fields exist and parse. Anyone can seal anything, so check first."""
    bound = statement.get("bound")
    if not statement.keys() >= _SAYS or not isinstance(bound, Mapping):
        return False
    try:
        for name in ("at", "at_week", "expires_at"):
            parse_moment(statement[name])
        SignatureAct(statement["act"])
        int(bound["playbook"].get("rules", 1))
    except (AttributeError, InputError, KeyError, TypeError, ValueError):
        return False
    return all(
        isinstance(bound.get(part), Mapping) and bound[part].keys() >= names
        for part, names in _BINDS.items()
    )


def validity_of(statement: Mapping[str, Any], present: Present, now: datetime) -> Validity:
    """The validity of a genuine statement, from the files as they are and the real time.

    VOID takes precedence over EXPIRED; the differences name both.
    """
    found: Comparison = compare(statement["bound"], present)
    differences = list(found.differences)
    expires_at = expires(SignatureAct(statement["act"]), statement)
    expired = expires_at is not None and now >= parse_moment(expires_at)
    if expired:
        differences.append(expiry(statement))
    state = unbroken(statement)
    if found.differences:
        state = SignatureState.VOID
    elif expired:
        state = SignatureState.EXPIRED
    return Validity(state, tuple(differences), found.checked, found.unchecked)


def unbroken(statement: Mapping[str, Any]) -> SignatureState:
    """The state of a signature with which nothing is wrong, by its act."""
    approves = SignatureAct(statement["act"]) in APPROVALS
    return SignatureState.STANDS if approves else SignatureState.REJECTED


def expires(act: SignatureAct, statement: Mapping[str, Any]) -> str | None:
    """When an approval expires, ISO 8601; None: a rejection never does, whatever is sealed in it."""
    return statement.get("expires_at") if act in APPROVALS else None


def expiry(statement: Mapping[str, Any]) -> Difference:
    """The difference that reports an expired signature."""
    return Difference(
        "expiry",
        Message(
            "The signature expired at {moment:%Y-%m-%d %H:%M} UTC.",
            moment=parse_moment(statement["expires_at"]),
        ),
        Message("Revalidate, then ask the CTO to sign again."),
    )


def altered(what: str, remedy: str) -> Validity:
    """The validity of a record that can't be trusted."""
    return Validity(
        SignatureState.ALTERED, (Difference("signature", literal(what), literal(remedy)),)
    )
