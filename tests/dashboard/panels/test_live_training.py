"""Live training: each chart says what its tag means, in the viewer's language."""

from __future__ import annotations

import csv
import io
import json
import socket
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.telemetry.readings import known_series
from core.timestamps import iso
from core.vocabulary import Role, TrainingStatus
from dashboard.panels.live_training import tensorboard
from dashboard.panels.live_training.numbers import csv_of
from dashboard.panels.live_training.page import shown_curves
from dashboard.panels.live_training.settings import Settings
from runner.outcomes import Refused
from tests.dashboard.place import LAUNCH, PEOPLE, Place, events, text_of, tiles_of
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from core.telemetry import Series
    from dashboard.data.snapshot import Snapshot
    from dashboard.panels.live_training.chart_card import Card, Shown


def helps(test: AppTest) -> str:
    return "\n".join(str(element.help) for element in test.markdown if element.help)


def test_a_chart_tells_definition_unit_range_source_and_trap(tmp_path):
    place = Place(tmp_path / "home")
    place.watch()
    test = place.draw("live_training")
    assert not test.exception
    reported = helps(test).replace("\\", "")
    assert "`train/approx_kl` [nats]" in reported
    assert "half of the runs have a median between 0.005 and 0.013" in reported
    assert "observed in 376 public PPO runs" in reported
    assert "97% of healthy runs cross 0.01" in reported
    assert "100% of its maximum" in text_of(test)  # the entropy has not moved


def test_the_entropy_is_shown_itself_not_minus_it(tmp_path):
    """SB3 logs minus the entropy: drawn as it is, a policy that settles would seem to rise."""
    place = Place(tmp_path / "home")
    place.watch()
    test = place.draw("live_training")
    assert "**0.6000**" in text_of(test)
    assert "-0.6000" not in text_of(test)


def test_the_meaning_of_another_tag_is_markdown(tmp_path):
    place = Place(tmp_path / "home")
    place.watch()
    test = place.draw("live_training")
    test.multiselect(key="live:tags").set_value(["rollout/ep_len_mean"]).run()
    reported = [element.value for element in test.caption]
    assert any("**Pitfall:**" in text and "`rollout/ep_len_mean`" in text for text in reported)


def test_a_tag_that_is_not_known_is_shown_with_its_numbers(tmp_path):
    place = Place(tmp_path / "home")
    series = events(3.0)
    wall = LAUNCH.timestamp() + 60
    values = [(0, 2.5), (10, float("nan")), (4000, -1.0)]
    series["mine/buffer_age"] = [(step, wall + step / 100, value) for step, value in values]
    folder = place.home.root / "watched" / "attempt-001"
    write_events(folder, series)
    place.week(watched=folder.parent)
    test = place.draw("live_training")
    test.multiselect(key="live:tags").set_value(["mine/buffer_age"]).run()
    shown = " ".join(element.value for element in test.caption)
    assert "**buffer age (mine)** · `mine/buffer_age`: the trainer's own number." in shown
    assert "3 points, step 0 to 4,000 · first 2.50, last -1.00, lowest -1.00, highest 2.50" in shown
    assert "1 is NaN or infinite" in shown


def test_a_tile_without_data_is_short_enough_for_a_phone(tmp_path):
    place = Place(tmp_path / "home")
    series = events(1.0)
    del series["eval/sharpe"]
    folder = place.home.root / "watched" / "attempt-001"
    write_events(folder, series)
    place.week(watched=folder.parent)
    assert "**–**" in tiles_of(place.draw("this_week"))["Validation Sharpe"]


def test_meanings_are_told_in_portuguese(tmp_path):
    place = Place(tmp_path / "home")
    place.watch()
    test = place.draw("live_training", language="pt")
    assert not test.exception
    reported = helps(test).replace("\\", "")
    assert "observado em 376 execuções públicas" in reported
    assert "esconde lentidões" in reported


def reward_until(snapshot: Snapshot, moment: datetime) -> Series:
    return known_series(present(present(snapshot.run).reader), "rollout/ep_rew_mean", moment)


def test_what_is_shown_of_a_running_run_changes_four_times_a_minute(tmp_path):
    """Each redraw of a chart blinks in the browser, and the numbers beside it agree with it."""
    place = Place(tmp_path / "home")
    place.watch(hours=1.0)
    at_work = LAUNCH + timedelta(hours=1)
    points = reward_until(present(place.page().snapshot()), at_work)
    ends = []
    for seconds in (-15, -14, -1, 0):
        place.now = at_work + timedelta(seconds=seconds)
        snapshot = present(place.page().snapshot())
        assert snapshot.status is TrainingStatus.RUNNING
        ends.append(points.between(None, snapshot.shown_until.timestamp()).last)
        assert snapshot.readings["last_reward"].step == ends[-1][0]
        assert present(snapshot.logged).until == snapshot.shown_until
    assert ends[0] == ends[1] == ends[2] != ends[3] == points.last


