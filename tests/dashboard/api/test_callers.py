"""No address for programs answers without an identity, but the two that tell nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from core.token_scopes import Scope
from core.trusted_proxy import TrustedProxy
from dashboard.api.app import application
from dashboard.api.weeks_read import WeeksRead
from tests.dashboard.api.conftest import COOKIE, OWN, PORT, Served

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tests.dashboard.place import Place

OPEN = {"/healthz", "/readyz"}
PROBLEM = "application/problem+json"


def _addresses(place: Place) -> list[tuple[str, str]]:
    """Every method and address that the app has."""
    app: FastAPI = application(WeeksRead(place.home, lambda: place.now))
    described = [
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    ]
    plain = [
        (method, route.path)
        for route in app.routes
        if not isinstance(route, APIRoute) and hasattr(route, "path") and hasattr(route, "methods")
        for method in route.methods or ()
    ]
    found = sorted({*described, *plain})
    assert len(found) > 20
    return found


@pytest.mark.parametrize("login", [False, True], ids=["without a login", "with a login"])
def test_no_address_answers_without_identity(week: Place, login: bool) -> None:
    served = Served(week, login)
    filled = {"{week}": "active", "{run}": "x", "{incident}": "1", "{job}": "x"}
    for method, path in _addresses(week):
        for name, value in filled.items():
            path = path.replace(name, value)
        answer = served.caller.request(method, path)
        if path in OPEN:
            assert answer.text in ("ok\n", "not ready\n", ""), path
            continue
        assert answer.status_code == 401, (method, path)
        if method != "HEAD":
            assert answer.headers["content-type"] == PROBLEM
            assert answer.json()["remedy"]
            assert "2026-02-23" not in answer.text
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for unknown in ("/api", "/api/", "/api/v2/weeks", "/api/v1/nothing", "/api/v1/../metrics"):
        assert served.caller.get(unknown).status_code == 401, unknown


def test_a_token_that_does_not_count_opens_nothing(served: Served) -> None:
    good = served.token("eva")
    assert served.get("/api/v1/weeks", good).status_code == 200
    for secret in ("x", good[:-1], good + "x", "é" * 20, "a" * 5000):
        given = f"Bearer {secret}".encode()
        answer = served.caller.get("/api/v1/weeks", headers={b"Authorization": given})
        assert answer.status_code == 401, secret
    for header in ("Bearer", "Bearer ", f"Basic {good}", good, ""):
        answer = served.caller.get("/api/v1/weeks", headers={"Authorization": header})
        assert answer.status_code == 401, header
    served.revoke(good)
    answer = served.get("/api/v1/weeks", good)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:trainweek:problem:no-identity")
    assert "was revoked" in answer.json()["detail"]
    short = served.token("eva", days=1)
    served.place.now += timedelta(days=2)
    assert served.get("/api/v1/weeks", short).status_code == 401


def test_a_person_who_is_not_listed_any_more_reads_nothing(served: Served) -> None:
    secret = served.token("eva")
    served.list_people({"lea@example.org": "lead"})
    assert served.get("/api/v1/weeks", secret).status_code == 403
    assert served.get("/metrics", secret).status_code == 403
    served.home.access.write_text("people: [")  # a list in doubt is a no
    assert served.get("/api/v1/weeks", secret).status_code in (403, 422, 503)


def test_a_bad_token_is_not_made_good_by_a_session(served: Served) -> None:
    served.caller.cookies.set(COOKIE, served.session())
    assert served.get("/api/v1/weeks").status_code == 200
    assert served.get("/api/v1/weeks", "wrong").status_code == 401


def test_a_session_reads_and_never_acts(served: Served) -> None:
    served.caller.cookies.set(COOKIE, served.session("lea"))
    assert served.get("/metrics").status_code == 200
    before = served.home.ledger.read_bytes()
    own = {"Origin": f"http://localhost:{PORT}"}
    answer = served.caller.post(
        "/api/v1/weeks/active/notes", json={"slot": "launch", "text": "x"}, headers=own
    )
    assert answer.status_code == 403
    assert answer.headers["content-type"] == PROBLEM
    assert served.home.ledger.read_bytes() == before


def test_a_session_counts_under_the_own_name_alone(open_served: Served) -> None:
    open_served.caller.cookies.set(COOKIE, open_served.session())
    assert open_served.get("/api/v1/weeks").status_code == 200
    for host in ("evil.example", f"evil.example:{PORT}", "localhost:1", ""):
        assert open_served.get("/api/v1/weeks", Host=host).status_code == 401, host


def test_without_a_login_an_act_is_sent_to_the_terminal(open_served: Served) -> None:
    open_served.caller.cookies.set(COOKIE, open_served.session())
    own = {"Origin": f"http://localhost:{PORT}"}
    answer = open_served.caller.post(
        "/api/v1/weeks/active/notes", json={"slot": "launch", "text": "x"}, headers=own
    )
    assert answer.status_code == 403
    assert "at the terminal" in answer.json()["remedy"], "there is no token to make"


def test_an_ended_session_reads_nothing(served: Served) -> None:
    token = served.session()
    served.caller.cookies.set(COOKIE, token)
    session = served.entry.session(token)
    assert session is not None
    served.entry.leave(session)
    assert served.get("/api/v1/weeks").status_code == 401


def test_without_a_login_no_token_counts(open_served: Served) -> None:
    secret = open_served.token("lea", *Scope)
    answer = open_served.get("/api/v1/weeks", secret)
    assert answer.status_code == 401
    assert "trainweek link" in answer.json()["remedy"]


def test_a_large_request_is_refused_before_it_is_read(served: Served) -> None:
    secret = served.token("eva", Scope.TICK)
    body = {"slot": "launch", "text": "x" * 100_000}
    assert served.post("/api/v1/weeks/active/notes", secret, body).status_code == 413


class TestMetricsOnLoopback:
    def ask(self, week: Place, client: str = "127.0.0.1", **headers: str) -> int:
        served = Served(week, metrics_on_loopback=True)
        caller = TestClient(served.gate, base_url=f"http://127.0.0.1:{PORT}", client=(client, 9))
        answer = caller.get("/metrics", headers=headers)
        assert caller.get("/api/v1/weeks", headers=headers).status_code == 401  # nothing else
        return answer.status_code

    def test_a_collector_on_this_machine_needs_no_token(self, week: Place) -> None:
        assert self.ask(week) == 200

    def test_nobody_else_comes_in_by_it(self, week: Place) -> None:
        assert self.ask(week, client="10.0.0.7") == 401
        assert self.ask(week, Host="train.example.org") == 401
        assert self.ask(week, **{"X-Forwarded-For": "10.0.0.7"}) == 401
        assert self.ask(week, Forwarded="for=10.0.0.7") == 401

    def test_it_is_off_by_default(self, served: Served) -> None:
        assert served.get("/metrics", Host=f"127.0.0.1:{PORT}").status_code == 401


def test_all_addresses_lie_below_the_base_path(week: Place) -> None:
    served = Served(week, base="/trainweek")
    secret = served.token("vic")
    assert served.get("/trainweek/healthz").text == "ok\n"
    assert served.get("/trainweek/metrics", secret).status_code == 200
    document = served.get("/trainweek/api/v1/openapi.json", secret).json()
    assert document["servers"] == [{"url": "/trainweek"}]
    answer = served.get("/trainweek/api/v1/weeks/active", secret)
    assert answer.json()["id"] == "2026-02-23"
    assert answer.headers["etag"]
    assert served.get("/trainweek/api/v1/weeks").status_code == 401
    for outside in ("/healthz", "/metrics", "/api/v1/weeks"):
        assert served.get(outside, secret).status_code == 404


def test_a_session_counts_for_the_person_alone_whom_the_proxy_names(week: Place) -> None:
    served = Served(week, proxy=TrustedProxy(addresses=("10.0.0.5",), email_header="X-Email"))
    caller = TestClient(
        served.gate, base_url=OWN, client=("10.0.0.5", 9), cookies={COOKIE: served.session("eva")}
    )
    for name, status in (("eva", 200), ("lea", 401)):
        answer = caller.get("/api/v1/weeks", headers={"X-Email": f"{name}@example.org"})
        assert answer.status_code == status, name
    direct = {"Authorization": f"Bearer {served.token('vic')}", "X-Email": "lea@example.org"}
    read = caller.get("/api/v1/weeks", headers=direct)
    assert read.status_code == 200  # the token says who asks
