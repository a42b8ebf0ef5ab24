"""The address of one thing: copied beside it, opened again, or said to be missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dashboard.place import LAUNCH, Place, text_of
from tests.expected import present, recorded

MISSING = "does not exist in week 2026-02-23"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("links") / "home")
    place.train(hours=3)
    week = present(place.client().active_week())
    for procedure in ("crash", "data"):
        recorded(place.client().open_incident(week.id, procedure, f"of {procedure}"))
    return place


def opened(place: Place, panel: str, **query: str) -> str:
    app = place.app(panel)
    for name, value in query.items():
        app.query_params[name] = value
    drawn = app.run()
    assert not drawn.exception
    return text_of(drawn)


@pytest.mark.parametrize(
    ("panel", "name"),
    [
        ("hourly_checks", "check"),
        ("troubleshooting", "finding"),
        ("escalation", "incident"),
        ("jobs", "job"),
        ("runs", "run"),
    ],
)
def test_what_is_not_there_is_said(place: Place, panel: str, name: str) -> None:
    assert MISSING in opened(place, panel, **{name: "gone"})
    assert MISSING not in opened(place, panel)


def test_the_thing_of_the_address_is_shown_first_and_marked(place: Place) -> None:
    week = present(place.client().active_week())
    ids = {one.procedure: str(one.id) for one in place.client().incidents(week.id)}
    text = opened(place, "escalation", incident=ids["data"])
    assert text.index("of data") < text.index("of crash")
    assert "Opened by its link" in text
    text = opened(place, "troubleshooting", finding="hung")
    assert "Opened by its link" in text
    text = opened(place, "hourly_checks", slot="hourly_2", check="reward_positive")
    assert MISSING in text or "Opened by its link" in text


def test_a_job_is_opened_and_the_way_back_too(place: Place) -> None:
    place.now = LAUNCH + timedelta(hours=3, minutes=6)
    jobs = [job.id for job in place.client().jobs()]
    app = place.app("jobs")
    app.query_params["job"] = jobs[0]
    app.run()
    assert app.selectbox[0].value == jobs[0]
    app.query_params["job"] = "gone"
    assert MISSING in text_of(app.run())
