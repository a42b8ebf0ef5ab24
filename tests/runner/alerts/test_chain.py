"""Who is told when nobody acknowledges: real messages to the channels of the owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.expected import recorded
from tests.runner.alerts.channel_files import write_alerts
from tests.runner.alerts.receivers import web_receiver
from tests.runner.alerts.test_watch import Fast
from tests.runner.place import ENGINEER, wait_for

if TYPE_CHECKING:
    from tests.runner.alerts.receivers import WebReceiver
    from tests.runner.place import Place

MINUTE = 60


def words(receiver: WebReceiver) -> list[str]:
    """What each message begins with: [CRITICAL], [ESCALATED], …"""
    return [title.split()[0] for title in receiver.titles]


def test_owners_are_told_in_their_order_until_one_acknowledges(place: Place) -> None:
    with web_receiver() as first, web_receiver() as lead, web_receiver() as swe:
        owners = zip(("ml_engineer", "ml_lead", "swe_lead"), (first, lead, swe), strict=True)
        channels = "".join(
            f"  - {{name: c{n}, url: '{to.address()}', owner: {owner}, minimum: critical}}\n"
            for n, (owner, to) in enumerate(owners)
        )
        write_alerts(place.home, f"acknowledge_minutes: 15\nchannels:\n{channels}")
        fast = Fast(place)
        engineer = place.client(ENGINEER)
        incident = recorded(engineer.open_incident(place.week.id, "crash", "It stopped."))
        fast.round()
        wait_for(lambda: first.titles)
        fast.round(14 * MINUTE)
        assert lead.titles == []
        fast.round(2 * MINUTE)
        wait_for(lambda: lead.titles)
        assert words(lead) == ["[ESCALATED]"]
        assert "ML lead" in lead.bodies[0]
        recorded(place.lead.acknowledge(f"incident:{incident.id}"))
        for _ in range(2):
            fast.round(15 * MINUTE)  # the second one is when it would be the next owner's turn
        wait_for(lambda: words(first)[-1] == words(lead)[-1] == "[ACKNOWLEDGED]")
        fast.end()
    assert swe.titles == [], "its turn has not come"
    assert words(first) == ["[CRITICAL]", "[ESCALATED]", "[ACKNOWLEDGED]"]
    assert words(lead) == ["[ESCALATED]", "[ACKNOWLEDGED]"]
