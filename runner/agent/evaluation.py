"""Evaluation of a policy on given episodes, all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from core.metrics.drawdown import max_drawdown_pct
from core.metrics.ratios import sharpe
from runner.agent.market_env import MarketEnv

if TYPE_CHECKING:
    from stable_baselines3 import PPO

# Maps observations (n, K + 3) and the environment to actions (n,).
Policy = Callable[[np.ndarray, MarketEnv], np.ndarray]


def greedy(model: PPO) -> Policy:
    """The model's deterministic policy: its most probable action.

    What ``predict(deterministic=True)`` does for discrete actions, to the bit, but the network is
    put into evaluation mode once: SB3 walks through all of its modules at each step. The most
    probable action is that of the highest logit, so no distribution is made of the logits.
    """
    policy = model.policy
    policy.set_training_mode(False)
    device = policy.device  # it looks through all parameters each time it is asked
    layers = [_computed(each) for each in (*policy.mlp_extractor.policy_net, policy.action_net)]

    @torch.inference_mode()
    def act(observation: np.ndarray, env: MarketEnv) -> np.ndarray:
        values = torch.as_tensor(observation, dtype=torch.float32, device=device)
        for layer in layers:
            values = layer(values)
        actions: np.ndarray = values.argmax(dim=1).cpu().numpy()
        return actions

    return act


def _computed(layer: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    """What the layer computes: called as a module, it looks for hooks for twice as long."""
    if isinstance(layer, nn.Linear):
        return partial(nn.functional.linear, weight=layer.weight, bias=layer.bias)
    return torch.tanh if isinstance(layer, nn.Tanh) else layer


@dataclass(frozen=True)
class Evaluation:
    """Concatenated episodes; each began flat and closed its position at its end."""

    returns: np.ndarray  # simple net returns per bar, in order of time
    fills: int  # trades, forced exits included

    @property
    def equity(self) -> np.ndarray:
        """Compounded equity from 1, shape (bars + 1,)."""
        return np.concatenate([[1.0], np.cumprod(1.0 + self.returns)])

    @property
    def log_return(self) -> float:
        """Net log return over all episodes."""
        return float(np.log1p(self.returns).sum())

    @property
    def return_pct(self) -> float:
        """Net simple return over all episodes, in percent."""
        return 100.0 * float(np.expm1(self.log_return))

    @property
    def max_drawdown_pct(self) -> float:
        """Largest drop from a peak of :attr:`equity`, in percent (>= 0); 0 without bars."""
        return float(max_drawdown_pct(self.equity).value or 0.0)

    def sharpe(self, bars_per_year: int) -> float | None:
        """The gate's Sharpe; None without volatility (a policy that never trades)."""
        return sharpe(self.returns, bars_per_year).value


def evaluate(policy: Policy, env: MarketEnv) -> Evaluation:
    """Run each account of ``env`` over its first episode.

    ``env`` has one account for each episode, in order of time.
    """
    observation = env.reset()
    running = np.ones(env.num_envs, dtype=bool)
    before = np.full(env.num_envs, env.settings.start_capital)
    columns: list[np.ndarray] = []
    fills = 0
    while running.any():
        observation, _, _, _ = env.step(policy(observation, env))
        outcome = env.outcome
        change = outcome.equity / before - 1.0
        columns.append(np.where(running, change, np.nan))
        fills += int((running & (outcome.fills.quantity != 0)).sum())
        if outcome.exits is not None:
            fills += int((running & (outcome.exits.quantity != 0)).sum())
        before = outcome.equity
        running &= ~outcome.ended
    stitched = np.column_stack(columns).ravel()  # account by account, each in order of time
    return Evaluation(stitched[~np.isnan(stitched)], fills)
