"""A look at a run computes what is new since the look before, and nothing that can't be true."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from core.diagnosis import reward_state, run_view
from core.diagnosis.scenarios import overfitting
from core.diagnosis.scenarios.kl_explosion import z_scores
from core.diagnosis.trend import loss_trend, reward_trend
from core.telemetry.series_results import SeriesResults
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    at,
    curve,
    diagnosed,
    facts,
    findings,
    noise,
    open_reader,
    ppo,
)
from tests.event_files import append_events, write_events

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from core.diagnosis.reward_state import RewardState
    from core.diagnosis.trend import TrendResult


def _counted(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> list[str]:
    calls: list[str] = []
    real = getattr(place, name)

    def counted(*given: Any) -> Any:
        calls.append(name)
        return real(*given)

    monkeypatch.setattr(place, name, counted)
    return calls


def test_of_eight_hourly_evaluations_a_new_event_changes_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: SeriesResults[tuple[RewardState, int | None]] = SeriesResults(256)
    monkeypatch.setattr(reward_state, "_STATES", kept)
    judged = _counted(monkeypatch, reward_state, "trend")
    levels = _counted(monkeypatch, run_view, "reward_levels")
    file, now = write_events(tmp_path, ppo(700)), 700 * MINUTE + 61
    reader = open_reader(tmp_path)
    findings(facts(reader, now))
    assert (len(judged), len(levels)) == (8, 8)
    findings(facts(reader, now + 3))  # nothing new: the levels are those of the present alone
    assert (len(judged), len(levels)) == (8, 9)
    newer = {tag: points[-1:] for tag, points in ppo(701).items()}
    append_events(file, newer)
    reader.refresh()
    findings(facts(reader, now + 6))
    assert (len(judged), len(levels)) == (9, 10)


def test_an_evaluation_of_an_hour_ago_turns_over_when_the_clock_alone_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: SeriesResults[tuple[RewardState, int | None]] = SeriesResults(256)
    monkeypatch.setattr(reward_state, "_STATES", kept)
    judged = _counted(monkeypatch, reward_state, "trend")
    write_events(tmp_path, ppo(700))
    reader = open_reader(tmp_path)
    findings(facts(reader, 700 * MINUTE))
    before = len(judged)
    findings(facts(reader, 700 * MINUTE + 5 * MINUTE))
    assert len(judged) == before + 7  # the present has no new event
    assert findings(facts(reader, 700 * MINUTE + 20 * HOUR))["hung"].status.value == "FIRING"


def test_the_trends_of_tiles_and_slots_are_computed_once_while_no_event_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: SeriesResults[TrendResult] = SeriesResults(256)
    trends = import_module("core.diagnosis.trend")  # its function has the same name
    monkeypatch.setattr(trends, "_TRENDS", kept)
    judged = _counted(monkeypatch, trends, "trend")
    file, window = write_events(tmp_path, ppo(300)), timedelta(hours=2)
    reader = open_reader(tmp_path)
    for seconds in (0, 3, 6):
        reward_trend(reader, at(300 * MINUTE + seconds), window)
        loss_trend(reader, until=at(300 * MINUTE + seconds), window=window)
    assert len(judged) == 2
    append_events(file, {tag: points[-1:] for tag, points in ppo(301).items()})
    reader.refresh()
    reward_trend(reader, at(302 * MINUTE), window)
    reward_trend(reader, at(302 * MINUTE), None)  # another window
    assert len(judged) == 4


def test_whether_training_earns_is_asked_only_where_validations_lose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _counted(monkeypatch, overfitting._Validated, "_earns")
    wobble = noise(0.1, 3)
    series = ppo(500)
    series["eval/sharpe"] = curve(lambda i: (-1.0 if i > 480 else 1.0) + wobble(i), 500)
    diagnosed(tmp_path, series, 500 * MINUTE)
    assert len(asked) == 20 - overfitting.LEAST + 1


def test_scores_of_many_updates_are_those_of_each_alone() -> None:
    values = np.random.default_rng(5).lognormal(-3, 1, 200)
    values[[15, 90, 91, 150]] = np.nan
    places = np.flatnonzero(values > 0.05)
    found = z_scores(values, places)
    for place in places:
        past = np.log10(values[max(0, place - 30) : place])
        past = past[np.isfinite(past)]
        if len(past) < 10:
            assert np.isnan(found[place])
            continue
        spread = max(0.1, 1.4826 * float(np.median(np.abs(past - np.median(past)))))
        assert found[place] == (np.log10(values[place]) - np.median(past)) / spread
    others = np.setdiff1d(np.arange(len(values)), places)
    assert np.isnan(found[others]).all()
