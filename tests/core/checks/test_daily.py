from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.checks import daily
from core.checks.daily import daily_summary, read_daily_summary, write_daily_summary
from core.clock import Clock
from core.vocabulary import TrainingStatus
from tests.core.checks.scene import AFTER_FOUR_HOURS, LAUNCH, PLAYBOOK, Scene, falling, steady
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

    from core.facts import Facts

DAY = date(2026, 2, 24)
MANUALS_KEYS = [
    "date", "training_status", "time_elapsed_hours", "estimated_time_remaining_hours",
    "reward_trend", "last_reward", "approx_sharpe", "kl_divergence_last", "no_issues",
    "checklist",
]  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def summary_of(facts: Facts) -> dict[str, Any]:
    return daily_summary(PLAYBOOK, DAY, facts)


def test_the_manuals_keys_come_first_in_its_order_and_types(scene) -> None:
    summary = summary_of(scene.events().log().facts())
    assert list(summary)[:10] == MANUALS_KEYS
    assert summary["date"] == "2026-02-24"
    assert summary["training_status"] == "RUNNING"
    assert summary["time_elapsed_hours"] == 4.0
    assert summary["reward_trend"] == "INCREASING"
    assert summary["last_reward"] == pytest.approx(1.0 + 0.1 * 119)
    assert summary["approx_sharpe"] == pytest.approx(0.15)
    assert summary["kl_divergence_last"] == pytest.approx(0.005, abs=0.001)
    assert summary["no_issues"] is True
    assert summary["checklist"] == "✅ ✅ ✅ ✅ ✅"


def test_the_keys_that_are_read_are_the_manuals() -> None:
    assert list(daily.KEYS) == MANUALS_KEYS


def test_every_check_is_recorded_with_what_it_rests_on(scene) -> None:
    summary = summary_of(scene.events(approx_kl=steady(0.012)).log().facts())
    kl = next(check for check in summary["checks"] if check["id"] == "kl_divergence")
    assert (kl["verdict"], kl["limit"]) == ("FAIL", "< 0.01")
    assert kl["value"] == pytest.approx(0.012)
    assert kl["step"] == 120 * 200_000
    assert kl["at"] == "2026-02-23T18:00:00Z"
    assert "normal for PPO" in kl["evidence"]
    assert kl["action"]
    assert summary["checklist"] == "✅ ✅ ✅ ❌ ✅"
    assert summary["all_passed"] is False
    assert summary["no_issues"] is True  # the fifth check, not the sum of all five


def test_each_verdict_has_its_glyph(scene) -> None:
    scene.events(points=1, ep_rew_mean=None, ep_len_mean=None, sharpe=None).log("[ERROR] broken")
    summary = summary_of(scene.facts(as_of=LAUNCH + timedelta(minutes=5)))
    assert summary["checklist"] == "✅ ⏳ ⏳ ⏳ ❌"
    assert summary["reward_trend"] == "INSUFFICIENT"
    assert summary["no_issues"] is False


def test_hidden_event_files_leave_nothing_green_and_no_number(scene) -> None:
    scene.log()
    summary = summary_of(scene.facts())
    assert summary["checklist"] == "❔ ❔ ❔ ❔ ❔"
    assert [summary[key] for key in MANUALS_KEYS[5:8]] == [None, None, None]
    assert summary["estimated_time_remaining_hours"] is None


def test_a_week_without_a_training_has_a_summary(scene) -> None:
    summary = summary_of(replace(scene.facts(), run=None))
    assert summary["training_status"] == "NOT_STARTED"
    assert summary["time_elapsed_hours"] is None
    assert summary["checklist"] == "❌ ❔ ❔ ❔ ❔"


