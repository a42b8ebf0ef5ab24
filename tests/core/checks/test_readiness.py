"""What keeps a run or a revalidation from starting without the lead's reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.checks.readiness import preflight_trouble, unprepared
from core.vocabulary import JobState, TrainingStatus
from tests.core.checks.scene import FINAL_PREPARATION, LAUNCH, PLAYBOOK, Scene, job
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

    from core.facts import JobFacts

PLANNED = [check for check in PLAYBOOK.checks if check.startswith("preflight_")]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def passed(**changed: Any) -> JobFacts:
    rows = [
        {"id": check, "ok": True, "value": 60.0, "unit": "", "why": "fine"} for check in PLANNED
    ]
    return replace(job({"ok": True, "checks": rows}), ended=LAUNCH - timedelta(hours=6), **changed)


def test_a_preflight_that_passed_is_no_trouble(scene: Scene) -> None:
    assert preflight_trouble(PLAYBOOK, scene.before_launch(preflight=passed())) is None


@pytest.mark.parametrize(
    ("given", "why", "blocks_resume"),
    [
        (None, "The pre-flight has not run yet. Run it first.", False),
        (passed(command_replaced=True), "training.command has changed", True),
        (replace(passed(), ended=LAUNCH - timedelta(days=3)), "h old. Run it again.", False),
        (job(None, JobState.FAILED), "ended FAILED, without a result", True),
        (job({"ok": True, "checks": []}), "Not in the pre-flight's result", False),
    ],
)
def test_a_preflight_that_does_not_count_must_be_run(
    scene: Scene, given: JobFacts | None, why: str, blocks_resume: bool
) -> None:
    trouble = present(preflight_trouble(PLAYBOOK, scene.before_launch(preflight=given)))
    assert why in trouble.why
    assert trouble.blocks_resume is blocks_resume
    assert not trouble.failed
    assert not trouble.busy


def test_a_preflight_in_progress_is_waited_for(scene: Scene) -> None:
    facts = scene.before_launch(preflight=job(None, JobState.RUNNING, None))
    assert present(preflight_trouble(PLAYBOOK, facts)).busy


def test_a_failed_check_counts_whether_the_playbook_lists_it_or_not(scene: Scene) -> None:
    for check in ("preflight_disk", "of_a_later_version"):
        result = dict(present(passed().result))
        rows = [row for row in result["checks"] if row["id"] != check]
        rows.append({"id": check, "ok": False, "value": 0.5, "unit": "GB", "why": "0.5 GB free."})
        given = replace(passed(), result={"ok": False, "checks": rows})
        trouble = present(preflight_trouble(PLAYBOOK, scene.before_launch(preflight=given)))
        assert trouble.failed
        assert trouble.why == f"The pre-flight failed: {check}: 0.5 GB free."


def test_the_playbooks_limit_counts_not_the_programs(scene: Scene) -> None:
    result = dict(present(passed().result))
    rows = [row | {"value": 1.5} for row in result["checks"]]  # GB
    given = replace(passed(), result={"ok": True, "checks": rows})
    assert present(preflight_trouble(PLAYBOOK, scene.before_launch(preflight=given))).failed


def test_disk_runner_and_incidents_speak_against_a_revalidation(scene: Scene) -> None:
    scene.events().log()
    run = scene.run(TrainingStatus.COMPLETED, FINAL_PREPARATION, LAUNCH + timedelta(hours=4), 1)
    facts = scene.facts(FINAL_PREPARATION, run)
    assert unprepared(PLAYBOOK, facts) == []
    for changed, why in (
        ({"runner_alive": False}, "The runner is not running."),
        ({"disk_free_bytes": 1_000_000}, "of disk space left"),
        ({"open_incidents": ("performance",)}, "performance"),
        ({"backup": job(None, JobState.FAILED)}, "Backup ended FAILED, without a result"),
        ({"data_check": job(None, JobState.LOST)}, "Data check ended LOST, without a result"),
    ):
        (found,) = unprepared(PLAYBOOK, replace(facts, **changed))
        assert why in found


def test_an_unfinished_run_speaks_against_a_revalidation_but_a_watched_one_does_not(
    scene: Scene,
) -> None:
    run = scene.run(TrainingStatus.CRASHED, FINAL_PREPARATION, LAUNCH + timedelta(hours=4))
    facts = scene.facts(FINAL_PREPARATION, run)
    assert any("is CRASHED." in why for why in unprepared(PLAYBOOK, facts))
    watched = replace(facts, run=replace(run, process_known=False))
    assert not any("is CRASHED." in why for why in unprepared(PLAYBOOK, watched))
