from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.playbook import DEFAULT, load_playbook
from core.schedule import next_up, timeline
from core.vocabulary import SlotState
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Set as AbstractSet

PLAYBOOK = load_playbook(DEFAULT)
LAUNCH = datetime(2026, 2, 23, 14, tzinfo=UTC)
DAILY = datetime(2026, 2, 24, 10, tzinfo=UTC)
SECOND_LOOK = datetime(2026, 2, 24, 16, tzinfo=UTC)


def states(
    now: datetime, done: Collection[str] = (), anomalies: AbstractSet[date] = frozenset()
) -> dict[str, SlotState]:
    views = timeline(LAUNCH, PLAYBOOK.schedule, now, dict.fromkeys(done, True), anomalies)
    return {view.spec.id: view.state for view in views}


def test_the_moments_are_the_manuals() -> None:
    views = timeline(LAUNCH, PLAYBOOK.schedule, LAUNCH, {})
    assert [f"{view.at:%d %H:%M} {view.spec.id}" for view in views] == [
        "23 08:00 preflight",
        "23 14:00 launch",
        "23 15:00 hourly_1",
        "23 16:00 hourly_2",
        "23 17:00 hourly_3",
        "23 18:00 hourly_4",
        "23 19:00 closing",
        "24 10:00 daily_1",
        "24 16:00 anomaly_1",
        "25 10:00 daily_2",
        "25 16:00 anomaly_2",
        "26 10:00 daily_3",
        "26 16:00 anomaly_3",
        "27 14:00 preparation",
        "27 16:00 revalidation",
        "27 16:30 results",
        "27 17:00 delivery",
        "27 17:30 approval",
    ]


def test_nothing_is_overdue_because_of_hours_before_the_week_was_created() -> None:
    created = LAUNCH + timedelta(hours=1, minutes=30)
    found = timeline(LAUNCH, PLAYBOOK.schedule, created, {}, created=created)
    views = {view.spec.id: view for view in found}
    for late in ("preflight", "launch", "hourly_1"):
        assert (views[late].state, views[late].due_from) == (SlotState.DUE, created)
    assert views["hourly_2"].due_from == views["hourly_2"].at
    assert (views["preflight"].due, views["launch"].due) == (created, created)
    assert views["hourly_1"].due == views["hourly_1"].at, "its checks are judged as of its time"
    grace = timedelta(minutes=PLAYBOOK.slot("preflight").grace_minutes)
    later = timeline(LAUNCH, PLAYBOOK.schedule, created + grace, {}, created=created)
    assert {view.spec.id: view.state for view in later}["preflight"] is SlotState.OVERDUE


def test_a_slot_is_upcoming_then_due_then_overdue_then_done() -> None:
    second = timedelta(seconds=1)
    grace = timedelta(minutes=PLAYBOOK.slot("hourly_1").grace_minutes)
    at = LAUNCH + timedelta(hours=1)
    assert states(at - second)["hourly_1"] is SlotState.UPCOMING
    assert states(at)["hourly_1"] is SlotState.DUE
    assert states(at + grace - second)["hourly_1"] is SlotState.DUE
    assert states(at + grace)["hourly_1"] is SlotState.OVERDUE
    assert states(at + grace, {"hourly_1"})["hourly_1"] is SlotState.DONE


def test_work_that_is_done_early_is_done() -> None:
    assert states(LAUNCH - timedelta(days=1), {"preflight"})["preflight"] is SlotState.DONE


def test_the_second_look_is_skipped_without_an_anomaly() -> None:
    assert states(SECOND_LOOK)["anomaly_1"] is SlotState.SKIPPED
    assert states(SECOND_LOOK - timedelta(hours=1))["anomaly_1"] is SlotState.UPCOMING
    # once the daily check is done and found nothing, nothing is to come
    assert states(DAILY, {"daily_1"})["anomaly_1"] is SlotState.SKIPPED
    assert states(DAILY, {"daily_1"})["anomaly_2"] is SlotState.UPCOMING


def test_the_second_look_is_due_after_an_anomaly_of_its_own_day_only() -> None:
    found = {date(2026, 2, 24)}
    assert states(DAILY, {"daily_1"}, found)["anomaly_1"] is SlotState.UPCOMING
    assert states(SECOND_LOOK, {"daily_1"}, found)["anomaly_1"] is SlotState.DUE
    later = states(SECOND_LOOK + timedelta(days=1), {"daily_1"}, found)
    assert (later["anomaly_1"], later["anomaly_2"]) == (SlotState.OVERDUE, SlotState.SKIPPED)


def test_next_up_is_the_oldest_open_slot_and_else_the_first_to_come() -> None:
    def following(now: datetime, done: set[str]) -> str | None:
        view = next_up(timeline(LAUNCH, PLAYBOOK.schedule, now, dict.fromkeys(done, True)))
        return None if view is None else view.spec.id

    assert following(LAUNCH + timedelta(minutes=5), {"preflight"}) == "launch"
    assert following(LAUNCH + timedelta(minutes=5), {"preflight", "launch"}) == "hourly_1"
    every = {slot.id for slot in PLAYBOOK.schedule}
    assert following(LAUNCH, every) is None


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_days_are_utc_days_of_the_launch_and_offsets_move_with_it(hour) -> None:
    launch = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
    assert PLAYBOOK.slot("daily_1").at(launch) == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert PLAYBOOK.slot("preflight").at(launch) == launch - timedelta(hours=6)


def test_a_launch_in_another_zone_is_the_same_moment() -> None:
    launch = datetime.fromisoformat("2026-02-23T23:30:00-03:00")  # already 24 Feb in UTC
    assert PLAYBOOK.slot("launch").at(launch) == launch
    assert PLAYBOOK.slot("launch").at(launch).tzinfo is UTC
    assert PLAYBOOK.slot("daily_1").at(launch).date() == date(2026, 2, 25)


def test_commands_carry_the_dates_of_their_week() -> None:
    assert (
        PLAYBOOK.slot("daily_1").command_at(LAUNCH)
        == "python scripts/daily_training_check.py --date 2026-02-24"
    )
    assert present(PLAYBOOK.slot("preparation").command_at(LAUNCH)).endswith(
        "ppo_phase4_BACKUP_27FEV"
    )
    assert PLAYBOOK.slot("results").command_at(LAUNCH) is None


def test_after_an_early_signature_what_leads_to_it_is_not_next() -> None:
    now = LAUNCH + timedelta(days=3)
    kinds = {slot.id: slot.kind for slot in PLAYBOOK.schedule}
    before = ("preflight", "launch", "hourly", "daily", "anomaly")
    done = {slot: kind in before for slot, kind in kinds.items()}
    assert (
        present(next_up(timeline(LAUNCH, PLAYBOOK.schedule, now, done))).spec.kind == "preparation"
    )
    early = done | {slot: True for slot, kind in kinds.items() if kind == "approval"}
    assert present(next_up(timeline(LAUNCH, PLAYBOOK.schedule, now, early))).spec.kind == "delivery"
    told = early | {slot: True for slot, kind in kinds.items() if kind == "delivery"}
    assert next_up(timeline(LAUNCH, PLAYBOOK.schedule, now, told)) is None