def test_remaining_time_comes_from_the_measured_speed(scene) -> None:
    scene.events(points=60, every_s=120, steps=200_000).log()
    as_of = LAUNCH + timedelta(hours=2)
    facts = scene.facts(as_of=as_of, run=scene.run(until=as_of, total_steps=24_000_000))
    # 12 of 24 million steps in two hours
    assert summary_of(facts)["estimated_time_remaining_hours"] == pytest.approx(2.0, abs=1e-3)


def test_hours_are_week_time_at_the_clocks_pace(scene) -> None:
    scene.events(points=60, every_s=1.0, steps=200_000).log()
    clock = Clock().with_point(LAUNCH, LAUNCH, pace=120.0)
    real = LAUNCH + timedelta(seconds=60)
    run = scene.run(until=real, total_steps=24_000_000)
    facts = replace(scene.facts(as_of=real, run=run), clock=clock, as_of=clock.to_week(real))
    summary = summary_of(facts)
    assert summary["time_elapsed_hours"] == pytest.approx(2.0)
    assert summary["estimated_time_remaining_hours"] == pytest.approx(2.0, abs=1e-3)
    assert summary["as_of"] == "2026-02-23T16:00:00Z"


def test_a_completed_run_has_nothing_remaining_and_keeps_its_length(scene) -> None:
    scene.events(ep_rew_mean=falling).log()
    run = scene.run(TrainingStatus.COMPLETED, ended=AFTER_FOUR_HOURS)
    summary = summary_of(scene.facts(as_of=LAUNCH + timedelta(hours=20), run=run))
    assert summary["training_status"] == "COMPLETED"
    assert summary["time_elapsed_hours"] == 4.0
    assert summary["estimated_time_remaining_hours"] == 0.0
    assert summary["reward_trend"] == "DECREASING"
    assert summary["checklist"] == "✅ ❌ ✅ ✅ ❌"  # far below its own start: a collapse


def test_a_number_that_is_not_finite_is_null_in_strict_json(scene, tmp_path) -> None:
    summary = summary_of(scene.events(approx_kl=steady(float("nan"))).log().facts())
    path = write_daily_summary(tmp_path / "summaries" / "2026-02-24.json", summary)
    record = read_daily_summary(path)  # strict: a bare NaN would be incomplete
    assert record.state == "ok"
    assert present(record.data)["kl_divergence_last"] is None


def test_what_is_written_is_read_back(scene, tmp_path) -> None:
    summary = summary_of(scene.events().log().facts())
    path = write_daily_summary(tmp_path / "2026-02-24.json", summary)
    record = read_daily_summary(path)
    assert record.state == "ok"
    assert record.data == summary
    assert list(record.data)[:10] == MANUALS_KEYS
    assert "✅" in path.read_text(encoding="utf-8")  # readable, not escaped
    assert [p.name for p in tmp_path.glob("*.json*")] == ["2026-02-24.json"]


def test_a_missing_summary_is_missing(tmp_path) -> None:
    assert read_daily_summary(tmp_path / "2026-02-24.json").state == "missing"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"date": "2026-02-24", "training_status": "RUN', "not valid JSON"),
        ("", "not valid JSON"),
        ("[]", "not a JSON object"),
        ('{"date": "2026-02-24"}', "training_status is missing"),
        ('{"date": NaN}', "NaN is not a JSON number"),
        ('{"date": 20260224}', "value of date: 20260224"),
    ],
)
def test_a_half_written_summary_is_incomplete_and_says_why(tmp_path, content, why) -> None:
    path = tmp_path / "2026-02-24.json"
    path.write_text(content, encoding="utf-8")
    record = read_daily_summary(path)
    assert record.state == "incomplete"
    assert record.data is None
    assert why in record.why


def test_a_summary_with_a_truth_value_for_a_number_is_incomplete(scene, tmp_path) -> None:
    summary = summary_of(scene.events().log().facts()) | {"last_reward": True}
    path = tmp_path / "2026-02-24.json"
    path.write_text(json.dumps(summary), encoding="utf-8")
    assert read_daily_summary(path).state == "incomplete"
