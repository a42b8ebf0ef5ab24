"""Precision, recall and delay for each scenario, counted over (run, scenario).

A scenario that fires inside its allowed delay after the onset is found. One that fires
before the onset, or in a run whose fault it does not explain, is a false alarm; one
that fires too late is missed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta

from core.diagnosis.reward_evidence import NORMAL_HOURS
from core.diagnosis.scenarios.overfitting import LEAST, LEVEL
from core.diagnosis.trend import BLOCK_EPISODES, WANTED_BLOCKS
from core.liveness import GRACE
from core.telemetry.absence import PATIENCE
from tests.benchmarks.detectors.classes import VALIDATED_EVERY
from tests.benchmarks.detectors.replay import HOUR, LOOK, MINUTE, START, Replayed
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIDENCE = 0.95  # one-sided


def allowed(run: Replayed) -> float:
    """Latest real moment at which the run's own scenario counts as found.

    Section by section as the reference on diagnosing PPO sets it. Where it counts
    iterations, the recorded ones are counted; every rule but hang and KL is judged
    hourly, so the next look is added.
    """
    gap, onset, kind = run.gap, run.began, run.recording.kind
    look = HOUR + LOOK
    match kind.scenario:
        case "hung":
            return onset + max(20 * MINUTE, 25 * gap)
        case "logging_broken":
            return onset + max(20 * MINUTE, 25 * gap) + look
        case "no_metrics" if kind.name == "no_monitor":
            return run.after(PATIENCE + 1) + look
        case "no_metrics":
            return onset + GRACE + look  # with no iteration at all
        case "kl_explosion":
            # The update after the onset is logged one iteration later; three points of it.
            return run.after(4) + LOOK
        case "policy_dead":
            return run.after(11) + look
        case "collapse":
            # The mean of 100 episodes that is logged must hold new ones; ten points and two looks.
            return max(run.after(10), onset + _blocks(run, 2)) + 2 * look
        case "critic_useless":
            # eight blocks of three updates after ten of grace
            return run.after(11 + 24 if kind.from_start else 2 + 24) + 2 * look
        case "exploration_blowup":
            return run.after(60) + look  # it creeps: five times takes dozens of updates
        case "overfitting":
            # Eight validations of a policy that has learned, or two levels of five; and as many
            # iterations as the policy takes to learn, or the validation to turn.
            return run.after((LEAST + LEVEL) * VALIDATED_EVERY) + look
        case "early_determinism":
            return run.after(50) + look  # what counts as early
        case "slowdown":
            return max(run.after(13), run.after(10) + 3 * HOUR) + look
        case "flat_reward" if kind.from_start:
            # normal for twelve hours; an hour more, and two evaluations
            return START + NORMAL_HOURS * HOUR + HOUR + look
        case "flat_reward":
            # two hours, or what holds enough blocks; an hour more, and two evaluations
            return onset + max(2 * HOUR, _blocks(run, WANTED_BLOCKS + 1)) + HOUR + look
    return onset + 2 * gap + look


def _blocks(run: Replayed, count: int) -> float:
    """Seconds that so many blocks of 100 episodes take: what a trend can be judged by."""
    label = run.recording.label
    episode = 30 if label["env"] == "cartpole" else 10  # steps, the longest that are drawn
    rollout = label["total_steps"] / label["iterations"]
    return count * BLOCK_EPISODES * episode / rollout * run.gap


@dataclass
class Score:
    """One scenario over many runs."""

    scenario: str
    found: int = 0
    missed: list[str] = field(default_factory=list)  # names of the runs
    false: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)  # seconds
    gaps: list[float] = field(default_factory=list)  # delays in iterations

    @property
    def faults(self) -> int:
        return self.found + len(self.missed)

    @property
    def recall(self) -> float:
        return self.found / self.faults if self.faults else float("nan")

    @property
    def precision(self) -> float:
        alarms = self.found + len(self.false)
        return self.found / alarms if alarms else float("nan")


def score(runs: Iterable[Replayed], as_hung: frozenset[str] = frozenset()) -> dict[str, Score]:
    """By scenario. :param as_hung: scenarios that the judge can only see as a silence."""
    scores: dict[str, Score] = {}
    for run in runs:
        kind, name = run.recording.kind, run.recording.name
        expected = "hung" if kind.scenario in as_hung else kind.scenario
        # What is a crash to who knows the process is a silence to who does not.
        silent = not as_hung.isdisjoint({kind.scenario, *kind.consequences})
        # Without one event and without a log, so is a run that logs nothing.
        silent |= bool(as_hung) and kind.name == "nothing_logged"
        excused = {*kind.consequences, *({kind.scenario} if expected != kind.scenario else ())}
        excused |= {"hung"} if silent else set()
        for scenario in {*run.fired, *({expected} if expected else ())}:
            table = scores.setdefault(scenario, Score(scenario))
            first = run.first(scenario)
            if scenario != expected:
                early = run.onset is None or present(first) < run.onset
                if scenario not in excused or early:
                    table.false.append(name)
                continue
            if first is not None and first < run.began:
                table.false.append(name)
                first = min((t for t in run.fired[scenario] if t >= run.began), default=None)
            latest = allowed(run)
            if kind.scenario in as_hung:
                latest = run.began + max(20 * MINUTE, 25 * run.gap)
            if first is None or first > latest:
                table.missed.append(name)
            else:
                table.found += 1
                table.delays.append(first - run.began)
                table.gaps.append((first - run.began) / run.gap)
    return scores


def lower_bound(hits: int, of: int) -> float:
    """Clopper-Pearson, one-sided 95 %. NaN when there is nothing to count."""
    if of == 0:
        return float("nan")
    return 0.0 if hits == 0 else float(beta.ppf(1 - CONFIDENCE, hits, of - hits + 1))


def upper_bound(hits: int, of: int) -> float:
    if of == 0:
        return float("nan")
    return 1.0 if hits == of else float(beta.ppf(CONFIDENCE, hits + 1, of - hits))


def quantile(values: list[float], share: float) -> float:
    return float(np.quantile(values, share)) if values else float("nan")
