"""Two people on call in their browsers: a shift, a handover that is signed over and accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from core.vocabulary import Role
from dashboard.remembered import NAME, ROLE, cookie_name, cookie_value
from tests.expected import present

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site

ASKS = "Please look at the value loss"


def test_a_handover_is_signed_over_on_a_desktop_and_accepted_on_a_phone(
    watched: Site, window: Open
) -> None:
    ana, rui = window(watched, role=None), window(watched, "phone", "dark", role=None)
    for screen, name in ((ana, "Ana"), (rui, "Rui")):
        value = cookie_value({ROLE: Role.ENGINEER.value, NAME: name})
        url = watched.url
        screen.page.context.add_cookies([{"name": cookie_name(url), "value": value, "url": url}])
    ana.go("on_call")
    if not ana.part("write-handover:0").locator("textarea").first.is_visible():
        ana.part("write-handover:0").locator("summary").click()
    asks = ana.part("handover:asks").locator("textarea")
    asks.fill(ASKS)
    asks.press("Control+Enter")
    to = ana.part("handover:to").locator("input")
    to.fill("Rui")
    to.press("Enter")
    ana.press("Sign over")
    ana.sees("Ana to Rui")
    assert ana.main.get_by_role("button", name="Accept").is_disabled(), "it is not hers"
    rui.go("on_call")
    rui.sees(ASKS)
    rui.press("Accept")
    rui.sees("Accepted by Rui")
    expect(ana.main).to_contain_text("Accepted by Rui")
    (signed,) = present(watched.client.week_records()).handovers
    assert (signed.by, signed.accepted_by, signed.texts["asks"]) == ("Ana", "Rui", ASKS)
