"""What a page may do while another week than the active one is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.vocabulary import JobKind, Right, Role
from tests.dashboard.place import LAUNCH, draw_frame, text_of
from tests.expected import job_of, present, recorded, refused

if TYPE_CHECKING:
    from tests.dashboard.place import Place

NEXT = LAUNCH + timedelta(days=7)


def test_a_page_shows_its_week_whichever_is_active(place: Place) -> None:
    first = place.week()
    second = recorded(place.client().create_week(NEXT))
    assert present(place.page().week).id == second.id
    assert present(place.page(shown=first.id).week).id == first.id
    assert place.page(shown="2031-01-01").week is None


def test_the_reason_is_the_clients_own_and_what_adds_to_records_is_left(place: Place) -> None:
    first, active = place.week(), recorded(place.client().create_week(NEXT))
    page = place.page(shown=first.id)
    said = f"You are looking at week {first.id}; the active week is {active.id}."
    for right in Right:
        if right is not Right.SIGN and right is not Right.READ:
            assert present(page.denied(right)).startswith(said)
            assert page.denied(right, also_elsewhere=True) is None
    assert refused(page.services.client.submit(JobKind.PREFLIGHT, {})).reason == said
    assert place.page(shown=active.id).denied(Right.OPERATE) is None
    assert "can't do this" in present(place.page(Role.VIEWER, shown=first.id).denied(Right.OPERATE))


def test_an_act_is_for_the_week_that_was_on_the_screen(place: Place) -> None:
    first = place.week()
    page = place.page()
    assert present(page.snapshot()).week.id == first.id
    recorded(place.client().create_week(NEXT))
    outcome = refused(page.services.client.submit(JobKind.PREFLIGHT, {}))
    assert f"You are looking at week {first.id}" in outcome.reason
    place.now += timedelta(seconds=2)  # the page was drawn again
    assert present(page.snapshot()).week.launch == NEXT
    job_of(page.services.client.submit(JobKind.PREFLIGHT, {}))


def test_the_banner_stands_above_every_page_of_another_week(place: Place) -> None:
    first = place.week()
    assert "You are looking at" not in text_of(draw_frame(place.page()))
    recorded(place.client().create_week(NEXT))
    assert "You are looking at" not in text_of(draw_frame(place.page()))
    text = text_of(draw_frame(place.page(shown=first.id)))
    assert f"You are looking at week {first.id}; the active week is" in text
    recorded(place.client().archive_week(first.id))
    assert "It is archived." in text_of(draw_frame(place.page(shown=first.id)))
    in_portuguese = text_of(draw_frame(place.page(language="pt", shown=first.id)))
    assert f"Você está vendo a semana {first.id}" in in_portuguese
    assert "There is no week 2031-01-01." in text_of(draw_frame(place.page(shown="2031-01-01")))
