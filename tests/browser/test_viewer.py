"""Who looks, and in which language: chosen in the sidebar, kept by the browser."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.language import LANGUAGES, Language, Message
from core.vocabulary import Role
from dashboard.navigation import STEMS, TITLES
from dashboard.wording.names import ROLES
from tests.browser.screen import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.conftest import Open
    from tests.browser.place import Site
    from tests.browser.screen import Screen


def click_until(screen: Screen, control: Locator, title: str) -> None:
    """Click until the page has that title: a click can meet an element that a tick replaces."""
    heading = screen.page.locator("h1").first
    for _ in range(3):
        control.click()
        with suppress(AssertionError):
            expect(heading).to_contain_text(title, timeout=PATIENCE_MS / 2)
            break
    expect(heading).to_contain_text(title)
    screen.settle()


def speak(screen: Screen, language: Language, stem: str) -> None:
    """Choose the language in the sidebar, and wait until the page is drawn in it."""
    sidebar = screen.page.get_by_test_id("stSidebar")
    screen.language = language
    choice = sidebar.get_by_role("radio", name=LANGUAGES[language])
    click_until(screen, choice, TITLES[stem].in_(language))


def acts_as(screen: Screen, role: Role) -> None:
    """The sidebar's select box and the frame name that role, in the language of the page."""
    label = Message("You act as").in_(screen.language)
    box = screen.page.get_by_test_id("stSidebar").get_by_role("combobox", name=label)
    expect(box).to_have_value(ROLES[role].in_(screen.language))
    expect(screen.main).to_contain_text(ROLES[role].in_(screen.language))


@pytest.mark.timeout(600)  # every page, twice
def test_each_page_changes_its_language_and_keeps_role_and_sidebar(
    played: Site, window: Open
) -> None:
    screen = window(played, role=None)
    screen.go(STEMS[0])
    screen.act_as(Role.CTO, "Carla")
    for number, stem in enumerate(STEMS):
        link = screen.page.get_by_test_id("stSidebarNav").get_by_role(
            "link", name=TITLES[stem].in_(screen.language)
        )
        click_until(screen, link.first, TITLES[stem].in_(screen.language))
        screen.assert_whole()
        speak(screen, ("pt", "en")[number % 2], stem)
        screen.assert_whole()
        acts_as(screen, Role.CTO)
        expect(screen.main).to_contain_text("Carla")


def test_language_role_and_name_survive_a_reload_and_a_new_tab(played: Site, window: Open) -> None:
    screen = window(played, role=None)
    screen.go("decision")
    acts_as(screen, Role.VIEWER)
    screen.act_as(Role.ENGINEER, "Edu")
    speak(screen, "pt", "decision")
    screen.page.reload()
    screen.settle()
    acts_as(screen, Role.ENGINEER)
    expect(screen.main).to_contain_text("Edu")

    other = screen.page.context.new_page()
    other.goto(f"{played.url}/launch")
    expect(other.locator("h1").first).to_contain_text(TITLES["launch"].in_("pt"))
    expect(other.get_by_test_id("stMain")).to_contain_text(
        f"Edu · {ROLES[Role.ENGINEER].in_('pt')}"
    )


def test_a_chosen_language_outlasts_the_one_in_the_address(played: Site, window: Open) -> None:
    screen = window(played)
    screen.go("history", language="en")
    speak(screen, "pt", "history")
    screen.page.reload()
    expect(screen.page.locator("h1").first).to_contain_text(TITLES["history"].in_("pt"))


def test_a_first_visit_may_do_nothing_and_says_how_to_choose(played: Site, window: Open) -> None:
    screen = window(played, role=None)
    screen.go("revalidation")
    acts_as(screen, Role.VIEWER)
    button = screen.part("box-revalidate").get_by_role("button", name="Revalidate again")
    assert button.is_disabled()


def test_on_a_phone_the_menu_that_was_opened_is_closed_over_the_next_page(
    played: Site, window: Open
) -> None:
    screen = window(played, "phone", role=None)
    screen.go("alerts")
    screen.page.get_by_test_id("stExpandSidebarButton").click()
    sidebar = screen.page.get_by_test_id("stSidebar")
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    screen.go("hourly_checks")
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    screen.page.evaluate("localStorage.setItem('stSidebarCollapsed-', 'false')")  # of another tab
    other = screen.page.context.new_page()
    other.goto(f"{played.url}/alerts")
    expect(other.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_a_cookie_that_is_nonsense_is_a_first_visit(played: Site, window: Open) -> None:
    screen = window(played, role=None)
    name = f"trainweek_{played.port}"
    for value in ("%7B%22role%22%3A%22king%22%7D", "%5B1%5D", "x", "%7B%22role%22%3A7%7D"):
        screen.page.context.add_cookies([{"name": name, "value": value, "url": played.url}])
        screen.go("this_week")
        screen.assert_whole()
        acts_as(screen, Role.VIEWER)
