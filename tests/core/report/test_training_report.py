"""The training report: self-contained, true to its facts, escaped, readable in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from core.checks.judgement import Judgement
from core.clock import Clock, ClockPoint
from core.diagnosis import Finding
from core.facts import LogFacts
from core.language import Message, literal
from core.reading import Reading
from core.report.training_facts import (
    Action,
    Attempted,
    Check,
    Curve,
    Event,
    FoundScenario,
    Happened,
    KeptModel,
    OpenedIncident,
    Slot,
    Ticked,
    TrainingFacts,
)
from core.report.training_report import report_name, training_report
from core.telemetry import Series
from core.vocabulary import (
    FindingStatus,
    ItemState,
    JobState,
    Severity,
    SlotState,
    TrainingStatus,
    Verdict,
)
from tests.core.report.pages import assert_offline, assert_well_formed

NOW = datetime(2026, 2, 23, 19, tzinfo=UTC)
START = NOW - timedelta(hours=5)
ANGRY = '<script>alert("1")</script> & $x^2$'
ESCAPED = "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; $x^2$"


def series(values: list[float], tag: str = "rollout/ep_rew_mean") -> Series:
    step = np.arange(1, len(values) + 1, dtype=np.int64) * 1000
    return Series(tag, step, START.timestamp() + step / 10.0, np.array(values), "a/events")


def bare(**changed: Any) -> TrainingFacts:
    """A run of which little is known: it completed, and nothing happened."""
    facts = TrainingFacts(
        run="F12",
        week="2026-02-23",
        as_of=NOW,
        clock=Clock(),
        status=TrainingStatus.COMPLETED,
        started=START,
        ended=NOW - timedelta(hours=1),
        total_steps=5_000,
        source="logs/F12",
        steps=5_000,
        curves=(
            Curve(Message("Reward"), "rollout/ep_rew_mean", series([1.5, 2.5, np.nan, 4.5, 5.5])),
        ),
    )
    return replace(facts, **changed)


def troubled() -> TrainingFacts:
    """A run in progress to which everything happened, told by people who write markup."""
    judged = Judgement(
        "reward_positive",
        Verdict.FAIL,
        NOW,
        literal(ANGRY),
        literal("> 0"),
        Reading(-1.25, "", step=4000, at=NOW, source=f"{ANGRY}: tag"),
        literal("many healthy runs"),
    )
    finding = Finding(
        "kl_explosion", FindingStatus.FIRING, Severity.CRITICAL, 2000, literal(ANGRY),
        evidence_for=(literal(ANGRY),), evidence_against=(literal("falls again"),),
    )  # fmt: skip
    return bare(
        status=TrainingStatus.RUNNING,
        in_progress=True,
        ended=None,
        note=ANGRY,
        steps=4_000,
        events=(
            Event(Happened.NOTE, literal(ANGRY), 3000, START + timedelta(minutes=3)),
            Event(Happened.RESTART, Message("restart {number}", number=1), 2000, START),
        ),
        slots=(
            Slot(
                literal("Check after 1 hour"),
                START,
                SlotState.DONE,
                (
                    Check(
                        literal("Is the reward above 0?"),
                        judged,
                        Ticked("Eva", NOW, Verdict.FAIL, ANGRY, verified=False),
                    ),
                ),
                (("Lea", ANGRY),),
            ),
        ),
        to_come=2,
        findings=(FoundScenario(literal("KL explosion"), finding, START, ("Eva", NOW)),),
        incidents=(
            OpenedIncident(
                literal("Crash"), ANGRY, "Eva", START,
                (Action(literal("Back up the log"), ItemState.DONE, "runner", NOW, ANGRY),),
                acknowledged=("Lea", NOW),
            ),
        ),
        attempts=(
            Attempted(1, JobState.FAILED, ANGRY, "Eva", START, NOW, 1),
            Attempted(2, JobState.RUNNING, "", "Lea", NOW, None, None),
        ),
        log=LogFacts("logs/training.log", True, errors=(ANGRY,)),
        settings={"seed": 7, "learning_rate": 1e-4, "net_arch": [64, 64]},
        changed={"learning_rate": (3e-4, 1e-4)},
        model=KeptModel(
            "models/best_model.zip", "ab" * 32, 4000,
            {
                "config": {"data": {"sha256": "cd" * 32, "first": "2021-02-23T00:00:00Z",
                                    "last": "2025-02-22T23:00:00Z", "rows": 35064}},
                "versions": {"torch": "2.13"}, "numerics": {"cpu_capability": "AVX2"},
            },
        ),
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "pt"])
def test_it_needs_no_network_and_is_the_same_again(language: str) -> None:
    page = training_report(troubled(), language)
    assert_offline(page)
    assert_well_formed(page)
    assert training_report(troubled(), language) == page
    assert 'lang="pt-BR"' in page if language == "pt" else 'lang="en"' in page


def test_what_people_and_programs_wrote_is_escaped() -> None:
    page = training_report(troubled())
    assert "<script" not in page
    # note of the run, reason and source of the check, its tick's note, note of the slot, event,
    # headline and evidence of the finding, incident, its action, attempt, line of the log
    assert page.count(ESCAPED) == 12


def test_a_run_in_progress_says_that_it_will_change() -> None:
    assert "This run is still in progress: everything here is as of 2026-02-23 19:00 UTC" in (
        training_report(troubled())
    )
    assert "still in progress" not in training_report(bare())


def test_a_run_without_events_says_so() -> None:
    page = training_report(bare())
    assert "Nothing: no restart, no changed setting, no incident, no finding, no note." in page
    assert "No incident." in page
    assert "No finding as of 2026-02-23 19:00 UTC." in page
    assert "No check of this run is known." in page


def test_events_are_numbered_by_time_and_marked_on_the_curves() -> None:
    page = training_report(troubled())
    rows = re.findall(r"<tr><td>(\d)</td><td class=\"time\">[^<]*</td><td>([\d,]+)</td>", page)
    assert rows == [("1", "2,000"), ("2", "3,000")]
    plain = training_report(replace(troubled(), events=()))
    marks = re.findall(r">(\d)</text>", page)
    assert [marks.count(number) - re.findall(r">(\d)</text>", plain).count(number)
            for number in ("1", "2")] == [1, 1]  # fmt: skip


def test_a_limit_is_drawn_where_it_is_near_and_named_where_it_is_not() -> None:
    near = Curve(Message("KL"), "kl", series([0.5, 0.7]), limits=((0.6, literal("limit < 0.6")),))
    far = replace(near, limits=((1000.0, literal("limit < 1000")),))
    page = training_report(bare(curves=(near,)))
    assert page.count("limit &lt; 0.6") == 2, "on the chart and below it"
    assert training_report(bare(curves=(far,))).count("limit &lt; 1000") == 1


def test_who_ticked_what_they_saw_and_what_was_judged_stand_together() -> None:
    page = " ".join(training_report(troubled()).split())
    assert "✗ Fail" in page
    assert "Is the reward above 0?</b>: -1.25" in page
    assert "Judged as of 2026-02-23 19:00 UTC" in page
    assert "Ticked by Eva, 2026-02-23 19:00 UTC (identity unverified); saw FAIL" in page
    assert "2 slots of the week are still to come." in page


def test_settings_data_and_environment() -> None:
    page = training_report(troubled())
    assert "0.0003 → 0.0001" in page
    assert "64, 64" in page
    assert "cd" * 32 in page
    assert "2021-02-23 00:00 – 2025-02-22 23:00 UTC" in page
    assert "torch 2.13" in page
    assert "cpu_capability AVX2" in page
    unknown = training_report(bare())
    assert "Not known: the run has kept no model" in unknown


def test_portuguese_has_its_own_words_and_numbers() -> None:
    page = training_report(troubled(), "pt")
    assert "4.000 de 5.000 passos (80,0%)" in page
    assert "5,50 no passo 5.000" in page
    for english in ("Checks", "Findings", "Not ticked", "Ticked by", "Settings", " step "):
        assert english not in page
    assert report_name("F12", "pt") == "F12_training_report_pt.html"


def test_times_are_the_week_s_and_the_real_one_is_said() -> None:
    clock = Clock((ClockPoint(START, START - timedelta(days=3), 60.0),))
    page = training_report(bare(clock=clock))
    assert "The week&#39;s clock is not the real one" in page
    assert "Started 2026-02-20 14:00 UTC" in page
    assert "4 h of real time" in page


def test_a_curve_without_points_says_so() -> None:
    empty = series([])
    page = training_report(bare(curves=(Curve(Message("KL"), "train/approx_kl", empty),)))
    assert "The run has logged no point of it." in page
    assert "<svg" not in page
