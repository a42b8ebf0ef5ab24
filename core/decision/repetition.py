"""A revalidation repeated with the same inputs and the same result is the same decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.decision.archive import decision_sha256
from core.decision.record import DecisionRecord

if TYPE_CHECKING:
    from core.decision.comparison import EarlierDecision

# What two repetitions differ in by nature: the moment, the job, and what they are compared with.
_OF_THE_OCCASION = {"created_at", "job_id", "change", "sentences", "hold_out"}


def repeated(now: DecisionRecord, previous: EarlierDecision | None) -> DecisionRecord | None:
    """The previous decision, if this one only repeats it; None if anything is different.

    Everything else is equal then: gates and evidence, hashes of model, data, playbook and
    tables, week and day, code, versions and kernel libraries, number of trials, warnings.
    Recording it again would void the signature of the first, and change nothing else.
    """
    before = None if previous is None else previous.decision
    if previous is None or not isinstance(before, DecisionRecord):
        return None
    if decision_sha256(before) != previous.sha256:
        return None  # another version wrote it in another form
    without = [each.model_dump(exclude=_OF_THE_OCCASION) for each in (now, before)]
    return before if without[0] == without[1] else None
