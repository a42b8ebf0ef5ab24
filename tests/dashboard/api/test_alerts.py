"""Alerts, silences and the outbox, as programs and collectors read them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.alerts.edges import edges
from core.token_scopes import Scope
from core.vocabulary import Severity
from runner.alerts.alert_store import AlertStore
from tests.core.alerts.notices import condition, look
from tests.dashboard.api.test_measures import of, samples
from tests.runner.alerts.channel_files import one_channel

if TYPE_CHECKING:
    from tests.dashboard.api.conftest import Served


@pytest.fixture
def alarmed(served: Served) -> Served:
    """Two alerts hold, and a message about each waits for a channel that is down."""
    file, _ = one_channel(served.home, "json://127.0.0.1:9/")
    seen = look(condition(), condition("check:kl", level=Severity.WARNING))
    now = served.place.now
    found = edges({}, seen, [], now, timedelta(hours=4))
    assert AlertStore(served.home).save(found, file.channels, now) == 2
    return served


def test_what_holds_and_what_waits_is_listed(alarmed: Served) -> None:
    secret = alarmed.token("vic")
    items = alarmed.get("/api/v1/alerts", secret).json()["items"]
    assert {one["key"]: one["level"] for one in items} == {
        "finding:collapse": "critical",
        "check:kl": "warning",
    }
    assert items[0]["text"] == "Reward fell from 87 to 9.4."
    pt = {"Accept-Language": "pt"}
    in_pt = alarmed.get("/api/v1/alerts", secret, **pt).json()["items"]
    assert in_pt[0]["text"] == "A reward caiu de 87 para 9,4."
    [channel] = alarmed.get("/api/v1/channels", secret).json()["items"]
    assert (channel["channel"], channel["waiting"], channel["sent"]) == ("team", 2, 0)
    assert "127.0.0.1" not in str(channel)


def test_collectors_see_that_messages_wait(alarmed: Served) -> None:
    alarmed.place.now += timedelta(minutes=11)
    found = samples(alarmed)
    assert of(found, "trainweek_alerts_firing", level="critical") == 1
    assert of(found, "trainweek_alerts_firing", level="info") == 0
    assert of(found, "trainweek_outbox_waiting", channel="team") == 2
    assert of(found, "trainweek_outbox_failed", channel="team") == 0
    assert of(found, "trainweek_outbox_sent_total", channel="team") == 0
    assert of(found, "trainweek_outbox_oldest_seconds", channel="team") > 600


def test_a_silence_needs_reason_and_end_and_the_scope(alarmed: Served) -> None:
    until = (alarmed.place.now + timedelta(hours=2)).isoformat()
    body = {"what": "finding:collapse", "until": until, "reason": "It is being repaired."}
    path = "/api/v1/silences"
    assert alarmed.post(path, alarmed.token("eva"), body).status_code == 403
    assert alarmed.post(path, alarmed.token("vic", Scope.TICK), body).status_code == 403
    secret = alarmed.token("eva", Scope.TICK)
    assert alarmed.post(path, secret, {**body, "reason": " "}).status_code == 422
    late = (alarmed.place.now + timedelta(days=30)).isoformat()
    assert alarmed.post(path, secret, {**body, "until": late}).status_code == 422
    made = alarmed.post(path, secret, body)
    assert made.status_code == 201, made.text
    assert alarmed.lines()[-1]["token"]
    assert alarmed.get(path, secret).json()["items"] == [made.json()]
    assert of(samples(alarmed), "trainweek_silences") == 1
    ended = alarmed.post(f"{path}/{made.json()['id']}/end", secret, None)
    assert ended.status_code == 200
    assert alarmed.get(path, secret).json()["items"] == []
    assert alarmed.post(f"{path}/900000/end", secret, None).status_code == 422


def test_an_alert_is_taken_on_and_marked_within_the_scope(alarmed: Served) -> None:
    body = {"alert": "finding:collapse", "useful": False, "note": "a known restart"}
    path = "/api/v1/alerts/acknowledge"
    assert alarmed.post(path, alarmed.token("eva"), body).status_code == 403
    secret = alarmed.token("eva", Scope.TICK)
    assert alarmed.post(path, secret, {"alert": "finding:hung"}).status_code == 422
    made = alarmed.post(path, secret, body)
    assert made.status_code == 200, made.text
    found = made.json()
    assert (found["alert"], found["by"], found["useful"]) == (
        "finding:collapse",
        "eva@example.org",
        False,
    )
    taken, marked = alarmed.lines()[-2:]
    assert (taken["body"]["action"], marked["body"]["action"]) == ("acknowledge", "mark")
    assert marked["body"]["note"] == "a known restart"
    assert marked["token"]
    other = alarmed.post(path, alarmed.token("lea", Scope.TICK), body)
    assert other.status_code == 409
    assert "eva@example.org" in other.json()["detail"]


def test_what_belongs_to_a_drill_says_so(alarmed: Served) -> None:
    secret = alarmed.token("vic")
    real = alarmed.get("/api/v1/weeks/active", secret)
    assert real.json()["drill"] is False
    assert "X-Trainweek-Drill" not in real.headers
    assert of(samples(alarmed), "trainweek_drill") == 0
    (alarmed.home.root / "drill.json").write_text("{}")
    assert of(samples(alarmed), "trainweek_drill") == 1
    for path in ("/healthz", "/metrics", "/api/v1/weeks/active", "/api/v1/nothing"):
        assert alarmed.get(path, secret).headers["X-Trainweek-Drill"] == "DRILL", path
    assert alarmed.get("/api/v1/weeks/active", secret).json()["drill"] is True
    items = alarmed.get("/api/v1/alerts", secret).json()["items"]
    assert all(one["drill"] for one in items)
