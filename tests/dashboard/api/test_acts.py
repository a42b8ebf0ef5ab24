"""Acts by token: the same rights as at the terminal, and the ledger says which token acted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.token_scopes import Scope
from core.vocabulary import JobKind
from runner.home.sessions import id_of
from tests.expected import present

if TYPE_CHECKING:
    from tests.dashboard.api.conftest import Served


def _passing(served: Served, verdict: str = "PASS") -> dict[str, Any]:
    """A check of this verdict that has no tick."""
    read = served.get(f"/api/v1/weeks/active/checks?verdict={verdict}", served.token("vic")).json()
    return next(one for one in read["items"] if one["tick"] is None)


def _tick(served: Served, secret: str, one: dict[str, Any], **more: Any) -> Any:
    body = {"slot": one["slot"], "check": one["check"], "verdict_seen": one["verdict"], **more}
    return served.post("/api/v1/weeks/active/ticks", secret, body)


def test_a_tick_is_on_the_ledger_with_its_token(served: Served) -> None:
    secret, one = served.token("eva", Scope.TICK), _passing(served)
    answer = _tick(served, secret, one)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["by"], made["role"], made["verified"]) == ("eva@example.org", "engineer", True)
    line = served.lines()[-1]
    assert line["kind"] == "tick"
    assert line["token"] == id_of(secret)[:12]
    assert line["body"]["verdict_seen"] == one["verdict"]
    assert line["body"]["value_seen"] == one["value"]
    path = f"/api/v1/weeks/active/checks?slot={one['slot']}"
    read = served.get(path, secret).json()["items"]
    assert next(each for each in read if each["check"] == one["check"])["tick"] == made


def test_the_line_of_a_token_is_proved_and_survives_a_rebuild(served: Served) -> None:
    from runner.recovery.verification import verify_ledger

    _tick(served, served.token("eva", Scope.TICK), _passing(served))
    report = verify_ledger(served.home)
    assert not report.problems


def test_a_second_tick_is_a_conflict_unless_it_replaces(served: Served) -> None:
    secret, one = served.token("eva", Scope.TICK), _passing(served)
    first = _tick(served, secret, one).json()
    again = _tick(served, secret, one)
    assert again.status_code == 409
    assert "ticked it at" in again.json()["detail"]
    replaced = _tick(served, secret, one, replaces=first["id"], note="Looked again.")
    assert replaced.status_code == 201


def test_a_tick_is_taken_back_with_a_reason(served: Served) -> None:
    secret, one = served.token("eva", Scope.TICK), _passing(served)
    made = _tick(served, secret, one).json()
    path = f"/api/v1/ticks/{made['id']}/withdraw"
    assert served.post(path, secret, {"reason": " "}).status_code == 422
    taken = served.post(path, secret, {"reason": "the wrong slot"})
    assert taken.status_code == 200, taken.text
    assert (taken.json()["tick"], taken.json()["check"]) == (made["id"], one["check"])
    assert served.lines()[-1]["body"]["action"] == "withdraw"
    assert served.post(path, secret, {"reason": "again"}).status_code == 409
    read = served.get(f"/api/v1/weeks/active/checks?slot={one['slot']}", secret).json()["items"]
    assert next(each for each in read if each["check"] == one["check"])["tick"] is None


def test_a_tick_needs_the_present_verdict_and_a_note_if_it_does_not_pass(served: Served) -> None:
    secret = served.token("eva", Scope.TICK)
    one = _passing(served, "FAIL")
    assert _tick(served, secret, {**one, "verdict": "PASS"}).status_code == 409
    assert _tick(served, secret, one).status_code == 422
    assert _tick(served, secret, one, note="Known; it is being repaired.").status_code == 201


def test_no_check_is_ticked_before_its_time(served: Served) -> None:
    secret = served.token("eva", Scope.TICK)
    slots = served.get("/api/v1/weeks/active/slots?state=upcoming", secret).json()["items"]
    late = next(one for one in slots if one["checks"] and one["kind"] == "daily")
    body = {"slot": late["id"], "check": late["checks"][0], "verdict_seen": "PENDING"}
    answer = served.post("/api/v1/weeks/active/ticks", secret, body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:trainweek:problem:refused")


@pytest.mark.parametrize(
    ("name", "scopes", "path", "body", "status"),
    [
        ("eva", (), "weeks/active/notes", {"slot": "launch", "text": "x"}, 403),
        ("vic", (Scope.TICK,), "weeks/active/notes", {"slot": "launch", "text": "x"}, 403),
        ("eva", (Scope.TICK,), "weeks/active/notes", {"slot": "launch", "text": "x"}, 201),
        ("eva", (Scope.TICK,), "weeks/active/notes", {"slot": "launch", "text": " "}, 422),
        ("eva", (Scope.TICK,), "weeks/active/notes", {"slot": "nowhere", "text": "x"}, 422),
        ("eva", (Scope.TICK,), "jobs", {"kind": "data-check"}, 403),
        ("eva", (Scope.OPERATE,), "jobs", {"kind": "data-check"}, 202),
        ("carla", (Scope.OPERATE,), "jobs", {"kind": "data-check"}, 403),
        ("eva", (Scope.OPERATE, Scope.DECIDE), "jobs", {"kind": "revalidate"}, 403),
        ("eva", (Scope.OPERATE,), "jobs", {"kind": "nonsense"}, 422),
        ("eva", (Scope.OPERATE,), "jobs", {"kind": "data-check", "params": {"x": 1}}, 422),
        ("lea", (Scope.TICK,), "weeks/active/incidents", {"procedure": "no", "summary": "x"}, 422),
        ("eva", (Scope.OPERATE,), "jobs/nothing/stop", None, 404),
        ("eva", (Scope.TICK,), "weeks/1999-01-01/notes", {"slot": "launch", "text": "x"}, 404),
    ],
)
def test_rights_are_those_of_role_and_scope(
    served: Served, name: str, scopes: tuple[Scope, ...], path: str, body: Any, status: int
) -> None:
    before = len(served.lines())
    answer = served.post(f"/api/v1/{path}", served.token(name, *scopes), body)
    assert answer.status_code == status, answer.text
    later = served.lines()[before:]
    if status == 403:
        assert [line["body"].get("action") for line in later] == ["deny"]
        assert answer.json()["remedy"]
    elif status >= 400:
        assert later == []
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert later[0]["token"]


def test_a_token_never_closes_what_blocks_a_start(served: Served) -> None:
    secret = served.token("lea", *Scope)
    opened = served.post(
        "/api/v1/weeks/active/incidents", secret, {"procedure": "crash", "summary": "It died."}
    )
    assert opened.json()["blocks_start"]
    path = f"/api/v1/incidents/{opened.json()['id']}/close"
    refused = served.post(path, secret, {"reason": "Repaired."})
    assert refused.status_code == 403
    assert "fresh sign-in" in refused.json()["detail"]
    mild = served.post(
        "/api/v1/weeks/active/incidents", secret, {"procedure": "performance", "summary": "Flat."}
    )
    path = f"/api/v1/incidents/{mild.json()['id']}/close"
    assert served.post(path, secret, {"reason": "It rises."}).json()["state"] == "CLOSED"


def test_a_repeated_request_is_done_once(served: Served) -> None:
    secret, key = served.token("eva", Scope.TICK, Scope.OPERATE), {"Idempotency-Key": "night 1"}
    note = {"slot": "launch", "text": "Once."}
    path = "/api/v1/weeks/active/notes"
    first = served.post(path, secret, note, **key)
    assert served.post(path, secret, note, **key).json() == first.json()
    job = served.post("/api/v1/jobs", secret, {"kind": "data-check"}, **{"Idempotency-Key": "j"})
    again = served.post("/api/v1/jobs", secret, {"kind": "data-check"}, **{"Idempotency-Key": "j"})
    assert again.json() == job.json()
    other = served.post("/api/v1/jobs", secret, {"kind": "data-check"})
    assert other.status_code == 409
    assert served.post("/api/v1/jobs", secret, {"kind": "data-check"}, **key).status_code == 422
    crash = {"procedure": "crash", "summary": "It died."}
    refused = served.post("/api/v1/weeks/active/incidents", secret, crash, **key)
    assert refused.status_code == 422
    assert "already has this key" in refused.json()["detail"]


def test_a_job_is_stopped(served: Served) -> None:
    secret = served.token("eva", Scope.OPERATE)
    job = present(served.place.client().live_job(JobKind.TRAIN))
    answer = served.post(f"/api/v1/jobs/{job.id}/stop", secret, None)
    assert answer.status_code == 202
    assert served.lines()[-1]["by"] == "eva@example.org"


def test_actions_of_an_incident_are_marked(served: Served) -> None:
    secret = served.token("eva", Scope.TICK)
    opened = served.post(
        "/api/v1/weeks/active/incidents", secret, {"procedure": "crash", "summary": "It died."}
    ).json()
    path = f"/api/v1/incidents/{opened['id']}/actions"
    waiting = [one["index"] for one in opened["actions"] if one["state"] == "OPEN"]
    first, second = waiting[:2]
    done = served.post(f"{path}/{first}", secret, {"state": "DONE", "note": "Looked."}).json()
    assert done["actions"][first]["state"] == "DONE"
    assert done["actions"][first]["by"] == "eva@example.org"
    assert served.post(f"{path}/{second}", secret, {"state": "SKIPPED"}).status_code == 422
    skipped = served.post(f"{path}/{second}", secret, {"state": "SKIPPED", "note": "No need."})
    assert skipped.json()["actions"][second]["state"] == "SKIPPED"
    assert served.post(f"{path}/{second}", secret, {"state": "OPEN"}).status_code == 422
    assert served.post(f"{path}/900", secret, {"state": "DONE"}).status_code == 422


def test_the_training_is_restarted_with_another_learning_rate(served: Served) -> None:
    path, body = "/api/v1/training/restart", {"learning_rate": 1e-4}
    assert served.post(path, served.token("eva", Scope.TICK), body).status_code == 403
    answer = served.post(path, served.token("eva", Scope.OPERATE), body)
    assert answer.status_code == 202, answer.text
    line = next(one for one in reversed(served.lines()) if one["kind"] == "request")
    assert line["token"]
    assert line["body"]["params"]["learning_rate"] == 1e-4


def test_reading_writes_nothing(served: Served) -> None:
    secret = served.token("lea", *Scope)
    document = served.get("/api/v1/openapi.json", secret).json()
    before = served.home.ledger.read_bytes()
    run = present(served.place.client().runs()[0].run)
    for path, operations in document["paths"].items():
        if "get" in operations:
            address = path.replace("{week}", "active").replace("{run}", run)
            query = "?tag=train/loss" if path.endswith("series") else ""
            assert served.get(address + query, secret).status_code == 200, path
    assert served.home.ledger.read_bytes() == before
