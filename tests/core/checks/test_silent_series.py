"""A judged series that fell silent, or ended in NaN, while the rest of the run continues."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks import judge
from core.vocabulary import TrainingStatus, Verdict
from tests.core.checks.scene import (
    AFTER_FOUR_HOURS,
    HEALTHY,
    LAUNCH,
    PLAYBOOK,
    RUN,
    Scene,
)
from tests.event_files import write_events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.checks.judgement import Judgement

NAN = float("nan")
CHECKS: Mapping[str, str] = {
    "reward_positive": "rollout/ep_rew_mean",
    "reward_trend": "rollout/ep_rew_mean",
    "loss_falling": "train/loss",
    "policy_loss": "train/policy_gradient_loss",
    "kl_divergence": "train/approx_kl",
    "speed": "time/fps",
}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path).log()


def events(scene: Scene, tag: str, kept: slice) -> None:
    """The healthy run of four hours, of one tag only some points."""
    points = {
        name: [
            ((i + 1) * 200_000, LAUNCH.timestamp() + (i + 1) * 120, curve(i)) for i in range(120)
        ]
        for name, curve in HEALTHY.items()
    }
    points[tag] = points[tag][kept]
    write_events(scene.home.run_attempt(RUN, 1), points)


def live(scene: Scene, check: str, as_of: datetime = AFTER_FOUR_HOURS) -> Judgement:
    return judge(PLAYBOOK, check, scene.facts(as_of=as_of))


@pytest.mark.parametrize("check", CHECKS)
def test_a_series_that_fell_silent_two_hours_ago_is_unknown(scene, check) -> None:
    events(scene, CHECKS[check], slice(60))
    found = live(scene, check)
    assert found.verdict is Verdict.UNKNOWN
    assert found.why == (
        f"No new point of {CHECKS[check]} for 2.0 h of week time (the playbook allows 2 h: hung.hours)."
    )


@pytest.mark.parametrize("check", CHECKS)
def test_a_completed_run_is_judged_by_its_last_points(scene, check) -> None:
    events(scene, CHECKS[check], slice(60))
    run = scene.run(TrainingStatus.COMPLETED, ended=AFTER_FOUR_HOURS)
    assert judge(PLAYBOOK, check, scene.facts(run=run)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("kept", "verdict"),
    [
        (slice(0, 60, 29), Verdict.PASS),  # once an hour, 2 h silent: three gaps are 3 h
        (slice(44, 60, 45), Verdict.PASS),  # one evaluation after 1.5 h, 2.5 h silent
        (slice(0, 60), Verdict.UNKNOWN),  # every two minutes, 2 h silent
    ],
)
def test_an_evaluation_is_silent_only_after_three_of_its_own_gaps(scene, kept, verdict) -> None:
    events(scene, "eval/sharpe", kept)
    assert live(scene, "sharpe_estimate").verdict is verdict


@pytest.mark.parametrize(
    ("check", "tag"),
    [
        ("loss_falling", "value_loss"),
        ("loss_falling", "loss"),
        ("reward_trend", "ep_rew_mean"),
    ],
)
@pytest.mark.parametrize("status", [TrainingStatus.RUNNING, TrainingStatus.COMPLETED])
@pytest.mark.parametrize("since", [60, 119])
def test_a_series_that_ends_in_nan_fails(scene, check, tag, status, since) -> None:
    healthy = next(curve for name, curve in HEALTHY.items() if name.endswith(f"/{tag}"))
    scene.events(**{tag: lambda i: NAN if i >= since else healthy(i)})
    ended = AFTER_FOUR_HOURS if status is TrainingStatus.COMPLETED else None
    found = judge(PLAYBOOK, check, scene.facts(run=scene.run(status, ended=ended)))
    assert found.verdict is Verdict.FAIL
    assert f"/{tag} is NaN or infinite at step 24,000,000" in found.why


def test_a_nan_that_the_run_got_over_is_left_out(scene) -> None:
    scene.events(points=150, loss=lambda i: NAN if i == 50 else 20.0 - 0.1 * i)
    late = AFTER_FOUR_HOURS + timedelta(hours=1)
    assert live(scene, "loss_falling", late).verdict is Verdict.PASS