def test_a_curve_that_has_just_begun_is_shown_at_once(tmp_path):
    place = Place(tmp_path / "home")
    place.watch(hours=1.0)
    place.now = LAUNCH + timedelta(seconds=65)
    snapshot = present(place.page().snapshot())
    assert snapshot.shown_until == LAUNCH + timedelta(seconds=60)
    place.now = LAUNCH + timedelta(seconds=58)  # before the first point
    early = present(place.page().snapshot())
    assert early.shown_until == place.now


def test_tensorboard_is_a_link_while_it_runs_and_else_a_command_to_copy(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.train()
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(tensorboard, "PORT", server.getsockname()[1])
        running = place.draw("live_training")
        links = [link.proto.url for link in running.get("link_button")]
        assert links == [f"http://localhost:{tensorboard.PORT}"]
    tensorboard.answers.clear()
    stopped = place.draw("live_training")
    assert not stopped.get("link_button")
    assert "The dashboard starts no programs" in text_of(stopped)
    assert [code.value for code in stopped.code] == [
        f"trainweek tensorboard --home {place.home.root}"
    ]


def marks(test: AppTest, chart: str) -> list[str]:
    """The names of the marks on a chart."""
    found = next(each for each in test.get("echarts_chart") if chart in str(each.proto.id))
    option = json.loads(found.proto.spec)
    return [line["name"] for line in option["series"][-1]["markLine"]["data"]]


def test_what_happened_is_marked_on_every_curve(place: Place) -> None:
    """Findings of the manual and our own, checks, and notes on a step."""
    place.watch(kl=0.9)
    week = present(place.client().active_week())
    recorded(place.client().note_at_step(week.id, 200_000, "longer episodes from here on"))
    place.now += timedelta(seconds=1)
    test = place.draw("live_training")
    assert not test.exception
    for chart in ("curve-reward", "curve-sharpe"):
        names = marks(test, chart)
        assert "longer episodes f…" in names
        assert "Exploding KL divergence" in names
        assert "15:00 Hourly" in names
    test.checkbox(key="live:show:note").uncheck().run()
    assert "longer episodes f…" not in marks(test, "curve-reward")
    assert test.query_params["hide"] == "note"


def test_the_address_shows_the_curves_as_they_were_left(place: Place) -> None:
    place.watch()
    test = place.draw("live_training")
    test.slider(key="live:smooth").set_value(60).run()
    test.toggle(key="live:log").set_value(True).run()
    test.number_input(key="live:from").set_value(100_000).run()
    asked = dict(test.query_params.items())
    assert asked == {"smooth": "60", "scale": "log", "from": "100000"}
    other = place.app("live_training")
    for name, value in asked.items():
        other.query_params[name] = value
    other.run()
    assert other.slider(key="live:smooth").value == 60
    option = json.loads(other.get("echarts_chart")[0].proto.spec)
    assert option["yAxis"][0]["type"] == "log"
    assert option["xAxis"][0]["min"] == 100_000
    assert option["series"][1]["name"] == "Reward, smoothed"


def test_a_mistyped_address_is_ignored(place: Place) -> None:
    place.watch()
    test = place.app("live_training")
    for name, value in {
        "axis": "sideways", "smooth": "-5", "from": "x", "to": "9" * 40, "tags": "none", "hide": "?",
        "beside": "run:../../etc",
    }.items():  # fmt: skip
        test.query_params[name] = value
    test.run()
    assert not test.exception
    assert len(test.get("echarts_chart")) >= 7


def written(place: Place) -> None:
    """A training log of three hours: a line a minute, and one issue."""
    lines = []
    for minute in range(180):
        at = iso(LAUNCH + timedelta(minutes=minute))
        lines.append(f"{at} [INFO] iteration {minute}")
        if minute == 49:
            lines.append(f"{at} [ISSUE] KL spike, reduzindo LR")
    place.home.training_log.parent.mkdir(parents=True, exist_ok=True)
    place.home.training_log.write_text("\n".join(lines) + "\n", encoding="utf-8")


def log_of(test: AppTest) -> str:
    return "\n".join(code.value for code in test.code)


def test_the_log_is_searched_and_filtered_by_level(place: Place) -> None:
    place.watch()
    written(place)
    test = place.app("live_training")
    test.session_state["live:training-log"] = True
    test.run()
    assert "iteration 179" in log_of(test)
    test.text_input(key="live:find").set_value("iteration 17").run()
    assert "iteration 170" in log_of(test)
    assert "iteration 160" not in log_of(test)
    test.text_input(key="live:find").set_value("").run()
    test.button_group(key="live:level").set_value(["ISSUE"]).run()
    assert log_of(test).strip().endswith("[ISSUE] KL spike, reduzindo LR")
    assert test.query_params["level"] == "ISSUE"


def test_a_mark_leads_to_the_log_of_its_minutes(place: Place) -> None:
    place.watch()
    written(place)
    week = present(place.client().active_week())
    recorded(place.client().note_at_step(week.id, 50 * 4096, "look here"))
    place.now += timedelta(seconds=1)
    test = place.app("live_training")
    test.session_state["live:happened"] = True
    test.run()
    rows = [each.value for each in test.markdown if "look here" in each.value]
    assert any("step 204,800" in row for row in rows)
    buttons = [b for b in test.button if (b.key or "").startswith("live:minutes-of:")]
    marked = [
        each.value
        for each in test.markdown
        if ":material/" in each.value and "step" in each.value and each.value[:2] != "- "
    ]
    place_of_it = next(i for i, row in enumerate(marked) if "look here" in row)
    buttons[place_of_it].click().run()
    assert test.query_params["minutes"] == "204800"
    shown = log_of(test)
    assert "iteration 45" in shown
    assert "iteration 55" in shown
    assert "iteration 60" not in shown


def test_a_note_is_written_at_a_step(place: Place) -> None:
    place.watch()
    test = place.draw("live_training")
    test.number_input(key="note:step:step").set_value(100_000)
    test.text_input(key="note:step:text").set_value("new data from here on")
    test.button(key="note:step:save").click().run()
    assert not test.exception
    (note,) = present(place.page().snapshot()).notes
    assert (note.step, note.text) == (100_000, "new data from here on")


def test_a_viewer_writes_no_note(place: Place) -> None:
    place.watch()
    test = place.draw("live_training", role=Role.VIEWER)
    assert test.button(key="note:step:save").disabled
    week = present(place.client().active_week())
    refused = place.client(PEOPLE[Role.VIEWER]).note_at_step(week.id, 5, "no right")
    assert isinstance(refused, Refused)
    assert isinstance(place.client().note_at_step(week.id, -1, "no such step"), Refused)


def curves_of(place: Place, chosen: Settings) -> tuple[Shown, Snapshot, list[Card]]:
    page = place.page()
    snapshot = present(page.snapshot())
    shown, cards, _ = shown_curves(page, snapshot, present(snapshot.logged), chosen)
    return shown, snapshot, cards


def test_the_csv_has_every_point_of_the_shown_part(place: Place) -> None:
    place.watch()
    shown, snapshot, cards = curves_of(place, Settings(low=100_000, high=200_000, smooth=50))
    rows = list(csv.DictReader(io.StringIO(csv_of(shown, snapshot, cards))))
    reward = [row for row in rows if row["tag"] == "rollout/ep_rew_mean"]
    assert [int(row["step"]) for row in reward] == [4096 * i for i in range(25, 49)]
    assert reward[0]["week_time"] == reward[0]["wall_time"] == iso(LAUNCH + timedelta(minutes=25))
    assert float(reward[0]["value"]) == pytest.approx(0.2)
    assert float(reward[0]["smoothed"]) == pytest.approx(0.15, abs=0.01)


def test_the_numbers_of_the_curves_are_a_table(place: Place) -> None:
    place.watch()
    test = place.app("live_training")
    test.session_state["live:numbers"] = True
    test.run()
    text = text_of(test)
    assert "Losses: last minibatch" in text
    assert "4,096 – 737,280" in text


def test_another_run_is_drawn_over_this_one_from_the_same_start(place: Place) -> None:
    place.watch()
    other = place.home.run("F11_20260101T000000Z")
    write_events(other / "attempt-001", events(1.0))
    test = place.app("live_training")
    test.query_params["beside"] = "run:F11_20260101T000000Z"
    test.query_params["axis"] = "relative"
    test.run()
    chart = next(c for c in test.get("echarts_chart") if "curve-reward" in str(c.proto.id))
    option = json.loads(chart.proto.spec)
    assert [each["name"] for each in option["series"][:2]] == ["Reward", "F11_20260101T000000Z"]
    assert option["series"][1]["lineStyle"]["type"] == "dashed"
    assert option["xAxis"][0]["min"] == 0


def test_the_load_of_the_machine_is_shown_and_named(place: Place) -> None:
    place.watch()
    test = place.app("live_training")
    test.session_state["live:host"] = True
    test.run()
    labels = [metric.label for metric in test.metric]
    assert {"Processors", "Memory", "Disk"} <= set(labels)
    assert socket.gethostname() in text_of(test)


def test_each_chart_has_its_points_behind_it(place: Place) -> None:
    place.watch(kl=0.02)
    test = place.app("this_week")
    test.run()
    alt = test.get("echarts_chart")[0].proto.alt
    assert "Reward: above 0 since step 90,112, 2026-02-23 14:22 UTC" in alt
    assert not test.dataframe, "closed it costs nothing"
    test.session_state["numbers:reward-curve"] = True
    test.run()
    (points,) = test.dataframe
    assert points.value["Step"].tolist()[:2] == ["4,096", "8,192"]
    assert points.value["Value"].tolist()[0] == "-1.00"
    live = place.app("live_training")
    live.session_state["live:numbers"] = True
    live.session_state["live:numbers-of"] = "kl"
    live.run()
    assert [frame.value["Value"].tolist()[0] for frame in live.dataframe] == ["0.0200"]
    charts = {c.proto.id.split("-")[-1]: c.proto.alt for c in live.get("echarts_chart")}
    assert "KL divergence: always above 0.01" in " ".join(charts.values())
