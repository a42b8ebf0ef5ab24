"""Curves don't blink: the same chart stays while points are added, and so does the chosen part."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.place import Site
from tests.dashboard.place import LAUNCH, events
from tests.event_files import append_events, write_events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Open
    from tests.browser.screen import Screen
    from tests.event_files import Point

NEXT_POINTS_S = 60_000  # what is shown moves four times a minute, and a page ticks


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A week that watches a run of another program, which is in progress."""
    site = Site(tmp_path_factory.mktemp("growing") / "home")
    launch = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    write_events(file_of(site).parent, at(launch, events(3.0)), file_of(site).name)
    site.client.create_week(launch, watched=site.home.root / "theirs")
    try:
        site.serve()
        yield site
    finally:
        site.close()


def file_of(site: Site) -> Path:
    return site.home.root / "theirs" / "attempt-001" / "events.out.tfevents.1.theirs"


def at(launch: datetime, series: dict[str, list[Point]]) -> dict[str, list[Point]]:
    late = launch.timestamp() - LAUNCH.timestamp()
    return {
        tag: [(step, wall + late, value) for step, wall, value in points]
        for tag, points in series.items()
    }


def hold(screen: Screen) -> int:
    """Keep hold of the very canvases, to see later whether one was replaced."""
    charts = screen.part("curves").locator("canvas")
    expect(charts.first).to_be_visible()
    return int(
        screen.page.evaluate(
            "(window.held = [...document.querySelectorAll('.st-key-curves canvas')]).length"
        )
    )


def still_held(screen: Screen) -> bool:
    return bool(screen.page.evaluate("window.held.every(canvas => document.contains(canvas))"))


def choose_part(screen: Screen, start: float, end: float) -> None:
    """Drag over the reward's chart, between two shares of its width."""
    canvas = screen.part("chart-reward").locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    mouse = screen.page.mouse
    mouse.move(box["x"] + box["width"] * start, y)
    mouse.down()
    mouse.move(box["x"] + box["width"] * (start + end) / 2, y)
    mouse.move(box["x"] + box["width"] * end, y)
    expect(screen.page.locator(".trainweek-chosen-part").first).to_be_visible()
    mouse.up()
    expect(screen.page.locator(".trainweek-chosen-part")).to_have_count(0)


def test_charts_and_their_part_stay_while_points_are_added(growing: Site, window: Open) -> None:
    screen = window(growing)
    screen.go("live_training")
    choose_part(screen, 0.4, 0.9)
    screen.page.wait_for_url(re.compile(r"[?&]from=\d+&to=\d+"))
    screen.settle()
    address = screen.page.url
    assert hold(screen) >= 7
    newest = screen.part("chart-reward")
    chart = newest.locator(".stEChartsChart")
    expect(chart).to_have_attribute("aria-label", re.compile(r"Reward\. Reward: from -1"))
    before = chart.get_attribute("aria-label")
    now, step = time.time(), 4096 * 200
    append_events(
        file_of(growing),
        {tag: [(step, now - 1, 3.5)] for tag in events(0.1)},
    )  # fmt: skip
    expect(newest).to_contain_text("step 819,200", timeout=NEXT_POINTS_S)
    assert still_held(screen), "a chart was torn down and drawn again"
    expect(chart).not_to_have_attribute("aria-label", before or "")
    assert screen.page.url == address, "the chosen part was lost"
    canvas = newest.locator("canvas").bounding_box()
    assert canvas is not None
    screen.page.mouse.dblclick(canvas["x"] + canvas["width"] / 2, canvas["y"] + 90)
    screen.page.wait_for_url(lambda url: "from=" not in url)
    assert still_held(screen)


def test_the_crosshair_is_on_all_charts(growing: Site, window: Open) -> None:
    screen = window(growing)
    screen.go("live_training")
    canvas = screen.part("chart-reward").locator("canvas")
    canvas.scroll_into_view_if_needed()
    hold(screen)
    box = canvas.bounding_box()
    assert box is not None
    for share in (0.5, 0.55, 0.6):
        screen.page.mouse.move(box["x"] + box["width"] * share, box["y"] + 100)
    for chart in ("chart-reward", "chart-kl", "chart-losses", "chart-sharpe"):
        tip = screen.part(chart).get_by_text(re.compile(r"^Step [\d,]+$"))
        expect(tip.first).to_be_visible()
    steps = screen.part("curves").get_by_text(re.compile(r"^Step [\d,]+$")).all_inner_texts()
    assert len(set(steps)) == 1, f"the charts show different places: {steps}"


def test_a_link_shows_the_same_curves(growing: Site, window: Open) -> None:
    screen = window(growing)
    screen.go(
        "live_training", axis="relative", smooth="80", scale="log", tags="rollout/ep_len_mean",
        **{"from": "100000", "to": "300000"},
    )  # fmt: skip
    controls = screen.part("curve-controls")
    expect(controls).to_contain_text("80 %")
    expect(controls).to_contain_text("Steps 100,000 to 300,000")
    expect(controls.get_by_role("combobox").first).to_have_value("Time since the start")
    expect(screen.part("chart-tag-rollout-ep_len_mean").locator("canvas")).to_be_visible()
    screen.page.reload()
    expect(controls).to_contain_text("Steps 100,000 to 300,000")
    screen.settle()
    screen.press("Show all steps", controls)
    screen.page.wait_for_url(lambda url: "from=" not in url and "smooth=80" in url)
    screen.assert_whole()


def test_a_page_of_curves_loads_no_plotly(growing: Site, window: Open) -> None:
    screen = window(growing)
    loaded: list[str] = []
    screen.page.on("request", lambda request: loaded.append(request.url))
    screen.go("live_training")
    hold(screen)
    assert any("EChartsChart" in url for url in loaded)
    assert not any("plotly" in url.lower() for url in loaded), loaded
