"""The screen on the wall: what it says, and that nothing old or unsupervised is green on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.vocabulary import Verdict
from dashboard import wall
from tests.expected import present

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
    assert shown(place, "pt")["due"]["text"] == f"{late} atrasadas"


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
