"""``?at=``: pages as they were at a past moment, with what was known then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.asked_moment import AskedMoment
from core.errors import ConflictError
from core.vocabulary import JobKind, JobState, Right, Role, TrainingStatus, Verdict
from dashboard.data.services import Services
from dashboard.navigation import STEMS
from dashboard.page import Page
from dashboard.viewer import Viewer
from runner.client.past import Past
from tests.dashboard.place import LAUNCH, PEOPLE, AppTest, Place, _script, draw_frame, text_of
from tests.expected import present, recorded, refused

if TYPE_CHECKING:
    from datetime import datetime

    from dashboard.data.snapshot import Snapshot


def past_page(place: Place, at: datetime, role: Role = Role.LEAD) -> Page:
    client = place.client(PEOPLE[role])
    week = present(client.active_week())
    services = Services(place.home, PEOPLE[role], week_id=week.id, past=Past(client, at))
    return Page(services, Viewer(PEOPLE[role], "en", "UTC"), AskedMoment(at, at))


def past_snapshot(place: Place, at: datetime) -> Snapshot | None:
    """The active week of now, as it was at a moment."""
    client = place.client()
    week = present(client.active_week())
    return Services(
        place.home, PEOPLE[Role.LEAD], week_id=week.id, past=Past(client, at)
    ).snapshot()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Three hours of a run: a note, an incident, a tick that was replaced, the run's end."""
    place = Place(tmp_path_factory.mktemp("past") / "home")
    job = place.train(hours=3)
    week = present(place.client().active_week())
    for hours in (1, 2):
        place.now = LAUNCH + timedelta(hours=hours, minutes=5)
        recorded(
            place.client().tick(
                week.id, "hourly_1", "reward_positive", f"tick {hours}", Verdict.PASS,
                replaces=None if hours == 1 else present(place.client().ticks(week.id)[0]).id,
            )
        )  # fmt: skip
    place.now = LAUNCH + timedelta(hours=2, minutes=30)
    opened = recorded(place.client().open_incident(week.id, "crash", "it fell"))
    place.now = LAUNCH + timedelta(hours=2, minutes=40)
    recorded(place.client().acknowledge(f"incident:{opened.id}"))
    place.now = LAUNCH + timedelta(hours=3)
    place.end(job, JobState.FAILED)
    recorded(place.client().note(week.id, "hourly_1", "a late note"))
    return place


def test_only_what_was_recorded_by_then_is_known(place: Place) -> None:
    then = present(past_page(place, LAUNCH + timedelta(hours=1, minutes=30)).snapshot())
    assert then.status is TrainingStatus.RUNNING
    assert present(then.latest(JobKind.TRAIN)).state is JobState.RUNNING
    assert [tick.note for tick in then.records.ticks] == ["tick 1"]
    assert (then.open_incidents, then.notes) == ([], ())
    assert present(then.readings["step"].at) <= then.now
    last = present(present(then.logged).events.last_event(then.shown_until.timestamp()))
    assert last.wall <= then.now.timestamp()
    later = present(past_page(place, LAUNCH + timedelta(hours=2, minutes=35)).snapshot())
    assert [tick.note for tick in later.records.ticks] == ["tick 2"]
    assert [one.acknowledged for one in later.open_incidents] == [None]
    after = present(past_page(place, LAUNCH + timedelta(hours=2, minutes=50)).snapshot())
    assert [present(one.acknowledged)[0] for one in after.open_incidents] == ["some lead"]
    now = present(place.page().snapshot())
    assert now.status is TrainingStatus.CRASHED
    assert [note.text for note in now.notes] == ["a late note"]


def test_what_is_not_recorded_is_said_to_be_unknown(place: Place) -> None:
    page = past_page(place, LAUNCH + timedelta(hours=1, minutes=30))
    snapshot = present(page.snapshot())
    assert (snapshot.disk_free, snapshot.model_bytes, snapshot.pulse) == (None, None, None)
    ready = {item.judgement.check: item for item in snapshot.items(snapshot.slot("preparation"))}
    assert ready["system_ready"].judgement.verdict is Verdict.FAIL, "no runner had ever begun"
    assert present(page.services.client.alerts().unknown(snapshot.now))


def test_nothing_can_be_done_there(place: Place) -> None:
    page = past_page(place, LAUNCH + timedelta(hours=2, minutes=45))
    client, week = page.services.client, present(page.week)
    incident = present(page.snapshot()).open_incidents[0].id
    for right in Right:
        said = present(page.denied(right, also_elsewhere=True))
        assert said == "You are looking at a past moment. Go back to now to do something."
    lines = place.home.ledger.read_bytes()
    for outcome in (
        client.submit(JobKind.PREFLIGHT, {}),
        client.note(week.id, "hourly_1", "no"),
        client.close_incident(incident, "no"),
        client.acknowledge(f"incident:{incident}"),
        client.archive_week(week.id),
    ):
        assert "past moment" in refused(outcome).reason
    with pytest.raises(ConflictError, match="past can't be changed"), client.store.write():
        pass
    assert place.home.ledger.read_bytes() == lines


def test_the_frame_says_which_moment_and_the_way_back(place: Place) -> None:
    frame = draw_frame(past_page(place, LAUNCH + timedelta(hours=1, minutes=30)))
    text = text_of(frame)
    assert "As it was at Mon 23 Feb 15:30 UTC." in text
    assert not frame.exception
    labels = [button.label for button in frame.button]
    assert "Back to now" in labels
    assert any(label.startswith("Earlier: ") and label.endswith("15:00") for label in labels)
    assert any(label.startswith("Later: ") and label.endswith("16:00") for label in labels)
    before = draw_frame(past_page(place, LAUNCH - timedelta(days=400)))
    assert "did not exist at" in text_of(before)
    assert "runner" not in text_of(before), "that is of now"


@pytest.mark.parametrize("panel", STEMS)
def test_every_page_shows_a_past_moment_and_no_button_that_acts(place: Place, panel: str) -> None:
    page = past_page(place, LAUNCH + timedelta(hours=2, minutes=45))
    drawn = AppTest.from_function(_script, args=(panel, page), default_timeout=30).run()
    assert not drawn.exception
    assert "a late note" not in text_of(drawn)
