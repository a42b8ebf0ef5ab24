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
