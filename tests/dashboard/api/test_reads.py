"""What programs read agrees with what the pages show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from core.market.synthetic_mark import MARKER
from core.telemetry import RunReader
from core.vocabulary import Verdict
from dashboard.data.services import Services
from tests.dashboard.api.conftest import Served
from tests.dashboard.place import LAUNCH, LEAD
from tests.expected import present, recorded


def every(served: Served, path: str, secret: str, limit: int = 3) -> list[Any]:
    """All items of a list, page by page."""
    found: list[Any] = []
    after = ""
    while True:
        sign = "&" if "?" in path else "?"
        page = served.get(f"{path}{sign}limit={limit}{after}", secret).json()
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


def test_checks_are_those_of_the_pages(served: Served) -> None:
    services = Services(served.home, LEAD, now=lambda: served.place.now)
    snapshot = present(services.snapshot())
    shown = {
        (view.spec.id, judged.check): (judged.verdict.value, str(judged.why))
        for view in snapshot.timeline
        if view.at <= snapshot.now_week
        for judged in snapshot.judgements(view.spec)
    }
    read = every(served, "/api/v1/weeks/active/checks", served.token("vic"))
    assert {(one["slot"], one["check"]): (one["verdict"], one["why"]) for one in read} == shown
    assert {one["verdict"] for one in read} > {"PASS"}
    for one in read:
        assert one["reading"] is not None or one["verdict"] != "PASS"


def test_lists_are_filtered(served: Served) -> None:
    secret = served.token("vic")
    path = "/api/v1/weeks/active/checks"
    whole = every(served, path, secret)
    for verdict in Verdict:
        wanted = [one for one in whole if one["verdict"] == verdict]
        assert every(served, f"{path}?verdict={verdict}", secret) == wanted
    first = whole[0]["slot"]
    assert every(served, f"{path}?slot={first}", secret) == [
        one for one in whole if one["slot"] == first
    ]
    answer = served.get(f"{path}?verdict=GREEN", secret)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query.verdict"


def test_a_week_says_what_is_wrong(served: Served) -> None:
    read = served.get("/api/v1/weeks/active", served.token("vic")).json()
    assert read["id"] == "2026-02-23"
    assert read["training_status"] == "RUNNING"
    assert read["runner_alive"] is False
    assert any(one["severity"] == "critical" for one in read["concerns"])
    in_portuguese = served.get(
        "/api/v1/weeks/active", served.token("vic"), **{"Accept-Language": "pt-BR"}
    ).json()
    assert {one["text"] for one in in_portuguese["concerns"]} & {
        one["text"] for one in read["concerns"]
    } == set()


def test_other_lists_answer(served: Served) -> None:
    secret = served.token("vic")
    week = present(served.place.client().active_week())
    recorded(served.place.client().open_incident(week.id, "crash", "It died."))
    for name in ("slots", "runs", "findings", "incidents", "jobs", "decisions", "notes"):
        answer = served.get(f"/api/v1/weeks/{week.id}/{name}", secret)
        assert answer.status_code == 200, answer.text
        if name not in ("decisions", "notes"):
            assert answer.json()["items"], name
    opened = every(served, "/api/v1/weeks/active/incidents?open=true", secret)
    assert [one["procedure"] for one in opened] == ["crash"]
    assert opened[0]["actions"][0]["state"] == "OPEN"
    assert every(served, "/api/v1/weeks/active/incidents?open=false", secret) == []
    assert [one["id"] for one in every(served, "/api/v1/weeks", secret)] == [week.id]


class TestSeries:
    @pytest.fixture
    def path(self, served: Served) -> str:
        runs = served.get("/api/v1/weeks/active/runs", served.token("vic")).json()["items"]
        assert runs[0]["newest"]
        assert runs[0]["readings"]["step"]["value"] == 180 * 4096
        return f"/api/v1/weeks/active/runs/{runs[0]['name']}"

    def test_a_curve_is_what_was_logged(self, served: Served, path: str) -> None:
        secret = served.token("vic")
        assert "train/approx_kl" in served.get(f"{path}/tags", secret).json()["tags"]
        read = served.get(f"{path}/series?tag=rollout/ep_rew_mean", secret).json()
        run = served.place.client().runs()[0].run
        reader = RunReader(served.home.run(run))
        reader.refresh()
        logged = reader.events().series("rollout/ep_rew_mean")
        assert read["step"] == logged.step.tolist()
        assert read["value"] == logged.value.tolist()
        assert read["points"] == len(logged) == 180

    def test_from_and_to_cut_it(self, served: Served, path: str) -> None:
        begin, end = LAUNCH + timedelta(minutes=30), LAUNCH + timedelta(minutes=60)
        read = served.get(
            f"{path}/series?tag=train/loss&from={begin:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}",
            served.token("vic"),
        ).json()
        at = [datetime.fromtimestamp(one, UTC) for one in read["at"]]
        assert (at[0], at[-1], len(at)) == (begin + timedelta(minutes=1), end, 30)

    def test_downsampling_keeps_lowest_and_highest(self, served: Served, path: str) -> None:
        secret = served.token("vic")
        whole = served.get(f"{path}/series?tag=train/loss", secret).json()
        few = served.get(f"{path}/series?tag=train/loss&points=20", secret).json()
        assert len(few["value"]) <= 20
        assert few["points"] == whole["points"]
        assert min(few["value"]) == min(whole["value"])
        assert max(few["value"]) == max(whole["value"])
        assert set(zip(few["step"], few["value"], strict=True)) <= set(
            zip(whole["step"], whole["value"], strict=True)
        )

    @pytest.mark.parametrize(
        ("more", "status"),
        [
            ("?tag=nothing/here", 404),
            ("?tag=train/loss&points=3", 422),
            ("?tag=train/loss&from=yesterday", 422),
            ("?tag=train/loss&from=2026-02-23T14:00:00", 422),
            ("", 422),
        ],
    )
    def test_what_is_wrong_is_said(self, served: Served, path: str, more: str, status: int) -> None:
        answer = served.get(f"{path}/series{more}", served.token("vic"))
        assert answer.status_code == status
        assert answer.json()["status"] == status
        assert answer.json()["detail"]

    def test_only_runs_of_the_week_are_read(self, served: Served) -> None:
        outside = served.home.root / "elsewhere"
        outside.mkdir()
        for name in ("..", "%2e%2e", "..%2f..", "elsewhere"):
            answer = served.get(f"/api/v1/weeks/active/runs/{name}/tags", served.token("vic"))
            assert answer.status_code == 404, name


def test_values_that_are_not_finite_are_null(place: Any) -> None:
    from tests.event_files import write_events

    served = Served(place)
    walls = [LAUNCH.timestamp() + 60 * one for one in range(1, 5)]
    values = [1.0, float("nan"), float("inf"), 2.0]
    points = [
        (one * 10, wall, value)
        for one, (wall, value) in enumerate(zip(walls, values, strict=True), 1)
    ]
    write_events(place.home.root / "watched" / "attempt-001", {"train/loss": points})
    place.week(watched=place.home.root / "watched")
    secret = served.token("vic")
    run = served.get("/api/v1/weeks/active/runs", secret).json()["items"][0]["name"]
    read = served.get(f"/api/v1/weeks/active/runs/{run}/series?tag=train/loss", secret).json()
    assert (read["value"], read["not_finite"]) == ([1.0, None, None, 2.0], 2)


def test_an_unchanged_answer_is_not_sent_again(served: Served) -> None:
    secret = served.token("vic")
    first = served.get("/api/v1/weeks/active/slots", secret)
    tag = first.headers["etag"]
    again = served.get("/api/v1/weeks/active/slots", secret, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    week = present(served.place.client().active_week())
    recorded(served.place.client().note(week.id, "launch", "Something."))
    served.place.now += timedelta(seconds=2)
    notes = served.get("/api/v1/weeks/active/notes", secret, **{"If-None-Match": tag})
    assert notes.status_code == 200
    assert notes.headers["etag"] != tag


def test_a_cursor_stays_where_it_is_when_new_items_come(served: Served) -> None:
    secret, week = served.token("vic"), present(served.place.client().active_week())
    lead = served.place.client()
    for procedure in ("crash", "performance"):
        recorded(lead.open_incident(week.id, procedure, "x"))
    page = served.get("/api/v1/weeks/active/incidents?limit=1", secret).json()
    recorded(lead.open_incident(week.id, "data", "x"))
    served.place.now += timedelta(seconds=2)
    rest = served.get(f"/api/v1/weeks/active/incidents?after={page['next']}", secret).json()
    assert [one["procedure"] for one in page["items"] + rest["items"]] == ["performance", "crash"]
    assert served.get("/api/v1/weeks?after=nonsense", secret).status_code == 404


def test_there_is_no_such_week(served: Served) -> None:
    answer = served.get("/api/v1/weeks/1999-01-01", served.token("vic"))
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no week 1999-01-01."


def test_a_mistyped_week_opens_no_store(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str | None] = []
    begin = Services.__init__

    def noted(self: Services, *given: Any, **more: Any) -> None:
        opened.append(more["week_id"])
        begin(self, *given, **more)

    monkeypatch.setattr(Services, "__init__", noted)
    secret, week = served.token("vic"), present(served.place.client().active_week())
    for name in ("active", week.id, week.id, *(f"1999-01-{day:02}" for day in range(1, 9))):
        status = served.get(f"/api/v1/weeks/{name}", secret).status_code
        assert status == (404 if name.startswith("1999") else 200), name
    assert opened == [None, week.id]


def test_before_the_first_week_the_lists_are_empty(place: Any) -> None:
    served = Served(place)
    secret = served.token("vic")
    assert served.get("/api/v1/weeks", secret).json() == {"items": [], "next": None}
    assert served.get("/api/v1/weeks/active", secret).status_code == 404
    assert np.isclose(float(served.get("/metrics", secret).text.count("trainweek_run_step")), 0)


def test_a_market_is_made_up_wherever_it_is_said_by_one_rule(served: Served) -> None:
    secret = served.token("vic")

    def said() -> tuple[bool, bool, bool]:
        listed = served.place.client().listed_weeks()[0]
        now = served.get("/api/v1/weeks/active", secret).json()["synthetic"]
        (one,) = served.get("/api/v1/weeks", secret).json()["items"]
        return now, one["synthetic"], listed.synthetic

    assert said() == (False, False, False)
    served.home.train_data.mkdir(parents=True)
    candles = served.home.train_data / "OGNUSDT-1h-synthetic.csv"
    candles.write_text(f"{MARKER} made up\nopen_time,open\n1,2\n")
    served.place.now += timedelta(minutes=1)
    assert said() == (True, True, True)
    candles.unlink()
    (job,) = served.place.client().jobs()
    result = served.home.attempt(job.id, 1) / "result.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text('{"synthetic": true}')
    served.place.now += timedelta(minutes=1)
    assert said() == (True, True, True)  # what was trained on them stays so
