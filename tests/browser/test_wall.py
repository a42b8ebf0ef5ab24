"""A wall that loses its server says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from core.vocabulary import Role
from dashboard.components.wall_screen import LOST_S
from tests.browser.place import Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Open


def test_a_wall_that_loses_its_server_says_so(tmp_path: Path, window: Open) -> None:
    site = Site(tmp_path / "home")
    try:
        site.serve()
        screen = window(site, role=Role.ENGINEER)
        screen.page.clock.install()
        screen.page.set_viewport_size({"width": 1920, "height": 1080})
        screen.page.goto(f"{site.url}/this_week?view=wall")
        wall = screen.page.locator(".wall")
        expect(wall).to_contain_text("No week yet")
        expect(screen.page.get_by_test_id("stSidebar")).to_have_count(0)
        expect(wall.get_by_role("button")).to_have_count(0)
        assert wall.evaluate("e => [e.scrollHeight, e.clientWidth]") == [1080, 1920]
        expect(wall.locator(".lost-note")).to_be_hidden()
    finally:
        site.close()
    screen.page.clock.fast_forward(int(LOST_S + 1) * 1000)
    expect(wall.locator(".lost-note")).to_be_visible()
    expect(wall).to_contain_text("No connection")
