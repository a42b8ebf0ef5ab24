"""The signature is near the top; what is cut, squeezed or overprinted is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.vocabulary import Role
from tests.browser.layout import faults
from tests.browser.screen import SIZES
from tests.expected import present

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Open
    from tests.browser.place import Site

SCREENS = 2  # of a phone, above the signature
ABOVE_THE_SIGNATURE = ("headline", "weaknesses")
DRAWN = """
  <style>body {{ margin: 0; font: 14px sans-serif }}</style>
  <div data-testid="stMain" style="width: 100%; overflow: auto">{}</div>
"""


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
