"""A trainer of your own with plain PyTorch: what matters is the names of the scalars.

In the playbook::

    training:
      command: ["{python}", "{checkout}/examples/own_trainer_torch.py", --logdir, "{tensorboard_dir}",
                --steps, "{steps}"]

A policy gradient on a bandit of four arms; a real trainer has an environment.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch.utils.tensorboard import SummaryWriter

BATCH = 64


def main() -> None:
    """Train with the options of the command line; events go to ``--logdir``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=Path, required=True, help="folder for the event files")
    parser.add_argument("--steps", type=int, required=True, help="environment steps in total")
    given = parser.parse_args()

    torch.manual_seed(7)
    torch.set_num_threads(1)
    wins = torch.tensor([0.2, 0.4, 0.6, 0.8])  # of each arm
    logits = torch.zeros(4, requires_grad=True)
    optimiser = torch.optim.Adam([logits], lr=0.05)
    with SummaryWriter(str(given.logdir)) as log:
        for step in range(BATCH, given.steps + BATCH, BATCH):
            policy = torch.distributions.Categorical(logits=logits)
            arms = policy.sample((BATCH,))
            rewards = torch.bernoulli(wins[arms])
            loss = -(policy.log_prob(arms) * (rewards - rewards.mean())).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            at = min(step, given.steps)
            # The names that the checks read; another name is shown, and judged by nothing.
            log.add_scalar("rollout/ep_rew_mean", rewards.mean().item(), at)
            log.add_scalar("train/policy_gradient_loss", loss.item(), at)
            log.add_scalar("train/entropy_loss", -policy.entropy().item(), at)
            log.add_scalar("bandit/best_arm_share", (arms == 3).float().mean().item(), at)


if __name__ == "__main__":
    main()
