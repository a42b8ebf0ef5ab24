"""What a class of runs changes in a training run: its settings, and its fault when it has come."""

from __future__ import annotations

import math
import os
import signal
from typing import TYPE_CHECKING, cast

import torch

from tests.benchmarks.detectors.toy_market import ToyMarket

if TYPE_CHECKING:
    from stable_baselines3 import PPO

    from tests.benchmarks.detectors.faulty import FaultyEnv
    from tests.benchmarks.detectors.training import Plan

_FOR_EVER = 10**9
_LASTS = {"policy_killed": 3, "kl_spike": 1}  # iterations


def prepare(plan: Plan) -> None:
    """Settings of the class before the run begins."""
    settings = plan.settings
    match plan.kind.name:
        case "no_monitor" | "nothing_logged":
            plan.iterations = 50  # what is missing is missing from the start
        case "policy_frozen":
            settings["learning_rate"] = float(10 ** plan.rng.uniform(-11, -9))
        case "hard_learning_rate":
            settings["learning_rate"] = 0.01
        case "hard_schedule":
            first = settings["learning_rate"]
            settings["learning_rate"] = lambda left: first * left
        case "hard_noise":
            plan.noise = 4.0
        case "hard_converged":
            settings["learning_rate"], plan.iterations = 3e-3, 150
        case "collapse_sign" | "collapse_forgotten" | "collapse_market" | "critic_ruined":
            # First there must be something to lose, then time to be seen.
            settings["learning_rate"], plan.iterations, plan.onset = 3e-3, 120, 55 + plan.onset % 10
        case "policy_killed" | "kl_spike":
            settings["learning_rate"] = 2e-3
        case "std_grows":
            settings |= {"learning_rate": 6e-3, "ent_coef": 2.0, "n_epochs": 4}
        case "entropy_gone":
            settings |= {"learning_rate": 6e-3, "ent_coef": -2.0, "n_epochs": 4}
        case "hard_cosine":
            peak, clip = settings["learning_rate"], settings["clip_range"]
            settings["learning_rate"] = lambda left: peak * _cosine(left)
            settings["clip_range"] = lambda left: max(1e-3, clip * _cosine(left))
        case "hard_target_kl":
            settings |= {"target_kl": 0.01, "n_epochs": 10}
        case "overfit_turning":
            # Slow enough that the reward still rises when the validation turns.
            settings["learning_rate"], plan.iterations, plan.onset = 3e-4, 120, 30 + plan.onset % 10
        case "hard_off_policy":
            plan.num_envs, plan.n_steps, plan.iterations, plan.onset = 4, 4, 300, 0


def _cosine(left: float) -> float:
    return 0.5 * (1 - math.cos(math.pi * left))


def scale(plan: Plan) -> float:
    """What every reward is multiplied with, from the first one on."""
    return 1e6 if plan.kind.name in ("critic_scale", "hard_reward_scale") else 1.0


def lasts(plan: Plan) -> int:
    """Iterations after which the fault is lifted."""
    return _LASTS.get(plan.kind.name, _FOR_EVER)


def lift(plan: Plan, model: PPO) -> None:
    """The learning rate as it was."""
    rate = plan.settings["learning_rate"]
    model.lr_schedule = lambda _: rate


def inject(plan: Plan, model: PPO, faulty: FaultyEnv, usual: float) -> None:
    """The fault of the class, now. :param usual: seconds of an iteration."""
    name, strength = plan.kind.name, plan.strength
    match name:
        case "hang_deadlock":
            faulty.blocked = True
        case "crash_exception":
            faulty.error = "exchange connection lost"
        case "crash_killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "kl_learning_rate" | "kl_side_writer":
            _learn_at(model, 0.05 * 4**strength)
        case "policy_killed":
            _learn_at(model, 1.0)
        case "kl_spike":
            _learn_at(model, 0.03)
        case "kl_no_clipping":
            model.clip_range, model.n_epochs = (lambda _: 1e6), 12
            _learn_at(model, 0.02)
        case "policy_saturated":
            with torch.no_grad():
                bias = cast("torch.nn.Linear", model.policy.action_net).bias
                bias.add_(1e4 * torch.arange(len(bias)))
        case "slow_env" | "hard_slower":
            share = 0.3 + 0.3 * strength if name == "slow_env" else 0.85
            faulty.delay += usual * (1 / share - 1)
            plan.drawn["share"] = share
        case "regressed_market" | "collapse_market":
            assert isinstance(faulty.venv, ToyMarket)
            faulty.venv.edge = 0.0 if name == "regressed_market" else -1.0
        case "collapse_sign":
            faulty.factor = -1.0
        case "collapse_forgotten":
            _draw_anew(model, "policy_net", "action_net", 1.0)
            _learn_at(model, 1e-4)  # as late in a schedule; else these tasks are relearned at once
        case "critic_ruined":
            _draw_anew(model, "value_net", "value_net", 30.0)
            model.vf_coef = 0.0
        case "logging_lost":
            model.logger.output_formats.clear()
        case "nan_reward":
            faulty.nan_reward = True


def _learn_at(model: PPO, rate: float) -> None:
    model.lr_schedule = lambda _: rate


def _draw_anew(model: PPO, body: str, head: str, gain: float) -> None:
    """Fresh weights for one half of the network, the head's times ``gain``."""
    last = cast("torch.nn.Linear", getattr(model.policy, head))
    for part in (getattr(model.policy.mlp_extractor, body), last):
        for layer in part.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.reset_parameters()
    with torch.no_grad():
        last.weight.mul_(gain)
