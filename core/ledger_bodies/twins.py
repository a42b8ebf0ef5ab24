"""Twin runs: what their arms gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from core.ledger_bodies.body import Body, PlainText

if TYPE_CHECKING:
    from collections.abc import Mapping


class TwinJudged(Body):
    """A checkpoint was trained further with and without a change, and the arms were compared."""

    kind = "twin"

    job_id: PlainText
    run: PlainText
    verdict: PlainText
    result: dict[str, Any]  # of its result.json: step, change, steps, failures, comparison

    @classmethod
    def of_result(cls, job_id: str, result: Mapping[str, Any]) -> Self | None:
        """From the ``result.json`` of a twin run; None if that holds no result of one."""
        try:
            found = result["twin"]
            verdict = found["comparison"]["verdict"]
            return cls(job_id=job_id, run=found["run"], verdict=verdict, result=found)
        except (KeyError, TypeError, ValidationError):
            return None
