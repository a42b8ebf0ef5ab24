"""A new user's way by hand: make a week, pre-flight, start, watch, stop, resume or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.vocabulary import JobKind, JobState, Role
from tests.browser.place import Site, wait_for
from tests.expected import present

if TYPE_CHECKING:
    from tests.browser.conftest import Open


def test_from_an_empty_home_to_a_stopped_training(fresh: Site, window: Open) -> None:
    screen = window(fresh)
    screen.go("this_week")
    screen.sees("No runner has been started for this data directory")
    screen.main.get_by_text("The market data is synthetic").click()
    screen.press("Create week")
    screen.sees("Timeline")
    screen.sees("SYNTHETIC DATA")
    week = fresh.client.active_week()
    assert week is not None
    assert week.synthetic

    fresh.start_runner()
    screen.sees("Runner active")
    screen.main.get_by_role("link", name="Go to Launch").click()
    screen.press("Run pre-flight")
    screen.sees("Requested: Pre-flight")
    screen.sees("6 of 6 pass", seconds=90)
    screen.press("Tick all that pass (6)")
    screen.sees("6 of 6 ticked")
    assert len(fresh.client.ticks(week.id, "preflight")) == 6

    screen.press("Start training")
    screen.sees("Requested: Training")
    wait_for(
        lambda: present(fresh.client.latest_job(JobKind.TRAIN)).state is JobState.RUNNING,
        "the training",
    )
    screen.sees("A training run is in progress")
    screen.sees("steps/s", seconds=60)  # its first numbers have come
    screen.keep("launch-running")

    screen.go("live_training")
    screen.sees("KL divergence", seconds=60)
    screen.assert_whole()

    screen.go("jobs")
    screen.press("Stop", within=screen.part("job-detail"))
    screen.page.get_by_test_id("stPopoverBody").get_by_role("button", name="Stop").click()
    wait_for(
        lambda: present(fresh.client.latest_job(JobKind.TRAIN)).state is JobState.STOPPED,
        "the stop",
    )
    screen.sees("Stopped")

    screen.go("launch")
    screen.sees("The last run is unfinished")
    screen.main.get_by_text("Start a new run").wait_for()
    screen.assert_whole()
    screen.keep("launch-stopped")


def test_a_viewer_only_looks(played: Site, window: Open) -> None:
    screen = window(played)
    screen.go("revalidation")
    screen.act_as(Role.VIEWER)
    button = screen.part("box-revalidate").get_by_role("button", name="Revalidate again")
    assert button.is_disabled()
