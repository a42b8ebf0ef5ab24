"""Training speed, and the share of the optimum that is learned.

``python -m tests.benchmarks.training [--seeds 3] [--steps 500000]``

Each seed is a market of its own, a training run of its own and an unseen market of its own.
The speed counts the whole training: rollouts, updates, events, evaluations.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from core.market.synthetic import SignalModel
from core.playbook import DEFAULT, load_playbook
from runner.agent.session import settings_with
from tests.benchmarks.learning import BARS_PER_YEAR, TRAINING_BARS, Learned, learn

SPEED_TARGET = 8_000  # steps/s
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
    print(f"speed   slowest {slowest:,.0f} steps/s (target {SPEED_TARGET:,})")
    print(
        f"share   mean {mean:.1%}, worst {min(shares):.1%} of the optimum (target {SHARE_TARGET:.0%})"
    )
    return 0 if slowest >= SPEED_TARGET and min(shares) >= SHARE_TARGET else 1


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
