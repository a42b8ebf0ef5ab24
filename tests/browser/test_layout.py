"""Nothing is cut, squeezed or overprinted, in any window; the signature is near the top."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import Role
from tests.browser.layout import faults
from tests.browser.screen import PLACES, SIZES
from tests.expected import present

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Open
    from tests.browser.place import Site
    from tests.browser.screen import Screen

SCREENS = 2  # of a phone, above the signature
ABOVE_THE_SIGNATURE = ("headline", "weaknesses")
PATIENCE_S = 5.0  # charts follow a new size a moment later
DRAWN = """
  <style>body {{ margin: 0; font: 14px sans-serif }}</style>
  <div data-testid="stMain" style="width: 100%; overflow: auto">{}</div>
"""


def lasting_faults(screen: Screen) -> list[str]:
    """What is still wrong when the page has had its time to follow the window's size."""
    deadline = time.monotonic() + PATIENCE_S
    while found := faults(screen.page):
        if time.monotonic() > deadline:
            return found
        screen.page.wait_for_timeout(250)
    return []


@pytest.mark.timeout(900)  # every page in three windows, on a busy machine
@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_no_page_of_a_played_week_cuts_or_overprints_a_text(
    played: Site, window: Open, locale: str
) -> None:
    screen = window(played, locale=locale)
    found = []
    for stem, query in PLACES:
        screen.go(stem, **query)
        for name, (width, height) in SIZES.items():
            screen.page.set_viewport_size({"width": width, "height": height})
            place = "/".join([stem, *query.values()])
            found += [f"{place}, {name}: {fault}" for fault in lasting_faults(screen)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", [Role.CTO, Role.LEAD])
@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_the_signature_is_within_two_screens_of_a_phone(
    played: Site, window: Open, role: Role, locale: str
) -> None:
    screen = window(played, "phone", locale=locale, role=role)
    screen.go("decision")
    top = present(screen.part("signature").get_by_role("heading").bounding_box())["y"]
    assert top <= SCREENS * SIZES["phone"][1]
    for key in ABOVE_THE_SIGNATURE:  # verdict, gates and evidence; the warnings
        box = present(screen.part(key).bounding_box())
        assert box["y"] + box["height"] <= top
    gates = screen.part("headline")
    for gate in ("Sharpe Ratio", "Max DD", "Win Rate", "Profit Factor", "Calmar Ratio"):
        assert gate in gates.inner_text().replace("\u00a0", " ")


@pytest.fixture
def drawn(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 1024, "height": 768}).new_page()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p>All of this can be read.</p>", None),
        ('<div style="width: 60px; overflow: hidden; white-space: nowrap">far too long</div>', "cut"),
        (
            '<div style="width: 60px; overflow: hidden; text-overflow: ellipsis;'
            ' white-space: nowrap">far too long</div>',
            "cut",
        ),
        ('<div style="height: 10px; overflow: hidden">one<br>two</div>', "cut below"),
        ('<div style="width: 60px; overflow: auto"><table><td>wide&nbsp;cells</td></table></div>', "scrolls"),
        ('<div style="width: 1100px">wider than the page</div>', "the page scrolls sideways"),
        ('<div style="width: 30px; overflow-wrap: anywhere">squeezed</div>', "broken word"),
        ('<p style="height: 2px">one</p><p style="margin: -16px 0 0">two</p>', "over"),
        ('<pre style="width: 60px; overflow: auto">a line of a log, which scrolls</pre>', None),
        (
            '<div style="height: 30px; overflow-y: auto">one<br>two<br>three<br>four</div>after',
            None,
        ),
    ],
)  # fmt: skip
def test_what_is_cut_is_found(drawn: Page, body: str, fault: str | None) -> None:
    drawn.set_content(DRAWN.format(body))
    found = faults(drawn)
    if fault is None:
        assert found == []
    else:
        assert any(fault in each for each in found), found
