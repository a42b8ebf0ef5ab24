"""Progress and speed of a training run: progress.json for the pages, lines for training.log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SetupError
from core.timestamps import iso
from runner.jobs.attempt import Spec, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.agent.session import Session
    from runner.jobs.training_log import TrainingLog

LINES_PER_RUN = 50  # progress lines in training.log, regardless of the length of the run
SPEED_WINDOW_S = 5.0


class TrainingProgress:
    """The progress of one attempt.

    :param clock: returns monotonic seconds, for the speed.
    """

    def __init__(
        self, spec: Spec, session: Session, log: TrainingLog, clock: Callable[[], float]
    ) -> None:
        self.spec, self.session, self.log, self.clock = spec, session, log, clock
        self.begun_at, self.begun_steps = clock(), session.steps
        self._speeds: list[tuple[float, int]] = [(self.begun_at, self.begun_steps)]
        self._lines = self._line()
        self._mute = False  # a failed write has been logged already

    @property
    def steps_per_second(self) -> float:
        """Mean speed since the start of the attempt."""
        seconds = max(self.clock() - self.begun_at, 1e-9)
        return round((self.session.steps - self.begun_steps) / seconds, 1)

    def report(self) -> None:
        """Replace progress.json; write a log line from time to time."""
        now, steps = self.clock(), self.session.steps
        self._speeds.append((now, steps))
        while len(self._speeds) > 2 and now - self._speeds[1][0] > SPEED_WINDOW_S:
            self._speeds.pop(0)
        since, before = self._speeds[0]
        speed = (steps - before) / (now - since) if now > since else None
        self._write(steps, speed)
        if (line := self._line()) > self._lines:
            reward = self.session.mean_episode_reward
            parts = [f"Step {steps}/{self.session.total_steps}"]
            parts += [f"{speed:.0f} steps/s"] if speed else []
            parts += [f"mean episode reward {reward:.2f}"] if reward is not None else []
            self.log.info(", ".join(parts))
            self._lines = line

    def _line(self) -> int:
        return self.session.steps * LINES_PER_RUN // self.session.total_steps

    def _write(self, steps: int, speed: float | None) -> None:
        """Write progress.json; on a full disk training continues, and the error is logged once."""
        try:
            self.spec.write_progress(
                {
                    "steps": steps,
                    "begun_at_step": self.begun_steps,
                    "total_steps": self.session.total_steps,
                    "steps_per_second": None if speed is None else round(speed, 1),
                    "at": iso(utc_now()),
                }
            )
        except SetupError as error:
            if not self._mute:
                self.log.error(str(error))
            self._mute = True
        else:
            self._mute = False
