"""When a trial counts as hung: nobody looks at each one, so the runner ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.liveness import BUSY, WARMING_UP
from core.process_state import STOPPED
from core.vocabulary import Liveness

if TYPE_CHECKING:
    from core.liveness import Pulse, Vitals


def hangs(judged: Pulse, seen: Vitals) -> bool:
    """Whether a stalled trial is to be ended.

    Its silence must exceed the limit of any stall; three times the limit while it may only be slow:
    it uses CPU, its CPU is not known, or it has not made its first steps. One that a person has
    stopped (SIGSTOP) waits for that person.
    """
    if judged.liveness is not Liveness.STALLED or seen.process in STOPPED:
        return False
    idle = seen.cpu is not None and seen.cpu < BUSY
    times = 1 if idle and seen.gap is not None else WARMING_UP
    return (judged.silence or 0.0) > times * (judged.limit or 0.0)
