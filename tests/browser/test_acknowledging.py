"""A stalled trainer reaches a phone: the message's link, one tap, and the chain of owners stops."""

from __future__ import annotations

import os
import re
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.vocabulary import JobKind, JobState, Role
from runner.alerts.alert_store import AlertStore
from tests.browser.place import Site, wait_for
from tests.expected import present
from tests.runner.alerts.channel_files import write_alerts
from tests.runner.alerts.receivers import web_receiver
from tests.runner.place import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.alerts.conditions import Alert
    from tests.browser.conftest import Open
    from tests.runner.place import Place

__all__ = ["place"]

QUICK = {
    "TRAINWEEK_ALERTS_S": "0.5",
    "TRAINWEEK_LIVENESS_S": "0.2",
    "TRAINWEEK_STALLED_S": "1.5",
    "TRAINWEEK_STALLED_GAPS": "2",
}
EACH = timedelta(seconds=30)  # that an owner has to acknowledge


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    made = Site(place.home.root)
    try:
        made.serve()
        yield made
    finally:
        made.close()


def test_a_stall_reaches_a_phone_and_one_tap_stops_the_chain(
    place: Place, site: Site, window: Open
) -> None:
    with web_receiver() as receiver:
        write_alerts(
            place.home,
            f"base_url: {site.url}\n"
            f"acknowledge_minutes: {EACH.total_seconds() / 60}\n"
            f"channels:\n  - {{name: team, url: '{receiver.address()}'}}\n",
        )
        place.runner(**QUICK)
        job = place.submit(JobKind.TRAIN, do="sleep")
        wait_for(place.in_state(job, JobState.RUNNING), "the trainer")
        wait_for(lambda: place.lead.progress(job.id), "its progress")
        os.kill(place.pid(job), signal.SIGSTOP)
        wait_for(
            lambda: any("alert=incident:" in body for body in receiver.bodies), "the message", 120
        )
        body = next(body for body in receiver.bodies if "alert=incident:" in body)
        link = present(re.search(rf"{site.url}/alerts\?\S+", body))[0]

        screen = window(site, "phone", role=Role.ENGINEER)
        screen.page.goto(link)
        (incident,) = place.lead.incidents(place.week.id)
        key = f"incident:{incident.id}"
        card = screen.part(f"alert-{key}")
        button = card.get_by_role("button", name="Acknowledge")
        expect(button).to_be_enabled()
        screen.settle()
        box = present(button.bounding_box())
        assert box["height"] >= 44, "a finger hits it"
        screen.keep("alerts-phone")
        button.click()
        expect(card).to_contain_text("Acknowledged by local-engineer")
        screen.assert_whole()
        by, at = present(present(place.lead.incident(incident.id)).acknowledged)
        assert by == "local-engineer"

        def alert() -> Alert:
            return AlertStore(place.home).alerts()[key]

        wait_for(lambda: any("[ACKNOWLEDGED]" in text for text in receiver.titles), "the others")
        passed_on = sum("ESCALATED" in title for title in receiver.titles)
        due = max(present(alert().told) + EACH, at) + timedelta(seconds=3)
        wait_for(lambda: alert().last_seen > due, "a look after the owner's time")
        assert sum("ESCALATED" in title for title in receiver.titles) == passed_on
        assert alert().firing
        screen.go("escalation")
        screen.sees("Acknowledged by local-engineer")
        os.kill(place.pid(job), signal.SIGCONT)
