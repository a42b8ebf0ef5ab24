"""Live training: each chart says what its tag means, in the viewer's language."""

from __future__ import annotations

import json
import socket
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.telemetry.readings import known_series
from core.vocabulary import TrainingStatus
from dashboard.panels.live_training import tensorboard
from tests.dashboard.place import LAUNCH, Place, events, text_of
from tests.event_files import write_events
from tests.expected import present, recorded

if TYPE_CHECKING:
    import pytest
    from streamlit.testing.v1 import AppTest

    from core.telemetry import Series
    from dashboard.data.snapshot import Snapshot


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
    assert "–" in [metric.value for metric in place.draw("this_week").metric]


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
