"""One arm of a twin run: the checkpoint trained further with one seed, with or without the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core.json_model import JsonModel, Sentence

if TYPE_CHECKING:
    from core.playbook.settings import TrainingSettings

PAIRS = 5
MOST_PAIRS = 30
ROLLOUTS = 20  # of each arm; the last half is judged
FEWEST_ROLLOUTS = 4


class Point(JsonModel):
    """What one rollout of an arm gave.

    SB3 writes the losses of an update with the next rollout, as in the run's own events.
    """

    step: int
    reward: float | None = Field(description="Per step, times the bars of an episode.")
    approx_kl: float | None = Field(default=None, description="Of the update before it.")
    entropy: float | None = Field(default=None, description="Of the policy, in nats.")


class Arm(JsonModel):
    """An arm that has ended."""

    seed: int
    changed: bool = Field(description="true: with the change.")
    points: tuple[Point, ...] = ()
    failed: Sentence | None = Field(
        default=None, description="Why it has no result (diverged, crashed); null: it has one."
    )

    @property
    def judged(self) -> tuple[Point, ...]:
        """The last half: before it, the checkpoint's own behaviour still shows."""
        return self.points[len(self.points) // 2 :]

    def mean(self, metric: str) -> float | None:
        """Of the judged part; None: it failed, or has no value."""
        values = self.series(metric)
        return sum(values) / len(values) if values else None

    def series(self, metric: str) -> list[float]:
        """The judged values in their order; none if it failed."""
        if self.failed is not None:
            return []
        found = (getattr(point, metric) for point in self.judged)
        return [value for value in found if value is not None]


def default_steps(training: TrainingSettings) -> int:
    """Steps of an arm if nobody says otherwise; not more than a whole run has."""
    rollout = training.n_envs * training.n_steps
    return max(FEWEST_ROLLOUTS * rollout, min(ROLLOUTS * rollout, training.total_steps))


def whole_rollouts(training: TrainingSettings, steps: int) -> int:
    """The steps that an arm makes when so many are asked for."""
    rollout = training.n_envs * training.n_steps
    return -(-steps // rollout) * rollout


def minutes(steps: int, pairs: int, steps_per_second: float) -> float:
    """Real minutes that all arms take, one after the other."""
    return 2 * pairs * steps / max(steps_per_second, 1e-9) / 60
