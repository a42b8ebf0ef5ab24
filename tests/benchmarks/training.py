"""Training speed, and the share of the optimum that is learned.

``python -m tests.benchmarks.training [--seeds 3] [--steps 500000]``

Each seed is a market of its own, a training run of its own and an unseen market of its own.
The speed counts the whole training: rollouts, updates, events, evaluations. Against plain SB3 it is
the ratio of CPU seconds of rollouts and updates in one run, seed by seed, with the same weights.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import torch
from stable_baselines3 import PPO

from core.market.synthetic import SignalModel, make_market
from core.playbook import DEFAULT, load_playbook
from runner.agent.session import Session, settings_with
from runner.agent.split import TrainingData
from tests.benchmarks.learning import BARS_PER_YEAR, START, TRAINING_BARS, Learned, learn

if TYPE_CHECKING:
    from core.playbook.settings import TrainingSettings

SPEED_TARGET = 8_000  # steps/s
RATIO_TARGET = 1.4
PLAIN_SEEDS, PLAIN_BARS, PLAIN_STEPS = 5, 10_000, 40_000
SHARE_TARGET = 0.90  # of the optimum's net log return


def main() -> int:
    """Print a line a seed and the summary; 0 if both targets are reached by every seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=None)
    given = parser.parse_args()
    settings = load_playbook(DEFAULT).training
    settings = settings_with(settings, total_steps=given.steps)
    print(f"PPO, {settings.total_steps} steps, {TRAINING_BARS} training bars, unseen test market")
    print("seed   steps/s   share   last    agent Sharpe  optimum  return/year  optimum")
    runs = []
    for seed in range(1, given.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            run = learn(seed, TRAINING_BARS, Path(folder), SignalModel(), settings)
        runs.append(run)
        print(_line(run), flush=True)
    slowest = min(run.steps_per_second for run in runs)
    shares = [run.share for run in runs]
    mean = sum(shares) / len(shares)
    ratios = [against_plain(seed, settings) for seed in range(1, PLAIN_SEEDS + 1)]
    print(
        f"speed   {median(ratios):.2f} x plain SB3's PPO in CPU ({min(ratios):.2f} to {max(ratios):.2f}"
        f" over {PLAIN_SEEDS} seeds, target {RATIO_TARGET}), weights equal to the bit"
    )
    print(f"speed   slowest {slowest:,.0f} steps/s (target {SPEED_TARGET:,})")
    print(
        f"share   mean {mean:.1%}, worst {min(shares):.1%} of the optimum (target {SHARE_TARGET:.0%})"
    )
    fast = slowest >= SPEED_TARGET and median(ratios) >= RATIO_TARGET
    return 0 if fast and min(shares) >= SHARE_TARGET else 1


def against_plain(seed: int, settings: TrainingSettings) -> float:
    """CPU seconds of SB3's own PPO over those of ours, for the same training.

    :raises AssertionError: the weights differ.
    """
    settings = settings_with(settings, seed=seed)
    candles = make_market(seed, PLAIN_BARS, START, SignalModel()).candles
    data = TrainingData.prepare(candles, settings)
    seconds: list[float] = []
    weights: list[list[torch.nn.Parameter]] = []
    for own in (False, True):
        model = Session(data, settings, PLAIN_STEPS, BARS_PER_YEAR).model
        if not own:
            model.__class__ = PPO
        begun = time.process_time()
        model.learn(PLAIN_STEPS)
        seconds.append(time.process_time() - begun)
        weights.append([*model.policy.parameters()])
    assert all(torch.equal(*pair) for pair in zip(*weights, strict=True)), f"seed {seed}"
    return seconds[0] / seconds[1]


def _line(run: Learned) -> str:
    years = len(run.best.returns) / BARS_PER_YEAR
    return (
        f"{run.seed:>4} {run.steps_per_second:>9,.0f} {run.share:>7.1%}"
        f" {run.last.log_return / run.optimum.log_return:>7.1%}"
        f" {run.best.sharpe(BARS_PER_YEAR):>11.2f} {run.optimum.sharpe(BARS_PER_YEAR):>8.2f}"
        f" {run.best.log_return / years:>12.1%} {run.optimum.log_return / years:>8.1%}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
