"""Our PPO is SB3's to the bit: what it logs, its weights, and its optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from stable_baselines3 import PPO

from core.market.synthetic import SignalModel, make_market
from core.playbook import DEFAULT, load_playbook
from runner.agent.ppo import WrittenOutPPO
from runner.agent.session import Session, settings_with
from runner.agent.split import TrainingData
from tests.runner.jobs.training_home import START

if TYPE_CHECKING:
    from collections.abc import Mapping

UPDATES = 3


def trained(algorithm: type[PPO], **changed: Any) -> tuple[PPO, list[Mapping[str, Any]]]:
    """A model after three updates, and what it logged at the end of each rollout."""
    settings = settings_with(load_playbook(DEFAULT).training, seed=5)
    settings = settings.model_copy(update=changed)
    candles = make_market(5, 3_000, START, SignalModel()).candles
    data = TrainingData.prepare(candles, settings)
    session = Session(data, settings, UPDATES * settings.n_envs * settings.n_steps, 8_760)
    model = session.model
    logged: list[Mapping[str, Any]] = []

    def keep(known: dict[str, Any], all_known: dict[str, Any]) -> bool:
        logged.append(dict(model.logger.name_to_value))
        return True

    assert model.__class__.__name__ == WrittenOutPPO.__name__
    model.__class__ = algorithm
    model.learn(session.total_steps, callback=keep)
    return model, [*logged, dict(model.logger.name_to_value)]


def without_time(logged: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: each[name] for name in each if "time" not in name} for each in logged]


@pytest.mark.parametrize(
    "changed", [{}, {"net_arch": (16,), "ent_coef": 0.0, "clip_range": 0.01, "max_grad_norm": 1e-3}]
)
def test_weights_optimizer_and_losses_are_those_of_sb3(changed: dict[str, Any]) -> None:
    plain, its_losses = trained(PPO, **changed)
    ours, our_losses = trained(WrittenOutPPO, **changed)
    assert all(map(torch.equal, plain.policy.parameters(), ours.policy.parameters()))
    mine, other = (each.policy.optimizer.state_dict() for each in (ours, plain))
    assert mine["param_groups"] == other["param_groups"]
    for number, state in other["state"].items():
        assert all(torch.equal(mine["state"][number][name], state[name]) for name in state)
    assert without_time(our_losses) == without_time(its_losses)
    assert {"train/approx_kl", "train/value_loss"} <= our_losses[-1].keys()
    assert "forward" not in vars(ours.policy), "it is written out for the rollout only"
