from pathlib import Path

import numpy as np
import pytest

from core.diagnosis.finding import Finding
from core.vocabulary import FindingStatus, Severity
from tests.core.diagnosis.runs import (
    HOUR,
    STEPS,
    Curve,
    diagnosed,
    facts,
    findings,
    noise,
    open_reader,
    ppo,
)
from tests.event_files import write_events

NAME = "kl_explosion"


def kl(tmp_path: Path, values: Curve, count: int = 100) -> Finding:
    return diagnosed(tmp_path, ppo(count, train__approx_kl=values), 2 * HOUR)[NAME]


def test_a_jump_above_one_half_is_critical_and_names_its_step(tmp_path):
    found = kl(tmp_path, lambda i: 0.9 if i == 100 else 0.01)
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.CRITICAL)
    assert found.since_step == 100 * STEPS
    assert f"0.9 at step {100 * STEPS:,}" in found.evidence_for[0]


def test_three_points_in_a_row_above_a_tenth_are_critical(tmp_path):
    found = kl(tmp_path, lambda i: 0.12 if i >= 98 else 0.05)
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.CRITICAL)


def test_two_points_above_a_tenth_that_are_usual_here_wait(tmp_path):
    wobble = noise(0.6, 5)
    found = kl(tmp_path, lambda i: 0.11 if i >= 99 else min(0.09, 0.05 * np.exp(wobble(i))))
    assert found.status is FindingStatus.PENDING


def test_a_spike_far_out_of_the_ordinary_is_a_warning(tmp_path):
    found = kl(tmp_path, lambda i: 0.2 if i == 100 else 0.01)
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.WARNING)


def test_a_kl_that_is_no_number_is_critical(tmp_path):
    found = kl(tmp_path, lambda i: float("nan") if i == 100 else 0.01)
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.CRITICAL)


def test_crossing_one_hundredth_is_normal_and_said_so(tmp_path):
    found = kl(tmp_path, lambda i: 0.02 if i % 3 else 0.005)
    assert found.status is FindingStatus.OK
    assert "97%" in found.evidence_against[0]


@pytest.mark.parametrize(
    ("calm", "status"),
    [(2, FindingStatus.FIRING), (3, FindingStatus.RECOVERING), (20, FindingStatus.OK)],
)
def test_it_recovers_and_clears_with_calm_updates(tmp_path, calm, status):
    assert kl(tmp_path, lambda i: 0.9 if i == 100 - calm else 0.01).status is status


def noisy(i: int) -> float:
    """KL around 0.05, as in many runs of few steps an update."""
    return min(0.3, 0.05 * float(np.exp(0.8 * noise(1.0, 7)(i))))


def test_a_spike_clears_when_kl_is_what_is_usual_in_this_run(tmp_path):
    found = kl(tmp_path / "noisy", lambda i: 0.9 if i == 60 else min(0.099, noisy(i)), 120)
    assert found.status is FindingStatus.OK
    assert "calm updates since the spike" in found.headline
    risen = kl(tmp_path / "risen", lambda i: 0.9 if i == 60 else 0.09 if i > 60 else 0.005, 90)
    assert risen.status is FindingStatus.FIRING


@pytest.mark.parametrize("dead", [0.0, 1e-9, -1e-9])
def test_updates_of_a_dead_policy_are_no_calm(tmp_path, dead):
    found = kl(tmp_path, lambda i: 25.0 if i == 50 else dead if i > 50 else 0.01)
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.CRITICAL)


def rising(i: int) -> float:
    return 20.0 + i + noise(1.0, 11)(i)


@pytest.mark.parametrize(
    ("values", "reward", "severity"),
    [
        (lambda i: 0.2, rising, Severity.WARNING),
        (lambda i: 3.0, rising, Severity.CRITICAL),  # each update makes another policy
        (lambda i: 3.0 if i == 70 else 0.2, rising, Severity.WARNING),
        (lambda i: 0.9 if i % 10 == 0 else 0.05, rising, Severity.WARNING),
        (lambda i: 0.2, lambda i: 20.0 + noise(1.0, 11)(i), Severity.CRITICAL),
        (lambda i: 0.2, lambda i: rising(i) if i < 70 else 30.0, Severity.CRITICAL),
        (lambda i: 0.9 if i >= 98 else 0.01, rising, Severity.CRITICAL),  # too fresh to tell
        (lambda i: float("nan") if i == 95 else 0.2, rising, Severity.CRITICAL),
        (lambda i: 25.0 if i == 50 else 0.0 if i > 50 else 0.01, rising, Severity.CRITICAL),
    ],
)
def test_a_high_kl_is_a_warning_where_the_reward_rises_all_the_way(
    tmp_path, values, reward, severity
):
    series = ppo(100, train__approx_kl=values, rollout__ep_rew_mean=reward)
    found = diagnosed(tmp_path, series, 2 * HOUR)[NAME]
    assert (found.status, found.severity) == (FindingStatus.FIRING, severity)


def test_a_restart_ends_the_explosion_of_the_attempt_before(tmp_path):
    write_events(tmp_path / "a", ppo(50, train__approx_kl=lambda i: 2.0 if i > 45 else 0.01))
    write_events(
        tmp_path / "b",
        {
            tag: [(step, wall + HOUR, value) for step, wall, value in points[44:]]
            for tag, points in ppo(60).items()
        },
    )
    found = findings(facts(open_reader(tmp_path), 3 * HOUR, attempts=2))
    assert found[NAME].status is FindingStatus.OK


def test_without_a_kl_there_is_no_data(tmp_path):
    assert diagnosed(tmp_path, ppo(50, train__approx_kl=None), HOUR)[NAME].status is (
        FindingStatus.NO_DATA
    )
