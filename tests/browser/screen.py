"""A browser window on the app: going to a page, reading it, keeping its picture."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, TimeoutError, expect

from core.language import Language, Message
from core.paths import CHECKOUT
from dashboard.navigation import STEMS, TITLES
from dashboard.panels.playbook.page import PARTS
from dashboard.remembered import ROLE, cookie_name, cookie_value
from dashboard.wording.decision import VIEWS
from dashboard.wording.names import ROLES
from tests.expected import present

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from core.vocabulary import Role

SCREENSHOTS = CHECKOUT / "tests" / "output" / "screenshots"
SIZES = {"desktop": (1440, 900), "laptop": (1024, 768), "phone": (390, 844)}
WALL = ("this_week", {"view": "wall"})
PLACES = [  # every page, and every view of those that have several: the page itself shows the first
    *((stem, {}) for stem in STEMS),
    *(("decision", {"view": view}) for view in list(VIEWS)[1:]),
    *(("playbook", {"part": part}) for part in list(PARTS)[1:]),
    WALL,
]
TALLEST = 4000  # of a picture
# In one go: between finding a link and clicking it, a tick may replace it.
_CLICK = """stem => {
  const bar = document.querySelector('[data-testid="stSidebar"][data-collapsed="false"]');
  const links = [...(bar?.querySelectorAll('[data-testid="stSidebarNavLink"]') ?? [])];
  const link = links.find(each => new URL(each.href).pathname.endsWith(`/${stem}`));
  link?.click();
  return Boolean(link);
}"""
PATIENCE_MS = 20_000  # the machine may be busy; a page that is there is found at once
expect.set_options(timeout=PATIENCE_MS)  # a loaded machine draws slowly, not wrongly


def title_at(stem: str, query: dict[str, str]) -> Message:
    """What the page's one first-level heading says: on the wall, the state of the played run."""
    return Message("Completed") if (stem, query) == WALL else TITLES[stem]


def remember(context: BrowserContext, url: str, role: Role) -> None:
    """The window's browser has been here before, in that role."""
    value = cookie_value({ROLE: role.value})
    context.add_cookies([{"name": cookie_name(url), "value": value, "url": url}])


@dataclass
class Screen:
    """One window."""

    page: Page
    url: str
    language: Language = "en"

    def go(self, stem: str, **query: str) -> None:
        """Open a page by its address, and wait until its frame and content stand."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{self.url}/{stem}{'?' + asked if asked else ''}")
        expect(self.page.locator("h1").first).to_contain_text(
            title_at(stem, query).in_(self.language), timeout=PATIENCE_MS
        )
        self.settle()

    def turn_to(self, stem: str) -> None:
        """Go to a page as by a click in the sidebar; by its address where that is closed."""
        if not self.page.evaluate(_CLICK, stem):
            self.go(stem)
            return
        title = title_at(stem, {}).in_(self.language)
        expect(self.page.locator("h1").first).to_contain_text(title, timeout=PATIENCE_MS)
        self.settle()

    def choose(self, key: str, option: str, caption: str) -> None:
        """Press one option of a row of views; the address then names it."""
        self.part(key).get_by_role("radio", name=caption, exact=True).click()
        expect(self.page).to_have_url(re.compile(rf"[?&]{key}={option}\b"), timeout=PATIENCE_MS)
        self.settle()

    def pick(self, box: Locator, name: str) -> None:
        """Choose from a list. One that opens while the page is drawn again may close at once."""
        option = self.page.get_by_role("option", name=name, exact=True)
        for _ in range(5):
            box.locator("input").click()
            with suppress(TimeoutError):
                option.click(timeout=5000)
                return
            self.page.keyboard.press("Escape")
        raise AssertionError(f"no option {name}")

    def settle(self) -> None:
        """Until no script runs and nothing is being drawn."""
        app = self.page.locator('[data-testid="stApp"]')
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_MS)
        expect(self.page.locator('[data-stale="true"]')).to_have_count(0, timeout=PATIENCE_MS)

    def act_as(self, role: Role, name: str = "") -> None:
        """Choose who acts, in the sidebar."""
        box = self.page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox")
        self.pick(box, ROLES[role])
        expect(box.locator("input")).to_have_value(ROLES[role])
        expect(self.main).to_contain_text(ROLES[role], timeout=PATIENCE_MS)
        self.settle()  # what is typed while the page is drawn again is lost
        if name:
            field = self.page.get_by_test_id("stSidebar").get_by_test_id("stTextInput")
            field.locator("input").fill(name)
            field.locator("input").press("Enter")
        shown = name or f"local-{role.value}"
        expect(self.main).to_contain_text(shown, timeout=PATIENCE_MS)
        self.settle()

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    def text(self) -> str:
        return self.main.inner_text()

    def part(self, key: str) -> Locator:
        """A container by its key."""
        name = re.sub(r"[^a-zA-Z0-9_-]", "-", key.strip())
        return self.page.locator(f".st-key-{name}")

    def press(self, label: str, within: Locator | None = None) -> None:
        button = (within or self.main).get_by_role("button", name=label, exact=False).first
        expect(button).to_be_enabled(timeout=PATIENCE_MS)
        button.click()

    def sees(self, text: str, seconds: float = 20.0) -> None:
        expect(self.main).to_contain_text(text, timeout=seconds * 1000)

    def assert_whole(self) -> None:
        """No exception box and no panel that could not be drawn."""
        assert self.page.get_by_test_id("stException").count() == 0, self.text()
        title = Message("This page could not be shown").in_(self.language)
        assert title not in self.text(), self.text()

    def keep(self, name: str) -> None:
        """A picture of the whole page, for people, where ``TESTED_PICTURES`` asks for it."""
        if not os.environ.get("TESTED_PICTURES"):
            return
        width = present(self.page.viewport_size)["width"]
        height = self.main.evaluate("element => element.scrollHeight")
        self.page.set_viewport_size({"width": width, "height": min(int(height) + 8, TALLEST)})
        self.page.wait_for_timeout(250)  # charts follow the new size a moment later
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
