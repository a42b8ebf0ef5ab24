"""Runs of other frameworks are read by the names that they use."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.diagnosis import diagnose
from core.diagnosis.foreign_run import facts_of_events
from core.playbook import DEFAULT, load_playbook
from core.telemetry.absence import absence
from core.telemetry.aliases import canonical, find, known
from core.telemetry.frameworks import FRAMEWORKS, framework_of
from core.telemetry.inspect import open_run
from core.telemetry.readings import entropy, known_series, last_kl, last_reward, value_loss
from core.timestamps import from_unix
from core.vocabulary import FindingStatus
from tests.event_files import write_events
from tests.expected import present
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path

    from core.diagnosis.finding import Finding

START = 1_700_000_000.0
# One training run as each framework names it: reward, length, KL, entropy (its sign), value loss.
WRITTEN = {
    "stable-baselines3": (
        "rollout/ep_rew_mean", "rollout/ep_len_mean", "train/approx_kl", ("train/entropy_loss", -1),
        "train/value_loss",
    ),
    "stable-baselines 2 and baselines": (
        "episode_reward", "eplenmean", "loss/approximate_kullback-leibler",
        ("loss/entropy_loss", 1), "loss/value_function_loss",
    ),
    "CleanRL": (
        "charts/episodic_return", "charts/episodic_length", "losses/approx_kl",
        ("losses/entropy", 1), "losses/value_loss",
    ),
    "RLlib": (
        "ray/tune/env_runners/episode_return_mean", "ray/tune/env_runners/episode_len_mean",
        "ray/tune/learners/default_policy/mean_kl_loss",
        ("ray/tune/learners/default_policy/entropy", 1),
        "ray/tune/learners/default_policy/vf_loss",
    ),
    "rsl_rl": (
        "Train/mean_reward", "Train/mean_episode_length", None, ("Loss/entropy", 1),
        "Loss/value_function",
    ),
    "rl_games": ("rewards/step", "episode_lengths/step", "info/kl", None, "losses/c_loss"),
    "skrl": (
        "Reward / Total reward (mean)", "Episode / Total timesteps (mean)", None, None,
        "Loss / Value loss",
    ),
    "Tianshou": (
        "train/returns_stat/mean", "train/lens_stat/mean", None, ("update/ent_loss/mean", 1),
        "update/vf_loss/mean",
    ),
    "ML-Agents": (
        "Environment/Cumulative Reward", "Environment/Episode Length", None, ("Policy/Entropy", 1),
        "Losses/Value Loss",
    ),
}  # fmt: skip


def curve(values: np.ndarray, every: int = 2048) -> list[tuple[int, float, float]]:
    return [(every * (n + 1), START + n, float(value)) for n, value in enumerate(values)]


def write_run(folder: Path, name: str) -> Path:
    reward, length, kl, entropies, loss = WRITTEN[name]
    n = np.arange(120)
    tags = {reward: curve(20 + n), length: curve(100 + 0 * n), loss: curve(1 / (1 + n))}
    if kl is not None:
        tags[kl] = curve(0.01 + 0 * n)
    if entropies is not None:
        tag, sign = entropies
        tags[tag] = curve(sign * (1.4 - n / 200))
    write_events(folder, tags)
    return folder


def findings(folder: Path) -> dict[str, Finding]:
    reader = open_run(folder)
    now = from_unix(present(reader.last_event()).wall) + timedelta(hours=3)
    playbook = load_playbook(DEFAULT)
    return {
        finding.scenario: finding
        for finding in diagnose(facts_of_events(reader, now, playbook, alive=False), playbook)
    }


def test_every_framework_is_tried() -> None:
    assert set(WRITTEN) == {framework.name for framework in FRAMEWORKS}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_numbers_of_a_framework_are_read_and_nothing_shouts(tmp_path: Path, name: str) -> None:
    reader = open_run(write_run(tmp_path, name))
    assert present(framework_of(reader.tags())).name == name
    assert present(last_reward(reader)).value == 139.0
    assert present(value_loss(reader)).number == pytest.approx(1 / 120)
    reward, _, kl, entropies, _ = WRITTEN[name]
    assert find("rollout/ep_rew_mean", reader.tags()) == reward
    assert len(known_series(reader, "rollout/ep_len_mean")) == 120
    assert (last_kl(reader) is None) == (kl is None)
    if entropies is not None:
        assert present(entropy(reader)).number == pytest.approx(1.4 - 119 / 200)
    for finding in findings(tmp_path).values():
        assert finding.status in (FindingStatus.OK, FindingStatus.NO_DATA), finding.headline


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("ray/tune/info/learner/default_policy/learner_stats/kl", "train/approx_kl"),
        (
            "ray/tune/info/learner/red_team/learner_stats/vf_explained_var",
            "train/explained_variance",
        ),
        ("ray/tune/learners/p0/default_optimizer_learning_rate", "train/learning_rate"),
        ("ray/tune/episode_reward_mean", "rollout/ep_rew_mean"),
        ("rewards/frame", "rollout/ep_rew_mean"),
        ("Policy/mean_std", "train/std"),
        ("test/reward", "eval/mean_reward"),
    ],
)
def test_older_and_per_policy_names_are_known(tag: str, name: str) -> None:
    assert canonical(tag) == name


@pytest.mark.parametrize(
    "tag",
    [
        "rewards/time", "rewards/iter", "Train/mean_reward/time", "Loss / Entropy loss",
        "ray/tune/info/learner/default_policy/learner_stats/grad_gnorm", "entropy", "kl",
    ],
)  # fmt: skip
def test_numbers_of_another_meaning_are_not_taken(tag: str) -> None:
    assert known([tag]) == []


def test_unknown_names_are_listed_and_the_env_is_not_blamed(tmp_path: Path) -> None:
    n = np.arange(60)
    tags = ("Game/score", "net/grad_norm", "agent/temperature")
    write_events(tmp_path, {tag: curve(n) for tag in tags})
    why = absence(open_run(tmp_path), "rollout/ep_rew_mean").why
    assert str(why) == (
        "No reward under a known name. Logged: Game/score, agent/temperature, net/grad_norm."
    )
    done = trainweek("diagnose", tmp_path)
    assert done.returncode == 3
    assert "No reward under a known name. Logged: Game/score" in done.stderr
    assert "Monitor" not in done.stderr + done.stdout


def test_sb3_without_a_monitor_is_still_told_to_wrap_its_env(tmp_path: Path) -> None:
    n = np.arange(60)
    write_events(tmp_path, {"time/fps": curve(n), "train/approx_kl": curve(0.01 + 0 * n)})
    assert "Monitor" in absence(open_run(tmp_path), "rollout/ep_rew_mean").why
    assert findings(tmp_path)["no_metrics"].status is FindingStatus.FIRING


def uneven(lengths: list[int]) -> np.ndarray:
    return np.cumsum(lengths)


@pytest.mark.parametrize(
    ("tag", "status"),
    [("train/actor_loss", FindingStatus.OK), ("train/approx_kl", FindingStatus.FIRING)],
)
def test_uneven_steps_are_normal_only_for_a_run_that_logs_by_episode(
    tmp_path: Path, tag: str, status: FindingStatus
) -> None:
    steps = uneven([100] * 80 + [4000] + [100] * 5)
    points = [(int(step), START + n, 1.0 + n) for n, step in enumerate(steps)]
    write_events(tmp_path, {"time/fps": points, "rollout/ep_rew_mean": points, tag: points})
    assert findings(tmp_path)["data_issue"].status is status


def test_a_folder_that_begins_late_is_said_to_be_a_continuation(tmp_path: Path) -> None:
    late = [(2_000_000 + 2048 * n, START + n, 5.0) for n in range(60)]
    write_events(tmp_path, {"rollout/ep_rew_mean": late, "time/fps": late, "train/loss": late})
    finding = findings(tmp_path)["data_issue"]
    assert finding.status is FindingStatus.OK
    assert any("begin at step 2,000,000" in line for line in finding.evidence_against)
    write_run(tmp_path / "whole", "stable-baselines3")
    assert not findings(tmp_path / "whole")["data_issue"].evidence_against


def test_a_flat_continuation_is_not_said_to_have_never_improved(tmp_path: Path) -> None:
    n = np.arange(200)
    tags = {
        "rollout/ep_rew_mean": 50 + np.sin(n), "rollout/ep_len_mean": 100 + 0 * n, "time/fps": n,
    }  # fmt: skip
    late = {
        tag: [(step + 2_000_000, wall, value) for step, wall, value in curve(values)]
        for tag, values in tags.items()
    }
    write_events(tmp_path / "late", late)
    headline = findings(tmp_path / "late")["flat_reward"].headline
    assert headline.startswith("Reward stable since the events begin, at step 2,002,048")
    assert "never improved" not in headline
    write_events(tmp_path / "whole", {tag: curve(values) for tag, values in tags.items()})
    assert "never improved" in findings(tmp_path / "whole")["flat_reward"].headline


def test_a_run_that_counts_iterations_is_judged_by_them(tmp_path: Path) -> None:
    """Its steps don't say how many episodes were played, so each iteration counts."""
    n = np.arange(150)
    write_events(
        tmp_path,
        {
            "Train/mean_reward": curve(-200.0 + 2 * n, 1),
            "Train/mean_episode_length": curve(500 + 0 * n, 1),
            "Loss/value_function": curve(1 / (1 + n), 1),
            "Perf/total_fps": curve(50_000 + 0 * n, 1),
        },
    )
    assert findings(tmp_path)["flat_reward"].headline == "The reward is rising."


@pytest.mark.parametrize(
    "tags",
    [("train/loss", "train/lr", "val/loss"), ("loss", "learning_rate")],
)
def test_a_loss_and_a_learning_rate_are_anyones(tmp_path: Path, tags: tuple[str, ...]) -> None:
    write_events(tmp_path, {tag: curve(1 / (1 + np.arange(60))) for tag in tags})
    done = trainweek("diagnose", tmp_path)
    assert done.returncode == 3
    assert f"No reward under a known name. Logged: {', '.join(sorted(tags))}." in done.stderr
    assert "Monitor" not in done.stderr + done.stdout
