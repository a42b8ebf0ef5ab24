"""The answer to a pipeline that asks whether it may deploy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.language import Message, joined, literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.errors import TrainweekError


@dataclass(frozen=True)
class GateAnswer:
    """Whether a pipeline may deploy, and why; ``facts`` is plain JSON.

    :ivar only_conditions: open conditions are all that blocks it.
    """

    passes: bool
    reason: Message
    remedy: Message
    facts: Mapping[str, Any]
    only_conditions: bool = False

    @classmethod
    def blocked_by(cls, error: TrainweekError) -> GateAnswer:
        """The answer when the decision can't be read."""
        return cls(False, literal(error.what), literal(error.remedy), {})

    def only_proved(self) -> GateAnswer:
        """The same answer, but blocked if no login proved who signed, or the data are synthetic."""
        if not (doubts := self._doubts()) or not (self.passes or self.only_conditions):
            return self
        before = [] if self.passes else [self.reason]
        return replace(
            self,
            passes=False,
            only_conditions=False,
            reason=joined([*before, *doubts]),
            remedy=Message(
                "Let the CTO sign in and sign a revalidation on real data, or accept it for this"
                " pipeline: --allow-unverified"
            ),
        )

    def _doubts(self) -> list[Message]:
        """Why this approval proves too little, although all rules are met."""
        found = []
        if self.facts.get("verified") is not True:
            found.append(
                Message(
                    "{by} approved it, but no login proved the name (identity unverified).",
                    by=self.facts.get("by") or "",
                )
            )
        closures = [one["closed"] for one in self.facts.get("conditions", ()) if one["closed"]]
        for by in dict.fromkeys(one["by"] for one in closures if one["verified"] is not True):
            found.append(
                Message(
                    "{by} closed a condition, but no login proved the name (identity unverified).",
                    by=by,
                )
            )
        if self.facts.get("synthetic"):
            found.append(Message("It was made with synthetic data, not exchange data."))
        return found

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain JSON: ``pass``, ``reason``, ``remedy``, and the facts."""
        return {"pass": self.passes, "reason": self.reason, "remedy": self.remedy, **self.facts}
