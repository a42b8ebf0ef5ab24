from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from core.errors import InputError, SetupError
from core.telemetry import RunReader
from runner.agent.evaluation import greedy
from runner.agent.policy import TrainingDivergedError, non_finite_parameter
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData
from tests.runner.agent.markets import candles, small_settings

if TYPE_CHECKING:
    from pathlib import Path


def session(tmp_path: Path, total: int = 4_000, **changed: object) -> Session:
    settings = small_settings(total_steps=total, **changed)
    built = Session(TrainingData.prepare(candles(1500), settings), settings, total, 8760)
    built.log_to(tmp_path / "events", {"seed": 7, "note": None})
    return built


def events(tmp_path: Path) -> RunReader:
    reader = RunReader(tmp_path / "events")
    reader.refresh()
    return reader


def test_sb3s_scalars_and_ours_are_written_into_exactly_the_given_folder(tmp_path: Path):
    session(tmp_path).learn(Hooks())
    assert [path.name[:20] for path in (tmp_path / "events").iterdir()] == ["events.out.tfevents."]
    reader = events(tmp_path)
    tags = set(reader.tags())
    assert {
        "rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps", "train/approx_kl", "train/loss",
        "train/value_loss", "train/entropy_loss", "train/explained_variance", "train/ent_coef",
        "reward/market", "reward/cost", "reward/total", "reward/log_return",
        "eval/return_pct", "eval/max_drawdown_pct",
    } <= tags  # fmt: skip
    assert "reward/drawdown" not in tags  # its weight is 0
    assert reader.series("rollout/ep_rew_mean").step[0] == 1_000  # from the first rollout on
    assert reader.series("eval/return_pct").step.tolist() == [1_000, 2_000, 3_000, 4_000]
    assert reader.problems == []


def test_the_greedy_policy_is_sb3s_deterministic_prediction(tmp_path: Path):
    trained = session(tmp_path)
    trained.learn(Hooks())
    model = trained.model
    observed = trained.env.reset()
    seen = observed + np.random.default_rng(3).normal(size=(40, *observed.shape))
    for observation in seen.astype(np.float32):
        expected, _ = model.policy.predict(observation, deterministic=True)
        assert greedy(model)(observation, trained.env).tolist() == expected.tolist()
    # One that was made before the weights changed acts by the new ones.
    before = greedy(model)
    with torch.no_grad():
        dict(model.policy.named_parameters())["action_net.weight"].neg_()
    expected, _ = model.policy.predict(seen[0].astype(np.float32), deterministic=True)
    assert before(seen[0], trained.env).tolist() == expected.tolist()


def test_reward_components_sum_to_the_whole_in_the_events(tmp_path: Path):
    session(tmp_path, drawdown_penalty=0.2).learn(Hooks())
    reader = events(tmp_path)
    parts = [reader.series(f"reward/{name}").value for name in ("market", "cost", "drawdown")]
    # float32 in the event file
    assert sum(parts) == pytest.approx(reader.series("reward/total").value, abs=1e-6)
    unshaped = (parts[0] + parts[1]) * 0.15 / 100
    assert unshaped == pytest.approx(reader.series("reward/log_return").value, abs=1e-8)


def test_a_stop_ends_between_two_steps_and_untrained_steps_do_not_count(tmp_path: Path):
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 100  # in the third rollout of 40 steps

    built = session(tmp_path)
    assert built.learn(Hooks(stop_requested=stop)) is False
    assert built.steps == 2_000


def test_a_second_learn_goes_on_to_the_same_total(tmp_path: Path):
    built = session(tmp_path)
    built.model.num_timesteps = 3_000
    assert built.learn(Hooks()) is True
    assert built.steps == 4_000


def test_a_training_that_is_told_no_folder_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings = small_settings(total_steps=1_000)
    data = TrainingData.prepare(candles(1500), settings)
    assert Session(data, settings, 1_000, 8760).learn(Hooks()) is True
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_no_numbers_fail_the_training_before_they_are_saved(tmp_path: Path):
    built = session(tmp_path)
    saved = []

    def poison() -> None:
        if built.steps == 2_000:
            with torch.no_grad():
                next(built.model.policy.action_net.parameters()).fill_(float("nan"))

    with pytest.raises((TrainingDivergedError, ValueError)):
        built.learn(Hooks(on_rollout=poison, on_checkpoint_due=lambda: saved.append(built.steps)))
    assert saved == [1_000]


def test_a_diverged_weight_is_named(tmp_path: Path):
    built = session(tmp_path)
    with torch.no_grad():
        built.model.policy.value_net.bias.fill_(float("inf"))
    with pytest.raises(TrainingDivergedError, match=r"value_net\.bias.*diverged.*lower learning"):
        built.learn(Hooks())


def test_two_trainings_with_one_seed_end_with_the_same_weights(tmp_path: Path):
    def final(name: str, seed: int) -> list[np.ndarray]:
        built = session(tmp_path / name, total=2_000, seed=seed)
        built.learn(Hooks())
        return [p.detach().numpy().copy() for p in built.model.policy.parameters()]

    one, again, other = final("a", 1), final("b", 1), final("c", 2)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_batch_that_does_not_divide_the_rollout_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="does not divide the 1000 steps"):
        session(tmp_path, batch_size=300)


def test_settings_are_changed_within_the_playbooks_bounds():
    settings = small_settings()
    assert settings_with(settings, learning_rate=1e-4, ent_coef=None).learning_rate == 1e-4
    with pytest.raises(InputError, match="learning_rate"):
        settings_with(settings, learning_rate=-1.0)


def test_a_checkpoint_that_fails_is_tried_again_and_ends_the_training_after_an_interval(
    tmp_path: Path,
):
    """No crash may cost more than an interval; a disk that is soon free costs nothing."""
    tried: list[int] = []

    def full_until(step: int) -> None:
        tried.append(built.steps)
        if built.steps < step:
            raise SetupError("No space left on device.")

    built = session(tmp_path / "a", total=8_000, checkpoint_every_steps=2_000)
    assert built.learn(Hooks(on_checkpoint_due=lambda: full_until(3_000))) is True
    assert tried == [2_000, 3_000, 4_000, 6_000]
    tried.clear()
    built = session(tmp_path / "b", total=8_000, checkpoint_every_steps=2_000)
    with pytest.raises(SetupError, match="No space"):
        built.learn(Hooks(on_checkpoint_due=lambda: full_until(9_000)))
    assert tried == [2_000, 3_000, 4_000]


def test_the_first_checkpoint_of_a_new_run_does_not_wait_for_a_whole_interval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("runner.agent.callbacks.FIRST_AFTER_S", 0.0)
    saved: list[int] = []
    built = session(tmp_path, total=16_000, checkpoint_every_steps=4_000)

    def save() -> None:
        saved.append(built.steps)

    built.learn(Hooks(on_checkpoint_due=save, stop_requested=lambda: built.steps >= 2_500))
    assert saved == [1_000]
    # Resumed: its run has one.
    built.learn(Hooks(on_checkpoint_due=save, stop_requested=lambda: built.steps >= 5_000))
    assert saved == [1_000, 4_000]


def test_a_reward_that_is_no_number_is_not_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    built = session(tmp_path)
    total = built.env.reward.total

    def broken(parts: dict[str, np.ndarray]) -> np.ndarray:
        return np.where(built.steps >= 2_500, np.nan, total(parts))

    monkeypatch.setattr(built.env.reward, "total", broken)
    with pytest.raises(TrainingDivergedError, match="rewards of the rollout"):
        built.learn(Hooks())
    assert non_finite_parameter(built.model) is None
