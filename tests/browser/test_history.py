"""History in a browser: a day of revalidations, filtered, compared, downloaded, linked."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.vocabulary import Role, SignatureAct
from tests.browser.place import Site
from tests.runner.place import LAUNCH
from tests.runner.signed_place import SignedPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Open

VERDICTS = ("GO", "PARTIAL", "GO")


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Three revalidations of one afternoon; the first was rejected, then approved."""
    root = tmp_path_factory.mktemp("decided") / "home"
    made = SignedPlace(root)
    made.at = LAUNCH + timedelta(hours=2)
    for number, verdict in enumerate(VERDICTS):
        sha256 = made.revalidate(verdict, seed=1 + number)
        if not number:
            for act in (SignatureAct.REJECT, SignatureAct.APPROVE):
                made.client().sign(made.week.id, sha256, act, f"My reason to {act.value}.")
        made.at += timedelta(minutes=25)
    made.clear()
    site = Site(root)
    try:
        site.serve()
        yield site
    finally:
        site.close()


def test_filter_and_pair_survive_a_reload_and_a_pasted_link(decided: Site, window: Open) -> None:
    first, second, third = (one.sha256[:12] for one in decided.client.archived_decisions())
    screen = window(decided)
    screen.go("history")
    screen.sees("3 revalidations")
    expect(screen.main.locator(".js-plotly-plot")).to_have_count(6)
    screen.settle()
    screen.main.get_by_role("button", name="PARTIAL", exact=True).click()
    screen.sees("1 of 3 revalidations")
    screen.settle()
    screen.press("Clear the filter")
    expect(screen.main).not_to_contain_text("1 of 3 revalidations")
    screen.settle()
    for sha256 in (third, first):
        screen.press("Compare", screen.part(f"decided-{sha256}"))
        screen.page.wait_for_url(f"**pair=*{sha256}*")
        screen.settle()
    screen.sees("Values of the playbook that differ")
    screen.settle()
    screen.main.get_by_role("button", name="GO", exact=True).click()
    screen.sees("2 of 3 revalidations")
    screen.page.reload()
    screen.sees("2 of 3 revalidations")
    screen.sees("My reason to reject.")
    screen.sees("My reason to approve.")
    screen.assert_whole()
    screen.keep("history-pair")

    other = window(decided, "phone", "dark", "pt-BR", Role.VIEWER)
    other.page.goto(screen.page.url)
    other.sees("2 de 3 revalidações")
    expect(other.part("pair")).to_contain_text(first[:8])
    expect(other.part("pair")).to_contain_text(third[:8])
    expect(other.part("history")).not_to_contain_text(second)
    other.assert_whole()
    other.keep("history-pair-phone-pt")


def test_what_is_filtered_is_downloaded(decided: Site, window: Open) -> None:
    screen = window(decided)
    screen.go("history", verdict="PARTIAL")
    screen.sees("1 of 3 revalidations")
    partial = decided.client.archived_decisions()[1].sha256
    texts = []
    for label in ("Download as CSV", "Download as JSON"):
        with screen.page.expect_download() as download:
            screen.press(label)
        texts.append(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [row["sha256"] for row in csv.DictReader(io.StringIO(texts[0]))] == [partial]
    assert [row["sha256"] for row in json.loads(texts[1])] == [partial]


def test_a_point_of_the_chart_says_what_it_is(decided: Site, window: Open) -> None:
    screen = window(decided)
    screen.go("history")
    chart = screen.part("over-time-sharpe").locator(".js-plotly-plot")
    chart.scroll_into_view_if_needed()
    points = chart.locator(".scatterlayer .point")
    expect(points).to_have_count(3)
    middle = points.nth(1).bounding_box()
    assert middle is not None
    screen.page.mouse.move(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    tooltip = chart.locator(".hoverlayer")
    expect(tooltip).to_contain_text("PARTIAL")
    expect(tooltip).to_contain_text("23 Feb 2026 16:25 UTC")
    expect(tooltip).to_contain_text("Not signed")
