"""Decisions, and what people do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError

from core.ledger_bodies.body import Body, PlainText
from core.vocabulary import Decision, SignatureAct

if TYPE_CHECKING:
    from collections.abc import Mapping


class DecisionMade(Body):
    """A revalidation decided."""

    kind = "decision"

    job_id: PlainText
    decision: Annotated[Decision, Field(strict=False)] | None = None
    score: PlainText | None = None
    sha256: PlainText | None = None  # of the archived decision
    report: dict[str, PlainText] = {}  # paths of its documents; empty if none was saved
    archived: dict[str, PlainText] = {}  # hashes of the archived files
    candidate: dict[str, Any] | None = None  # what was scored; see core.trading.candidates
    window: dict[str, Any] | None = None  # what it looked at; see core.trading.hold_out

    @classmethod
    def of_result(cls, job_id: str, result: Mapping[str, Any]) -> Self:
        """From the ``result.json`` of a revalidation; values of a wrong type are left out."""
        given = {name: result[name] for name in cls.model_fields if name in result}
        given["job_id"] = job_id
        try:
            return cls(**given)
        except ValidationError as error:
            wrong = {each["loc"][0] for each in error.errors()}
            return cls(**{name: value for name, value in given.items() if name not in wrong})


class DecisionSigned(Body):
    """A person approved or rejected a decision."""

    kind = "signature"

    revalidation_sha256: PlainText
    act: Annotated[SignatureAct, Field(strict=False)]
    reason: PlainText
    conditions: list[dict[str, PlainText]]  # text, owner, due
    second: PlainText | None = None  # the second person of an override
    second_verified: bool | None = None
    sealed: dict[str, Any] | None = None  # the signed statement; see core.decision.seal


class Countersigned(Body):
    """A person supports the override of a NO-GO, as its second person."""

    kind = "countersign"

    revalidation_sha256: PlainText
    reason: PlainText
    browser: PlainText | None = None  # the browser that it was made in


class CountersignRequested(Body):
    """A person who wants to override a NO-GO asks a second person to support it."""

    kind = "countersign_request"

    revalidation_sha256: PlainText
    reason: PlainText
    browser: PlainText | None = None  # the browser that it was made in


class DecisionReproduced(Body):
    """The model of a decision was trained again, and its gates were compared."""

    kind = "reproduction"

    job_id: PlainText
    revalidation_sha256: PlainText
    match: PlainText  # EQUAL, WITHIN, DIFFERENT
    report: PlainText  # path of the same as a file
    result: dict[str, Any]  # see core.decision.reproduction

    @classmethod
    def of_result(cls, job_id: str, result: Mapping[str, Any]) -> Self | None:
        """From the ``result.json`` of a reproduction; None if that holds no result of one."""
        try:
            found = result["reproduction"]
            return cls(
                job_id=job_id,
                revalidation_sha256=found["decision_sha256"],
                match=found["match"],
                report=result["report"],
                result=found,
            )
        except (KeyError, TypeError, ValidationError):
            return None


class DecisionFollowed(Body):
    """A signed model was replayed on candles that came later: what came true so far."""

    kind = "paper"

    job_id: PlainText
    revalidation_sha256: PlainText
    record_sha256: PlainText  # of reports/paper/<sha256>/record.json as it was written
    data_sha256: PlainText  # of the candles
    days: int
    left_on: int | None = None
    expired_on: int | None = None
    held: bool | None = None
    of: int | None = None  # days of the forecast; None: an older line

    @classmethod
    def of_result(cls, job_id: str, result: Mapping[str, Any]) -> Self | None:
        """From the ``result.json`` of a replay; None if that holds no result of one."""
        try:
            names = ("record_sha256", "data_sha256", "days", "left_on", "expired_on", "held")
            figures = {name: result[name] for name in names}
            figures["of"] = result.get("of")
            return cls(job_id=job_id, revalidation_sha256=result["decision"], **figures)
        except (KeyError, TypeError, ValidationError):
            return None


class ConditionClosed(Body):
    """A condition of a signature is met."""

    kind = "condition"
    action = "close"

    signature_id: int
    number: int  # its place in the signature's list, from 0
    note: PlainText  # the evidence


class ModelChosen(Body):
    """The lead put a run's model in use."""

    kind = "model"
    action = "use"

    run: PlainText
    sha256: PlainText
    reason: PlainText
    replaces: PlainText | None  # SHA-256 of the model that was in use


class SigningKeyCreated(Body):
    """The key of the data directory signed for the first time."""

    kind = "key"
    action = "create"

    public_key: PlainText  # as base64
