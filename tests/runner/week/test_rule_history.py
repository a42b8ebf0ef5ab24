"""Rules and limits replayed on recorded weeks: pages, and incidents that nothing came before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.alerts.own_rule import Operator, RuleTerms
from core.telemetry import RunReader
from core.vocabulary import JobState, Severity
from runner.week.limit_history import limit_history, replayed_limits
from runner.week.rule_history import recorded_tags, rule_history, usual_top
from tests.dashboard.place import LAUNCH, Place, events
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from runner.week.rule_history import RuleHistory

KL = "train/approx_kl"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


def history(place: Place, threshold: float = 0.02) -> RuleHistory:
    terms = RuleTerms("KL", KL, Operator.ABOVE, threshold, Severity.WARNING)
    return rule_history(terms, place.client().recorded_weeks(), RunReader)


def week_with_two_spikes(place: Place) -> str:
    """KL is high from 40 to 49 and from 100 to 109 minutes after the launch."""
    series = events(3.0)
    series[KL] = [
        (step, wall, 0.05 if i in {*range(40, 50), *range(100, 110)} else 0.006)
        for i, (step, wall, _) in enumerate(series[KL], 1)
    ]
    write_events(place.home.root / "watched" / "attempt-001", series)
    return place.week(watched=place.home.root / "watched").id


def incident(place: Place, week: str, minutes: float) -> int:
    now, place.now = place.now, LAUNCH + timedelta(minutes=minutes)
    opened = recorded(place.client().open_incident(week, "performance", "seen"))
    recorded(place.client().close_incident(opened.id, "fine again"))
    place.now = now
    return opened.id


def test_pages_are_counted_and_incidents_that_no_firing_came_before_are_missed(
    place: Place,
) -> None:
    week = week_with_two_spikes(place)
    incident(place, week, 45)
    incident(place, week, 95)  # less than two hours after the first spike
    incident(place, week, 95 + 15)
    place.now += timedelta(hours=2)
    late = incident(place, week, 109 + 125)
    found = history(place)
    assert found.times == 2
    assert [one.id for one in found.weeks[0].missed] == [late]
    assert found.sentence(week) == (
        "Would have fired 2 times in this week. Missed 1 of the 4 incidents."
    )
    blind = history(place, 0.5)
    assert (blind.times, len(blind.weeks[0].missed)) == (0, 4)


def test_a_firing_ends_with_its_run_and_earlier_weeks_are_named(place: Place) -> None:
    """The run ended while KL was high; an incident five hours later is not of it."""
    job = place.train(3, kl=0.05)
    place.end(job, JobState.FAILED)
    week = present(place.client().active_week()).id
    place.now += timedelta(hours=5)
    late = incident(place, week, 8 * 60)
    found = history(place)
    (firing,) = found.weeks[0].runs[0].firings
    assert firing.ended == (LAUNCH + timedelta(hours=3)).timestamp()
    assert [one.id for one in found.weeks[0].missed] == [late]
    recorded(place.client().create_week(LAUNCH + timedelta(days=7)))
    terms = RuleTerms("KL", KL, Operator.ABOVE, 0.02, Severity.WARNING)
    newest = rule_history(terms, place.client().recorded_weeks(most=1), RunReader)
    assert newest.left_off == 1


def test_a_week_without_the_tag_says_nothing(place: Place) -> None:
    week_with_two_spikes(place)
    write_events(place.home.root / "other", {"own/number": [(1, LAUNCH.timestamp(), 1.0)]})
    recorded(
        place.client().create_week(LAUNCH + timedelta(days=7), watched=place.home.root / "other")
    )
    found = history(place)
    assert (found.times, len(found.weeks), found.without) == (2, 1, 1)
    assert "1 other week has no reading of it." in found.sentence(None)
    every = place.client().recorded_weeks()
    assert recorded_tags(every, RunReader)[0] == "own/number"  # of the newest week
    assert usual_top(KL, every, RunReader) == 0.05
    assert len(place.client().recorded_weeks(most=1).weeks) == 1


def test_a_limit_of_the_playbook_is_replayed_at_the_moments_of_its_checklists(place: Place) -> None:
    """High from +1 h 40 to +1 h 49: no checklist looks then. At +3 h 00 it is high again."""
    series = events(3.0)
    series[KL] = [
        (step, wall, 0.05 if i in range(100, 110) or i == 180 else 0.006)
        for i, (step, wall, _) in enumerate(series[KL], 1)
    ]
    write_events(place.home.root / "watched" / "attempt-001", series)
    place.week(watched=place.home.root / "watched")
    kl = next(
        one
        for one in replayed_limits(place.client().recorded_weeks().weeks[0].week.playbook)
        if one.spec.metric == "kl_divergence"
    )
    weeks = place.client().recorded_weeks()
    found = limit_history(kl, weeks, RunReader, place.now)
    assert [(one.step, one.value) for _, run in found.runs for one in run.firings] == [
        (180 * 4096, pytest.approx(0.05))
    ]
    assert limit_history(kl.at(0.001), weeks, RunReader, place.now).times == 1
    assert limit_history(kl.at(0.1), weeks, RunReader, place.now).times == 0
