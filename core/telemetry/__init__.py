"""TensorBoard events: tailing, series, and what their numbers mean.

::

    reader = RunReader("logs/ppo_training/tensorboard/<run>")
    reader.refresh()                       # parses only new bytes
    reader.series("rollout/ep_rew_mean")   # steps, wall times, values
    reader.frame(stitched=False)           # every point as written
"""

from core.telemetry.attempts import AttemptMark
from core.telemetry.problems import Fault, FileProblem, FileState
from core.telemetry.reader import RunReader
from core.telemetry.run_events import LastEvent, RunEvents
from core.telemetry.series import Series

__all__ = [
    "AttemptMark",
    "Fault",
    "FileProblem",
    "FileState",
    "LastEvent",
    "RunEvents",
    "RunReader",
    "Series",
]
