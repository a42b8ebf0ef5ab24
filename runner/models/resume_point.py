"""Where a resume of a run would continue, said before it is requested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.models.checkpoints import ListedCheckpoint


def resume_point(run: str, listed: Sequence[ListedCheckpoint]) -> Message:
    """The step at which a resume continues, or that it starts at step 0.

    :param listed: the run's checkpoints, newest step first; corrupt ones are skipped, as a
        resume does. If all are corrupt, a resume fails.
    """
    intact = next((each for each in listed if each.verified), None)
    if intact is not None:
        return Message(
            "{run} resumes at step {step:,}, from the checkpoint saved {at:%Y-%m-%d %H:%M:%S} UTC. "
            "Later steps are "
            "trained again.",
            run=run,
            step=intact.step,
            at=intact.saved_at,
        )
    if listed:
        return Message(
            "{run} can't be resumed: each of its checkpoints is corrupt. Restore a backup, or "
            "start a new run.",
            run=run,
        )
    return Message("{run} has no checkpoint yet: a resume starts at step 0.", run=run)
