"""Alarm states, replayed from successive evaluations of a rule.

Prometheus' ``for`` and ``keep_firing_for``: a condition must hold for some evaluations
before it fires, and be absent for some before it clears. Nothing is stored: the
state at a moment follows from the evaluations up to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.vocabulary import FindingStatus

if TYPE_CHECKING:
    from collections.abc import Sequence


def alarm_state(
    outcomes: Sequence[bool | None], hold_for: int = 2, keep_firing: int = 3
) -> FindingStatus:
    """The state after these evaluations, oldest first.

    :param outcomes: whether the condition held; None: it could not be evaluated.
    :param hold_for: evaluations in a row until PENDING becomes FIRING.
    :param keep_firing: evaluations in a row without it until RECOVERING becomes OK.
    """
    state, held, gone = FindingStatus.NO_DATA, 0, 0
    for holds in outcomes:
        if holds is None:
            state, held, gone = FindingStatus.NO_DATA, 0, 0
        elif holds:
            held, gone = held + 1, 0
            fired = state in (FindingStatus.FIRING, FindingStatus.RECOVERING)
            # PENDING -> FIRING; RECOVERING -> FIRING at once
            firing = fired or held >= hold_for
            state = FindingStatus.FIRING if firing else FindingStatus.PENDING
        else:
            held, gone = 0, gone + 1
            fired = state in (FindingStatus.FIRING, FindingStatus.RECOVERING)
            # FIRING -> RECOVERING -> OK; PENDING -> OK
            state = FindingStatus.RECOVERING if fired and gone < keep_firing else FindingStatus.OK
    return state
