"""A wall that loses its server says so; on a phone everything that is pressed is 44 px high."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from core.vocabulary import Role
from dashboard.components.wall_screen import LOST_S
from dashboard.navigation import STEMS
from tests.browser.place import Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Open

TARGET = 44  # px, of WCAG 2.5.5
# Links inside a sentence are exempt there, and so is what is drawn over a chart.
_SMALL = """(least) => {
  const found = [];
  const own = 'button, a[href], [role=radio], [role=tab], summary, input, textarea';
  for (const each of document.querySelectorAll(`[data-testid="stMain"] :is(${own})`)) {
    if (each.closest('p, li, td, .stEChartsChart') || each.type === 'hidden') continue;
    if (!each.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const target = each.closest('[data-baseweb], label, .stSelectbox, .stMultiSelect, .stSlider') ?? each;
    const box = target.getBoundingClientRect();
    if (box.height > 1 && box.height < least - 0.5)
      found.push(`${each.tagName} ${Math.round(box.height)} px: ${(each.ariaLabel || each.innerText || '').slice(0, 40)}`);
  }
  return found;
}"""


def test_a_wall_that_loses_its_server_says_so(tmp_path: Path, window: Open) -> None:
    site = Site(tmp_path / "home")
    try:
        site.serve()
        screen = window(site, role=Role.ENGINEER)
        screen.page.set_viewport_size({"width": 1920, "height": 1080})
        screen.page.goto(f"{site.url}/this_week?view=wall")
        wall = screen.page.locator(".wall")
        expect(wall).to_contain_text("No week yet")
        expect(screen.page.get_by_test_id("stSidebar")).to_have_count(0)
        expect(wall.get_by_role("button")).to_have_count(0)
        assert wall.evaluate("e => [e.scrollHeight, e.clientWidth]") == [1080, 1920]
    finally:
        site.close()
    expect(wall.locator(".lost-note")).to_be_visible(timeout=(LOST_S + 20) * 1000)
    expect(wall).to_contain_text("No connection")


def test_what_is_pressed_on_a_phone_is_high_enough_for_a_finger(played: Site, window: Open) -> None:
    screen, small = window(played, "phone", role=Role.ENGINEER), {}
    for stem in STEMS:
        screen.go(stem)
        if found := screen.page.evaluate(_SMALL, TARGET):
            small[stem] = found
    assert not small
