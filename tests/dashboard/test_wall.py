"""The screen on the wall: what it says, and that nothing old or unsupervised is green on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import SetupError
from core.vocabulary import Verdict
from dashboard import wall
from runner.client import Client
from tests.dashboard.place import LAUNCH, events
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    from core.language import Language
    from tests.dashboard.place import Place


def shown(place: Place, language: Language = "en") -> dict[str, Any]:
    page = place.page(language=language)
    return wall.screen(page, present(page.snapshot()))


def test_it_names_what_is_overdue_and_draws_the_reward(place: Place) -> None:
    place.watch()
    place.now += timedelta(hours=2)
    late = len(present(place.page().snapshot()).overdue)
    found = shown(place)
    assert found["due"]["text"] == f"{late} overdue"
    assert late > 1
    assert found["due"]["colour"] == "red"
    assert "Check after 1 hour" in [line["what"] for line in found["due"]["lines"]]
    assert len(found["curve"]["xs"]) == len(found["curve"]["ys"]) > 10
    assert found["curve"]["words"].startswith("7.95 at step")
    in_portuguese = shown(place, "pt")
    assert in_portuguese["due"]["text"] == f"{late} atrasadas"
    curve, pt = found["curve"], in_portuguese["curve"]
    assert (curve["low"], curve["high"]) == pytest.approx((min(curve["ys"]), max(curve["ys"])))
    assert curve["upright"] != pt["upright"]
    assert "," in "".join(pt["upright"])
    assert curve["across"][1].startswith("step ")


def test_each_tick_is_stamped_so_that_the_browser_knows_how_old_it_is(place: Place) -> None:
    place.watch()
    first = shown(place)
    place.now += timedelta(seconds=5)
    assert shown(place)["stamp"] != first["stamp"]
    assert "{age}" in first["asOf"]


def test_a_run_that_nobody_supervises_is_not_green(place: Place) -> None:
    place.train()
    found = shown(place)
    assert (found["state"]["colour"], "Runner not running" in found["state"]["more"]) == (
        "red",
        True,
    )
    assert found["problems"]["colour"] == "red"


def test_a_slot_whose_tick_was_taken_back_is_overdue_again(place: Place) -> None:
    week = place.watch()
    place.now += timedelta(hours=2)
    client = place.client()
    for check in week.playbook.slot("hourly_1").checks:
        client.tick(week.id, "hourly_1", check, "seen", Verdict.PASS, "1")
    before = int(shown(place)["due"]["text"].split()[0])
    client.withdraw_tick(client.ticks(week.id)[0].id, "the wrong run")
    assert shown(place)["due"]["text"] == f"{before + 1} overdue"


def test_a_number_that_misses_its_limit_is_not_green(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.watch()
    monkeypatch.setattr(wall, "concerns", lambda *_: [])
    found = shown(place)["problems"]
    assert found["colour"] == "orange"
    assert found["text"] == "No alert, but 1 number misses its limit now: Speed"
    monkeypatch.setattr("dashboard.components.no_problem.missed_limits", lambda _: [])
    assert shown(place)["problems"]["text"] == "✔ Nothing is wrong"


def test_an_alert_that_no_concern_names_has_its_own_line(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = place.watch()
    place.client().open_incident(week.id, "performance", "flat")  # named by its concern
    before = shown(place)["problems"]
    damage = SetupError("The disk is full.", "Free some space.")
    monkeypatch.setattr(Client, "damage", lambda _: damage)
    found = shown(place)["problems"]
    assert int(found["text"].split()[0]) == int(before["text"].split()[0]) + 1
    assert found["colour"] == "red"
    assert found["lines"][0]["text"].startswith(
        "Read-only: nothing can be saved. The disk is full."
    )


def test_a_silence_is_shown_until_it_ends(place: Place) -> None:
    place.watch()
    recorded(place.client().silence("all", place.now + timedelta(hours=1), "the *drill*"))
    lines = [line["text"] for line in shown(place)["problems"]["lines"]]
    assert any(line.endswith("all, by some lead: the *drill*") for line in lines)
    place.now += timedelta(hours=2)
    assert "Silenced" not in str(shown(place)["problems"])


def test_another_week_than_the_active_one_says_so_and_is_never_green(place: Place) -> None:
    week = place.watch()
    assert week.id in shown(place)["head"]
    assert shown(place)["notice"] == ""
    active = recorded(place.client().create_week(LAUNCH + timedelta(days=7)))
    page = place.page(shown=week.id)
    found = wall.screen(page, present(page.snapshot()))
    assert found["notice"] == f"You are looking at week {week.id}; the active week is {active.id}."
    assert "green" not in {found[part]["colour"] for part in ("state", "problems", "due")}
    assert wall.without_green({"colour": "green"}) == {"colour": "gray"}


def test_a_week_that_is_not_there_is_named(place: Place) -> None:
    place.watch()
    found = wall.nothing(place.page(shown="2099-01-01"))
    assert (found["state"]["text"], found["state"]["colour"]) == (
        "There is no week 2099-01-01.",
        "red",
    )
    assert wall.nothing(place.page())["state"]["text"] == "No week yet"


def test_the_wall_says_of_a_watched_run_what_the_frame_says(place: Place) -> None:
    folder = place.home.root / "theirs"
    write_events(folder, events(1.0))
    place.client().create_week(LAUNCH, watched=folder, tag="their-run", symbol="")
    assert "%" not in shown(place)["state"]["more"], "how many steps it wants is not known"
    place.now += timedelta(hours=8)
    state = shown(place)["state"]
    assert (state["text"], state["colour"]) == ("Ended", "gray")
