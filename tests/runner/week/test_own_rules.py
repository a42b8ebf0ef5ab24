"""Rules on the run of now: what came and went since the last look, and what can't be judged."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.alerts.own_rule import Operator, RuleTerms
from core.vocabulary import Severity
from runner.alerts.alert_store import AlertStore
from runner.alerts.seen_readings import SeenReadings, SeenStore
from runner.settings import Settings
from runner.week.judged_week import JudgedWeek
from runner.week.look import Looks
from tests.dashboard.place import LAUNCH, Place, events
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from core.alerts.conditions import Condition, Look
    from runner.week.own_rules import RuleState

KL = "train/approx_kl"
HIGH = RuleTerms("KL", KL, Operator.ABOVE, 0.02, Severity.WARNING)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


def written(place: Place, minutes: int, high: set[int], last: float | None = 0.006) -> None:
    """A run of so many minutes; KL is high in some, and its last reading may be another."""
    series = events(minutes / 60)
    kl = [(step, wall, 0.2 if i in high else 0.006) for i, (step, wall, _) in enumerate(series[KL])]
    if last is not None:
        kl[-1] = (kl[-1][0], kl[-1][1], last)
    series[KL] = kl
    write_events(place.home.root / "watched" / "attempt-001", series)
    place.now = LAUNCH + timedelta(minutes=minutes, seconds=30)


def looked(place: Place) -> Look:
    """A look that is kept as the runner keeps it."""
    store = AlertStore(place.home)
    look = Looks(place.home, Settings(), lambda: place.now).take(None)[0]
    assert look.complete
    SeenStore(store).save(look.readings)
    store.looked(place.now, timedelta(minutes=1), complete=True)
    return look


def rules(look: Look) -> list[Condition]:
    return [one for one in look.conditions if one.key.startswith("rule:")]


def state(place: Place) -> RuleState:
    records = present(place.client().week_records(None, None))
    return JudgedWeek(place.home, records, place.now).rule_states[0]


def test_what_came_and_went_between_two_looks_is_told_once(place: Place) -> None:
    written(place, 60, {40})
    place.week(watched=place.home.root / "watched")
    recorded(place.client().make_rule(HIGH))
    assert rules(looked(place)) == []  # before the rule, and over
    written(place, 90, {40, 70, 80})
    (found,) = rules(looked(place))
    assert found.since == LAUNCH + timedelta(minutes=81)
    assert "It fired 1 time more since the last look." in found.text["en"]
    assert rules(looked(place)) == []


def test_a_reading_that_is_written_late_is_told_although_a_look_came_after_its_time(
    place: Place,
) -> None:
    written(place, 60, set())
    place.week(watched=place.home.root / "watched")
    recorded(place.client().make_rule(HIGH))
    looked(place)
    place.now += timedelta(minutes=20)
    looked(place)
    written(place, 80, {61})
    assert len(rules(looked(place))) == 1


def test_other_terms_are_another_occasion(place: Place) -> None:
    written(place, 60, {59}, last=None)
    place.week(watched=place.home.root / "watched")
    rule = recorded(place.client().make_rule(HIGH))
    before = state(place).occasion
    changed = RuleTerms("KL", KL, Operator.ABOVE, 0.1, Severity.WARNING)
    recorded(place.client().change_rule(rule.id, changed))
    assert before != state(place).occasion


def test_a_number_that_is_old_or_none_is_not_quiet(place: Place) -> None:
    written(place, 60, set(), last=math.nan)
    place.week(watched=place.home.root / "watched")
    recorded(place.client().make_rule(HIGH))
    assert "is not a number" in present(state(place).missing)
    written(place, 60, set())
    assert state(place).missing is None
    series = events(1.0)
    series[KL] = series[KL][:50]
    write_events(place.home.root / "watched" / "attempt-001", series)
    assert "is 10 min older than the run's newest" in present(state(place).missing)


def test_without_a_look_nothing_was_known() -> None:
    assert SeenReadings().until("run/tag") is None
