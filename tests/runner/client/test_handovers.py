"""A handover is signed over with its texts, accepted by its receiver alone, and on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.outcomes import Refused
from tests.expected import recorded
from tests.runner.place import ENGINEER, LEAD, VIEWER

if TYPE_CHECKING:
    from tests.runner.place import Place

TEXTS = {"incidents": "- crash: disk full", "asks": "call the data team"}


def test_the_receiver_accepts_and_a_rebuilt_database_knows_it(place: Place) -> None:
    engineer, lead = place.client(ENGINEER), place.client(LEAD)
    signed = recorded(engineer.sign_handover(LEAD.name, TEXTS, "once"))
    assert recorded(engineer.sign_handover(LEAD.name, TEXTS, "once")) == signed
    assert (signed.by, signed.to, signed.texts["asks"]) == (
        ENGINEER.name,
        LEAD.name,
        "call the data team",
    )
    assert signed.texts["due"] == ""
    assert isinstance(engineer.accept_handover(signed.id), Refused), "it is not theirs"
    accepted = recorded(lead.accept_handover(signed.id))
    assert accepted.accepted_by == LEAD.name
    assert recorded(lead.accept_handover(signed.id)) == accepted, "a second click"
    place.home.database.unlink()
    records = place.client(LEAD).week_records()
    assert records is not None
    assert records.handovers == (accepted,)


def test_what_is_refused(place: Place) -> None:
    lead = place.client(LEAD)
    for outcome in (
        place.client(VIEWER).sign_handover(LEAD.name, TEXTS),
        lead.sign_handover(LEAD.name, TEXTS),
        lead.sign_handover("", TEXTS),
        lead.sign_handover("ana", {"asks": "x" * 20_000}),
        lead.accept_handover(999),
    ):
        assert isinstance(outcome, Refused), outcome
    records = lead.week_records()
    assert records is not None
    assert records.handovers == ()
