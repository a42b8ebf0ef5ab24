"""A trainer of your own in one file, in the style of CleanRL: PPO with plain torch.

It writes CleanRL's tags (``charts/episodic_return``, ``losses/approx_kl``, ...), which trainweek
reads as what they mean. In the playbook::

    training:
      command: ["{python}", "{checkout}/examples/own_trainer_cleanrl.py", --logdir, "{tensorboard_dir}",
                --steps, "{steps}"]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import gymnasium as gym
import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical
from torch.utils.tensorboard import SummaryWriter

ENVS, HORIZON, EPOCHS, MINIBATCH = 4, 128, 4, 128
GAMMA, LAMBDA, CLIP, LEARNING_RATE = 0.99, 0.95, 0.2, 3e-4


def network(inputs: int, outputs: int) -> nn.Sequential:
    """Two tanh layers of 64 units, for policy logits or the value."""
    return nn.Sequential(
        nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs)
    )


def advantages(rewards, values, dones, last_value, last_done):
    """Generalised advantage estimation; all arrays (HORIZON, ENVS)."""
    found, running = torch.zeros_like(rewards), torch.zeros(ENVS)
    for t in reversed(range(HORIZON)):
        end = t == HORIZON - 1
        alive = 1.0 - (last_done if end else dones[t + 1])
        following = last_value if end else values[t + 1]
        delta = rewards[t] + GAMMA * following * alive - values[t]
        running = delta + GAMMA * LAMBDA * alive * running
        found[t] = running
    return found


def main() -> None:
    """Train with the options of the command line; events go to ``--logdir``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=Path, required=True, help="folder for the event files")
    parser.add_argument("--steps", type=int, required=True, help="environment steps in total")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()

    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    random = np.random.default_rng(given.seed)
    env = gym.wrappers.vector.RecordEpisodeStatistics(
        gym.make_vec("CartPole-v1", num_envs=ENVS, vectorization_mode="sync")
    )
    observed, actions = env.single_observation_space, env.single_action_space
    assert isinstance(observed, gym.spaces.Box)
    assert isinstance(actions, gym.spaces.Discrete)
    size = int(np.prod(observed.shape))
    actor, critic = network(size, int(actions.n)), network(size, 1)
    weights = [*actor.parameters(), *critic.parameters()]
    optimizer = torch.optim.Adam(weights, lr=LEARNING_RATE, eps=1e-5)
    writer = SummaryWriter(str(given.logdir))

    seen, _ = env.reset(seed=given.seed)
    observation, done = torch.as_tensor(seen, dtype=torch.float32), torch.zeros(ENVS)
    returns: list[float] = []
    step, started = 0, time.perf_counter()
    while step < given.steps:
        rollout: dict[str, list[torch.Tensor]] = {
            name: [] for name in ("observation", "action", "log_prob", "value", "reward", "done")
        }
        for _ in range(HORIZON):
            with torch.no_grad():
                policy = Categorical(logits=actor(observation))
                action, value = policy.sample(), critic(observation).squeeze(-1)
            seen, reward, terminated, truncated, infos = env.step(action.numpy())
            for name, part in (
                ("observation", observation), ("action", action), ("value", value), ("done", done),
                ("log_prob", policy.log_prob(action)), ("reward", torch.as_tensor(reward)),
            ):  # fmt: skip
                rollout[name].append(part)
            observation = torch.as_tensor(seen, dtype=torch.float32)
            done = torch.as_tensor(terminated | truncated, dtype=torch.float32)
            step += ENVS
            if "episode" in infos:
                returns += infos["episode"]["r"][infos["_episode"]].tolist()
        batch = {name: torch.stack(parts) for name, parts in rollout.items()}
        with torch.no_grad():
            last_value = critic(observation).squeeze(-1)
        advantage = advantages(
            batch["reward"].float(), batch["value"], batch["done"], last_value, done
        )
        target = (advantage + batch["value"]).flatten()
        flat = {name: batch[name].flatten(0, 1) for name in ("observation", "action", "log_prob")}
        advantage = advantage.flatten()
        for _ in range(EPOCHS):
            order = random.permutation(HORIZON * ENVS)
            for begin in range(0, len(order), MINIBATCH):
                part = order[begin : begin + MINIBATCH]
                policy = Categorical(logits=actor(flat["observation"][part]))
                log_ratio = policy.log_prob(flat["action"][part]) - flat["log_prob"][part]
                ratio, own = log_ratio.exp(), advantage[part]
                own = (own - own.mean()) / (own.std() + 1e-8)
                policy_loss = -torch.min(own * ratio, own * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
                value = critic(flat["observation"][part]).squeeze(-1)
                value_loss = 0.5 * (value - target[part]).pow(2).mean()
                entropy = policy.entropy().mean()
                optimizer.zero_grad()
                (policy_loss - 0.01 * entropy + 0.5 * value_loss).backward()
                nn.utils.clip_grad_norm_(weights, 0.5)
                optimizer.step()
        with torch.no_grad():
            explained = 1 - (target - batch["value"].flatten()).var() / target.var()
        if returns:
            writer.add_scalar("charts/episodic_return", float(np.mean(returns[-100:])), step)
        writer.add_scalar("charts/learning_rate", LEARNING_RATE, step)
        writer.add_scalar("charts/SPS", step / (time.perf_counter() - started), step)
        writer.add_scalar("losses/value_loss", value_loss.item(), step)
        writer.add_scalar("losses/policy_loss", policy_loss.item(), step)
        writer.add_scalar("losses/entropy", entropy.item(), step)
        writer.add_scalar("losses/approx_kl", ((ratio - 1) - log_ratio).mean().item(), step)
        writer.add_scalar("losses/explained_variance", explained.item(), step)
        writer.flush()
        print(f"[INFO] Step {step}/{given.steps}", flush=True)
    writer.close()
    env.close()


if __name__ == "__main__":
    main()
