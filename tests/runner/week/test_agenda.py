from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.checks.daily import write_daily_summary
from core.vocabulary import JobKind, SlotState, Verdict
from runner.week.agenda import agenda, anomaly_days, done_slots
from runner.week.sources import Sources
from tests.runner.place import LAUNCH, Place


def tick(place: Place, slot: str, *checks: str) -> None:
    for check in checks:
        place.lead.tick(
            place.week.id, slot, check, note="", verdict_seen=Verdict.PASS, value_seen="1"
        )


def states(place: Place, moment: datetime) -> dict[str, SlotState]:
    place.lead.record_clock_point(place.week.id, datetime.now(UTC), moment, 0.0)
    return {view.spec.id: view.state for view in agenda(Sources.of(place.lead, place.week))}


def test_a_checklist_is_done_when_every_item_is_ticked(place: Place) -> None:
    checks = place.week.playbook.slot("hourly_1").checks
    tick(place, "hourly_1", *checks[:-1])
    assert done_slots(Sources.of(place.lead, place.week))["hourly_1"] is False
    tick(place, "hourly_1", checks[-1])
    done = done_slots(Sources.of(place.lead, place.week))
    assert done["hourly_1"] is True
    assert done["hourly_2"] is False


def test_what_was_ticked_without_passing_is_said_of_the_slot(place: Place) -> None:
    first, second, third, fourth = place.week.playbook.slot("hourly_1").checks
    tick(place, "hourly_1", first)
    for check, verdict in (
        (second, Verdict.UNKNOWN), (third, Verdict.FAIL), (fourth, Verdict.PENDING),
    ):  # fmt: skip
        place.lead.tick(place.week.id, "hourly_1", check, "seen", verdict, "")
    views = {view.spec.id: view for view in agenda(Sources.of(place.lead, place.week))}
    assert views["hourly_1"].state is SlotState.DONE
    assert views["hourly_1"].troubles == (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PENDING)
    assert views["hourly_2"].troubles == ()


def test_the_launch_is_done_when_a_training_has_started(place: Place) -> None:
    assert done_slots(Sources.of(place.lead, place.week))["launch"] is False
    service = place.service()
    place.until(service, place.submit(JobKind.TRAIN))
    service.close()
    assert done_slots(Sources.of(place.lead, place.week))["launch"] is True


def test_a_revalidation_without_a_report_is_a_trial_only(place: Place) -> None:
    service = place.service()
    place.until(service, place.submit(JobKind.REVALIDATE, save_report=False))
    assert done_slots(Sources.of(place.lead, place.week))["revalidation"] is False
    place.until(service, place.submit(JobKind.REVALIDATE, save_report=True))
    service.close()
    done = done_slots(Sources.of(place.lead, place.week))
    assert done["revalidation"] is True
    assert done["results"] is True
    assert done["approval"] is False


def test_slots_are_due_at_their_moment_and_overdue_after_their_grace(place: Place) -> None:
    grace = timedelta(minutes=place.week.playbook.slot("hourly_1").grace_minutes)
    at = LAUNCH + timedelta(hours=1)
    assert states(place, at - timedelta(minutes=1))["hourly_1"] is SlotState.UPCOMING
    assert states(place, at)["hourly_1"] is SlotState.DUE
    assert states(place, at + grace)["hourly_1"] is SlotState.OVERDUE


def test_the_second_look_is_due_only_after_an_anomaly(place: Place) -> None:
    day = (LAUNCH + timedelta(days=1)).date()
    summary = {"date": day.isoformat(), "checks": [{"id": "kl_divergence", "verdict": "FAIL"}]}
    afternoon = LAUNCH + timedelta(days=1, hours=2)
    assert states(place, afternoon)["anomaly_1"] is SlotState.SKIPPED
    path = place.home.daily_summary(day)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_daily_summary(path, _complete(summary))
    assert day in anomaly_days(Sources.of(place.lead, place.week))
    assert states(place, afternoon)["anomaly_1"] is SlotState.DUE


def _complete(summary: dict) -> dict:
    """The manual's ten keys first, as the reader of summaries wants them."""
    return {
        "date": summary["date"],
        "training_status": "RUNNING",
        "time_elapsed_hours": 20.0,
        "estimated_time_remaining_hours": 60.0,
        "reward_trend": "STABLE",
        "last_reward": 1.0,
        "approx_sharpe": 0.1,
        "kl_divergence_last": 0.02,
        "no_issues": True,
        "checklist": "✅ ✅ ✅ ❌ ✅",
        **summary,
    }
