from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks.log_summary import CAP, log_summary_of
from core.vocabulary import TrainingStatus
from tests.core.checks.scene import AFTER_FOUR_HOURS, LAUNCH, PLAYBOOK, Scene

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_summary_tells_the_run_and_counts_its_lines(scene) -> None:
    scene.events(sharpe=lambda i: 0.5 if i == 99 else 0.1).log(
        "[INFO] Starting PPO training...", "[WARN] slow disk", "[ISSUE] KL spike, reduzindo LR",
        "[CHECK] Training in initial phase, monitoring", "[PERFORMANCE] Reward plateau detected",
    )  # fmt: skip
    run = scene.run(TrainingStatus.COMPLETED, ended=AFTER_FOUR_HOURS, total_steps=24_000_000)
    facts = scene.facts(run=replace(run, attempts=2))
    text = log_summary_of(
        PLAYBOOK, facts, scene.home.training_log, ["performance, opened 16:05, closed 17:10"]
    )
    for line in (
        "Week: 2026-02-23 (F12-phase4-final, OGNUSDT)",
        "Status: COMPLETED",
        "Attempts: 2",
        "Start: 2026-02-23T14:00:00Z",
        "End: 2026-02-23T18:00:00Z",
        "Steps: 24,000,000 of 24,000,000",
        "Mean speed: 1,667 steps/s over 3:58:00",
        "Best validation Sharpe: 0.5000 at step 20,000,000",
        "  ERROR        0",
        "  ISSUE        1",
        "  PERFORMANCE  1",
        "  performance, opened 16:05, closed 17:10",
        "  2026-02-23T14:01:00Z [WARN] slow disk",
    ):
        assert line in text.splitlines(), text


def test_the_lines_are_capped_but_counted(scene) -> None:
    scene.events().log(*["[WARN] slow disk"] * (CAP + 7))
    text = log_summary_of(PLAYBOOK, scene.facts(), scene.home.training_log)
    assert f"  WARN         {CAP + 7}" in text
    assert text.count("slow disk") == CAP
    assert "... and 7 more" in text


def test_lines_of_an_earlier_run_are_left_out(scene) -> None:
    scene.events().log("[ERROR] long ago", at=LAUNCH - timedelta(days=3)).log()
    assert "long ago" not in log_summary_of(PLAYBOOK, scene.facts(), scene.home.training_log)


def test_a_synthetic_market_is_named_as_such(scene) -> None:
    facts = replace(scene.events().log().facts(), synthetic=True)
    assert "synthetic" in log_summary_of(PLAYBOOK, facts, scene.home.training_log)


def test_what_is_not_known_is_said_to_be_so(scene) -> None:
    text = log_summary_of(PLAYBOOK, scene.facts(), scene.home.training_log)
    assert "Steps: unknown" in text
    assert "Best validation Sharpe: unknown" in text
    assert "training.log is missing" in text
    assert "Run: none was started" in log_summary_of(
        PLAYBOOK, replace(scene.facts(), run=None), scene.home.training_log
    )
