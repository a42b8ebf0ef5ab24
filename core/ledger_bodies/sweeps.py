"""Sweeps: many tries of the week's recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError

from core.ledger_bodies.body import Body, PlainText
from core.vocabulary import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping


class SweepStarted(Body):
    """The lead asked for the recipe to be tried with many seeds."""

    kind = "sweep"
    action = "start"

    id: PlainText
    seeds: list[int]
    folds: list[dict[str, Any]]  # number, train, test: first and last bar, UTC; symbol
    steps: int | None  # None: the playbook's
    playbook_sha256: PlainText  # the recipe
    train_sha256: PlainText
    backtest_sha256: PlainText


class SweepStopped(Body):
    """No further trial begins, and the running ones are stopped."""

    kind = "sweep"
    action = "stop"

    id: PlainText


class SweepResumed(Body):
    """What a stop left open goes on."""

    kind = "sweep"
    action = "resume"

    id: PlainText


class TrialScored(Body):
    """A trial of the recipe: trained on its fold, and judged on bars that it had not seen."""

    kind = "sweep"
    action = "score"

    job_id: PlainText
    decision: Annotated[Decision, Field(strict=False)]
    gates: list[dict[str, Any]]  # id, value (null: undefined), passed
    trained_steps: int
    equity_sha256: PlainText | None = None  # of equity.csv; None: it diverged, or the line is older

    @classmethod
    def of_result(cls, job_id: str, result: Mapping[str, Any]) -> Self | None:
        """From the ``result.json`` of a trial; None if that holds no result of one."""
        try:
            return cls(
                job_id=job_id,
                decision=result["decision"],
                gates=[
                    {name: gate[name] for name in ("id", "value", "passed")}
                    for gate in result["gates"]
                ],
                trained_steps=result["steps"],
                equity_sha256=result.get("equity_sha256"),
            )
        except (KeyError, TypeError, ValidationError):
            return None
