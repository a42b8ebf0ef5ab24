"""collapse: a level far below its own best or beginning, whatever the trend's sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest

from core.playbook.scenarios import ScenarioId
from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import HOUR, MINUTE, PLAYBOOK, Curve, diagnosed, noise, ppo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.diagnosis import Finding

FIRING, OK, NO_DATA = FindingStatus.FIRING, FindingStatus.OK, FindingStatus.NO_DATA
small = noise(1.0, 4)


def through(*corners: tuple[int, float], scatter: Curve = small, size: float = 1.0) -> Curve:
    """Straight lines through (iteration, reward), with scatter."""
    x, y = zip(*corners, strict=True)
    return lambda i: float(np.interp(i, x, y)) + size * scatter(i)


def of(
    folder: Path, count: int, reward: Curve, length: Curve | None = lambda i: 50.0, **other: Curve
) -> dict[str, Finding]:
    series = ppo(count, MINUTE, rollout__ep_rew_mean=reward, rollout__ep_len_mean=length, **other)
    return diagnosed(folder, series, count * MINUTE)


COLLAPSES: dict[str, tuple[int, Curve]] = {
    "below its start, rising since": (200, through((1, -272), (5, -272), (40, -1500), (200, -1081), size=15)),
    "learned, then lost all": (80, through((1, 22), (40, 87), (50, 9.4), (80, 9.4))),
    "in 20 points": (20, through((1, 20), (12, 100), (13, 10), (20, 10))),
    "sign flipped": (100, through((1, 0), (60, 50), (90, 50), (96, -50), (100, -50))),
    "huge scale": (100, through((1, 0), (60, 1e6), (61, 2e4), (100, 0), size=2e4)),
    "tiny scale": (100, through((1, 0), (60, 1e-4), (61, 2e-6), (100, 0), size=2e-6)),
    "negative by design": (100, through((1, -1200), (50, -150), (60, -1200), (100, -1200), size=20)),
    "a steady fall from the first point": (60, through((1, -272), (60, -1081), size=8)),
}  # fmt: skip


@pytest.mark.parametrize("kind", COLLAPSES)
def test_a_collapse_is_critical_and_no_other_scenario_calls_it_learning(tmp_path, kind):
    count, reward = COLLAPSES[kind]
    found = of(tmp_path, count, reward)
    collapse = found["collapse"]
    assert (collapse.status, collapse.severity) == (FIRING, Severity.CRITICAL), collapse.headline
    assert "collapsed" in collapse.headline
    assert "learning" not in found["not_converging"].headline
    assert "converged" not in found["flat_reward"].headline
    assert found["not_converging"].normal_until is None


def test_the_best_is_the_best_of_a_short_window(tmp_path):
    found = of(tmp_path, 80, through((1, 22), (40, 87), (50, 9.4), (80, 9.4)))["collapse"]
    assert "8" in found.headline.split("→")[0]
    assert 80 < float(found.headline.split("collapsed: ")[1].split(" →")[0]) < 90
    assert "below its own start" in " ".join(found.evidence_for)
    assert found.since_step is not None
    assert 40 * 2048 < found.since_step < 52 * 2048


def test_a_flipped_sign_is_seen_within_five_points_of_a_rollout(tmp_path):
    flipped = through((1, 0), (60, 50), (90, 50), (92, -50), (200, -50))
    assert of(tmp_path / "before", 90, flipped)["collapse"].status is OK
    assert of(tmp_path / "after", 95, flipped)["collapse"].status is FIRING


STEADY: dict[str, tuple[int, Curve]] = {
    "noise around zero": (300, lambda i: small(i)),
    "noise around a level": (300, lambda i: 5 + small(i)),
    "rises and levels": (300, through((1, 0), (150, 100), (300, 100), size=5)),
    "a small loss after a fast gain": (300, through((1, 20), (10, 500), (300, 480))),
    "a wobble on a large constant": (200, through((1, 1000), (80, 1040), (120, 1000), (200, 1000))),
    "a dip of six points": (200, through((1, 20), (60, 500), (99, 490), (100, 150), (105, 150), (106, 490), (200, 495), size=10)),
    "one lucky point": (60, lambda i: (5000.0 if i == 30 else 20.0) + small(i)),
    "one broken point": (60, lambda i: (-5000.0 if i == 59 else 20.0) + small(i)),
    "constant": (100, lambda i: -200.0),
    "half of the gain lost": (200, through((1, 0), (80, 100), (100, 60), (200, 60))),
    "huge scale": (200, through((1, 0), (100, 1e6), (200, 1e6), size=1e5)),
}  # fmt: skip


@pytest.mark.parametrize("kind", STEADY)
def test_what_only_looks_low_is_no_collapse(tmp_path, kind):
    count, reward = STEADY[kind]
    found = of(tmp_path, count, reward)["collapse"]
    assert found.status is OK, found.headline


def episodes_averaged(draw: Callable[[np.random.Generator, int], float], each: float, count: int):
    """A mean over the newest 100 episodes, as SB3 logs it, with so many episodes a point."""
    rng = np.random.default_rng(5)
    every = [draw(rng, i) for i in range(int(each * count) + 1)]
    return lambda i: float(np.mean(every[max(0, int(each * i) - 100) : max(1, int(each * i))]))


@pytest.mark.parametrize("each", [0.5, 1.0, 4.0, 20.0])
@pytest.mark.parametrize("chance", [0.01, 0.1, 0.5])
def test_a_sparse_reward_of_nothing_or_one_is_noise(tmp_path, each, chance):
    reward = episodes_averaged(lambda rng, i: float(rng.random() < chance), each, 300)
    found = of(tmp_path, 300, reward, length=lambda i: 2048 / each)["collapse"]
    assert found.status is not FIRING, found.headline


def test_few_long_episodes_are_not_judged_by_their_first_ones(tmp_path):
    # One episode of 10,000 steps in five points: the first mean is one lucky episode.
    reward = episodes_averaged(lambda rng, i: 500.0 if i == 0 else rng.normal(0, 50), 0.2, 60)
    found = of(tmp_path, 60, reward, length=lambda i: 10_000.0)["collapse"]
    assert found.status is NO_DATA
    assert "30 episodes" in found.headline


def test_a_curriculum_that_drops_and_recovers_ends_clear(tmp_path):
    reward = through((1, 0), (60, 100), (61, 5), (90, 100), (150, 110), size=2)
    assert of(tmp_path / "during", 64, reward)["collapse"].status is FIRING
    after = of(tmp_path / "after", 72, reward)["collapse"]
    assert after.status is FindingStatus.RECOVERING
    assert "recovers" in after.headline
    assert of(tmp_path / "later", 150, reward)["collapse"].status is OK


def test_a_collapse_of_a_dead_policy_names_its_cause(tmp_path):
    reward = through((1, 20), (60, 200), (64, 9.4), (120, 9.4))
    found = of(
        tmp_path,
        120,
        reward,
        train__approx_kl=lambda i: 0.01 if i < 61 else 25.0 if i == 61 else 0.0,
        train__entropy_loss=lambda i: -0.6 if i < 61 else -1e-9,
    )
    assert found["policy_dead"].status is FIRING
    assert found["collapse"].status is FIRING
    assert "Consequence of" in found["collapse"].headline
    assert "policy_dead" in found["collapse"].headline
    assert "policy_dead" in found["not_converging"].headline


def test_a_reward_without_lengths_is_judged_by_its_points(tmp_path):
    found = of(tmp_path, 60, through((1, 20), (30, 100), (31, 10), (60, 10)), length=None)
    assert found["collapse"].status is FIRING


def test_without_a_reward_or_with_few_points_there_is_no_data(tmp_path):
    none = diagnosed(tmp_path / "none", ppo(30, rollout__ep_rew_mean=None), HOUR)["collapse"]
    few = diagnosed(tmp_path / "few", ppo(6), HOUR)["collapse"]
    assert (none.status, few.status) == (NO_DATA, NO_DATA)
    assert "8 are needed" in few.headline


def test_its_actions_save_the_best_model_and_stop_the_run(tmp_path):
    count, reward = COLLAPSES["learned, then lost all"]
    found = of(tmp_path, count, reward)["collapse"]
    assert [getattr(step, "act", None) for step in found.actions] == [
        "backup_model", None, "stop", "restart_lowered_learning_rate",
    ]  # fmt: skip
    assert found.escalation == "performance"
    assert found.log_line is None  # the manual's line speaks of a plateau


def test_the_playbook_of_an_older_home_needs_no_entry_for_it() -> None:
    assert PLAYBOOK.find_scenario("collapse") is None
    assert "collapse" not in get_args(ScenarioId)


@pytest.mark.parametrize("length", [50.0, 500.0, 2048.0])
def test_single_episodes_with_much_scatter_are_told_from_a_collapse(tmp_path, length):
    # Independent points, as a trainer logs that does not average over 100 episodes.
    fell = through((1, 22), (100, 87), (124, 9.4), (200, 9.4), size=4.0)
    steady = through((1, 22), (100, 87), (200, 87), size=4.0)
    found = of(tmp_path / "fell", 200, fell, length=lambda i: length)["collapse"]
    assert found.status is FIRING
    assert of(tmp_path / "steady", 200, steady, length=lambda i: length)["collapse"].status is OK


def test_the_best_level_is_never_below_the_present_one(tmp_path):
    found = diagnosed(tmp_path, ppo(30, rollout__ep_rew_mean=lambda i: float(i)), HOUR)["collapse"]
    now, best = re.findall(
        r"level now \(last 3 points\) ([\d.]+), .* best ([\d.]+) ", str(found.evidence_against)
    )[0]
    assert float(best) >= float(now)


CAUSES: dict[str, dict[str, Curve]] = {
    "kl_explosion": {"train__approx_kl": lambda i: 0.8 if 60 <= i < 70 else 0.01},
    "critic_useless": {
        "train__explained_variance": lambda i: 0.5 if i < 50 else -0.6,
        "train__value_loss": lambda i: 2.0 if i < 50 else 90.0,
    },
    "early_determinism": {"train__entropy_loss": lambda i: -1.0 * 0.9**i},
    "exploration_blowup": {"train__std": lambda i: 1.0 if i < 20 else min(60.0, 1.1 ** (i - 20))},
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_collapse_names_the_scenario_that_began_before_it(tmp_path, cause):
    reward = through((1, 20), (50, 200), (60, 190), (68, 12), (85, 10))
    found = of(tmp_path, 85, reward, **CAUSES[cause])
    assert found[cause].status in (FIRING, FindingStatus.RECOVERING), found[cause].headline
    assert f"Consequence of {cause}" in found["collapse"].headline


def test_what_began_long_after_the_fall_explains_nothing(tmp_path):
    reward = through((1, 20), (40, 200), (46, 12), (120, 10))
    found = of(tmp_path, 120, reward, train__approx_kl=lambda i: 0.8 if i > 110 else 0.01)
    assert found["kl_explosion"].status is FIRING
    assert "Consequence" not in found["collapse"].headline


def test_a_fall_within_the_runs_own_swings_is_a_warning_once_it_stays(tmp_path):
    swings = ((1, 0), (20, 100), (23, 45), (27, 45), (30, 100), (60, 110))
    found = of(tmp_path / "stays", 120, through(*swings, (64, 3), (120, 3)))["collapse"]
    assert (found.status, found.severity) == (FIRING, Severity.WARNING)
    back = through(*swings, (64, 3), (68, 3), (74, 110), (120, 112))
    assert of(tmp_path / "back", 120, back)["collapse"].status is OK
