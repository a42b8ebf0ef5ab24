"""Troubleshooting: the worst first, with the curve, what changed then, and the log's lines."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.checks.training_log import LogLine
from core.timestamps import iso
from dashboard.panels.troubleshooting.context import LINES, attempt_name, nearest
from tests.dashboard.place import LAUNCH, STEPS_A_POINT, Place, events, text_of
from tests.event_files import write_events

SPIKE = 150  # iteration at which the learning rate is raised, and KL jumps


@pytest.fixture(scope="module")
def exploded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A run of three hours whose KL explodes after two and a half."""
    place = Place(tmp_path_factory.mktemp("exploded") / "home")
    series = events(3.0)
    kl = series["train/approx_kl"]
    series["train/approx_kl"] = [
        (step, wall, 0.9 if i >= SPIKE else value) for i, (step, wall, value) in enumerate(kl)
    ]
    series["train/learning_rate"] = [
        (step, wall, 3e-3 if i >= SPIKE else 3e-4) for i, (step, wall, _) in enumerate(kl)
    ]
    folder = place.home.root / "watched" / "attempt-001"
    write_events(folder, series)
    then = LAUNCH + timedelta(minutes=SPIKE + 1)
    place.home.training_log.parent.mkdir(parents=True, exist_ok=True)
    place.home.training_log.write_text(
        f"{iso(LAUNCH)} [INFO] Starting PPO training...\n{iso(then)} [WARN] loss is large\n"
    )
    place.week(watched=folder.parent)
    return place


def test_a_firing_card_shows_curve_changes_log_and_rule(exploded):
    test = exploded.draw("troubleshooting")
    assert not test.exception
    said = text_of(test)
    step = f"{STEPS_A_POINT * (SPIKE + 1):,}"
    assert f"since step {step}" in said.replace("\u2009", ",").replace(" ", " ")
    assert "train/learning_rate from 0.0003 to 0.003" in said
    assert "[WARN] loss is large" in said
    assert "Starting PPO training" not in said.partition("Log around that time")[2][:200]
    assert "3 consecutive updates above 0.1" in said
    assert any("around-kl_explosion" in str(chart.proto.id) for chart in test.get("echarts_chart"))


def test_the_card_speaks_portuguese(exploded):
    test = exploded.draw("troubleshooting", language="pt")
    assert not test.exception
    said = text_of(test)
    assert "Mudanças nesse momento" in said
    assert "train/learning_rate de 0,0003 para 0,003" in said
    assert "3 atualizações seguidas acima de 0,1" in said


def test_a_quiet_run_has_no_event_to_look_around(tmp_path):
    place = Place(tmp_path / "home")
    place.watch()
    test = place.draw("troubleshooting")
    assert not test.exception
    assert "Changes at that time" not in text_of(test)


def test_the_lines_nearest_to_the_event_are_shown():
    lines = [
        LogLine(f"line {i}", at=datetime.fromtimestamp(60 * i, tz=LAUNCH.tzinfo))
        for i in range(100)
    ]
    middle = datetime.fromtimestamp(60 * 50, tz=LAUNCH.tzinfo)
    shown = nearest(lines, middle)
    assert len(shown) == LINES
    assert "line 50" in [line.text for line in shown]
    assert nearest(lines[:3], middle) == lines[:3]


def test_an_attempt_is_told_by_its_number_alone() -> None:
    names = ("attempt-002", "attempt-010", "PPO_1", "attempt-x")
    assert [attempt_name(name) for name in names] == ["2", "10", "PPO_1", "attempt-x"]


def test_an_exploding_std_is_drawn_not_its_entropy(tmp_path):
    place = Place(tmp_path / "home")
    series = events(3.0)
    reward = series["rollout/ep_rew_mean"]
    series["rollout/ep_rew_mean"] = [
        (step, wall, -5.0 - i % 3) for i, (step, wall, _) in enumerate(reward)
    ]
    series["train/std"] = [(step, wall, 1.0 + i) for i, (step, wall, _) in enumerate(reward)]
    folder = place.home.root / "watched" / "attempt-001"
    write_events(folder, series)
    place.week(watched=folder.parent)
    test = place.draw("troubleshooting")
    assert not test.exception
    said = text_of(test)
    assert "Std of the actions around the event" in said
    assert "Entropy so far" not in said


def test_a_run_that_is_only_watched_is_stopped_where_it_was_started(exploded):
    test = exploded.draw("troubleshooting")
    acts = [b for b in test.button if b.key and b.key.startswith("act:") and "restart" in b.key]
    assert acts
    assert all(b.disabled and "only watches" in b.help for b in acts)
