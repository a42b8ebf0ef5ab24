"""What the browser's tab says of the page and of the run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dashboard import tab
from dashboard.wording import Words
from tests.dashboard.place import LAUNCH
from tests.expected import recorded

if TYPE_CHECKING:
    from core.language import Language
    from tests.dashboard.place import Place


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The last configuration of the tab."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(tab.st, "set_page_config", lambda **config: given.update(config))
    return given


def titled(place: Place, set_to: dict[str, Any], language: Language = "en") -> str:
    tab.show("Launch", place.page().snapshot(), Words(language))
    return set_to["page_title"]


def test_a_tab_of_another_week_than_the_active_one_names_it(
    place: Place, set_to: dict[str, Any]
) -> None:
    week = place.week()
    assert titled(place, set_to) == "Launch · trainweek"
    place.client().create_week(LAUNCH + timedelta(days=7))
    tab.show("Launch", place.page(shown=week.id).snapshot(), Words("en"))
    assert set_to["page_title"] == f"Launch · {week.id} · trainweek"


def test_a_run_that_is_well_is_named_by_its_page(place: Place, set_to: dict[str, Any]) -> None:
    assert titled(place, set_to) == "Launch · trainweek"  # no week yet
    place.watch(hours=1.0)
    place.now = LAUNCH + timedelta(hours=1, minutes=1)
    assert titled(place, set_to) == "Launch · trainweek"
    assert set_to["page_icon"].startswith("<svg"), "an icon by name comes from another host"


def test_a_silent_run_is_named_first_and_the_icon_is_red(
    place: Place, set_to: dict[str, Any]
) -> None:
    place.watch(hours=1.0)
    place.now = LAUNCH + timedelta(hours=1, minutes=1)
    titled(place, set_to)
    well = set_to["page_icon"]
    place.now = LAUNCH + timedelta(hours=1, minutes=25)
    assert titled(place, set_to) == "● Stalled · Launch · trainweek"
    assert set_to["page_icon"] != well
    assert titled(place, set_to, "pt").startswith("● ")


def test_an_incident_that_blocks_the_start_is_named(place: Place, set_to: dict[str, Any]) -> None:
    week = place.week()
    recorded(place.client().open_incident(week.id, "crash", "It crashed."))
    assert titled(place, set_to) == "● Incident · Launch · trainweek"


def test_a_watched_run_that_ended_is_no_alarm(place: Place, set_to: dict[str, Any]) -> None:
    place.watch(hours=1.0)
    place.now += timedelta(hours=8)
    assert "●" not in titled(place, set_to)
