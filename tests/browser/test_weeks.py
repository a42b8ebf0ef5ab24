"""Several weeks: each tab shows the one in its address, and one is active for everyone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from core.vocabulary import JobKind, Role
from dashboard.navigation import STEMS, TITLES
from tests.browser.place import Site, wait_for
from tests.browser.screen import PATIENCE_MS, Screen
from tests.expected import present, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Open

TODAY = datetime.now(UTC).replace(hour=14, minute=0, second=0, microsecond=0)
LAUNCH = TODAY + timedelta(days=2)
NEXT = LAUNCH + timedelta(days=7)
ACTIVE, PLANNED = f"{LAUNCH:%Y-%m-%d}", f"{NEXT:%Y-%m-%d}"


def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("weeks") / "home")
    recorded(site.client.create_week(LAUNCH))
    recorded(site.client.create_week(NEXT, planned=True))
    try:
        site.serve()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An active week and a planned one, both before their launch; the app is alive.

    Whoever uses it leaves the weeks as they are.
    """
    yield from served(tmp_path_factory)


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same, of one test alone."""
    yield from served(tmp_path_factory)


def shown(screen: Screen) -> str | None:
    """The week in the address."""
    return parse_qs(urlsplit(screen.page.url).query).get("week", [None])[0]


def names(screen: Screen, week: str) -> None:
    """The frame says which week is shown."""
    expect(screen.main.locator("h1").first).to_contain_text(f"week {week}")
    screen.settle()


def warns(screen: Screen, week: str, active: str) -> None:
    screen.sees(f"You are looking at week {week}; the active week is {active}.")


@pytest.mark.timeout(600)  # every page, by its link
def test_each_tab_keeps_the_week_of_its_address_on_every_page(two: Site, window: Open) -> None:
    mine = window(two)
    mine.go("weeks")
    mine.part(f"week-{PLANNED}").get_by_role("link", name=f"View week {PLANNED}").click()
    names(mine, PLANNED)
    warns(mine, PLANNED, ACTIVE)
    other = Screen(mine.page.context.new_page(), two.url)
    other.go("this_week")
    names(other, ACTIVE)
    assert other.part("week-banner").count() == 0

    for stem in STEMS:
        mine.page.get_by_test_id("stSidebar").get_by_role(
            "link", name=TITLES[stem], exact=True
        ).click()
        expect(mine.page.locator("h1").first).to_contain_text(TITLES[stem])
        mine.settle()
        assert (urlsplit(mine.page.url).path, shown(mine)) == (f"/{stem}", PLANNED)
        names(mine, PLANNED)
        mine.assert_whole()
    mine.page.reload()
    names(mine, PLANNED)
    third = Screen(mine.page.context.new_page(), two.url)
    third.page.goto(mine.page.url)
    names(third, PLANNED)
    assert PLANNED in third.page.title()
    assert present(two.client.active_week()).id == ACTIVE

    mine.press("Back to the active week")
    names(mine, ACTIVE)
    assert shown(mine) is None
    expect(mine.part("week-banner")).to_have_count(0)
    mine.page.go_back()
    names(mine, PLANNED)
    other.page.reload()
    names(other, ACTIVE)


def test_a_root_address_keeps_its_week_and_an_unknown_one_is_named(two: Site, window: Open) -> None:
    screen = window(two)
    screen.page.goto(f"{two.url}/?week={PLANNED}")
    names(screen, PLANNED)
    assert shown(screen) == PLANNED
    screen.go("launch", week="2031-01-01")
    screen.sees("There is no week 2031-01-01.")
    assert "Run pre-flight" not in screen.text()
    screen.press("Back to the active week")
    names(screen, ACTIVE)
    screen.sees("Run pre-flight")


def test_what_acts_on_the_active_week_is_denied_with_the_reason(two: Site, window: Open) -> None:
    screen = window(two)
    screen.go("launch", week=PLANNED)
    warns(screen, PLANNED, ACTIVE)
    run = screen.main.get_by_role("button", name="Run pre-flight")
    expect(run).to_be_disabled()
    run.hover(force=True)
    tooltip = screen.page.get_by_test_id("stTooltipContent")
    expect(tooltip).to_contain_text(f"You are looking at week {PLANNED}")
    expect(screen.main.get_by_role("button", name="Start training").first).to_be_disabled()
    assert two.client.latest_job(JobKind.PREFLIGHT) is None

    screen.go("hourly_checks", week=PLANNED)
    screen.main.get_by_role("textbox", name="Note").first.fill("remember the holiday")
    screen.press("Save note")
    wait_for(lambda: two.client.notes(PLANNED), "the note")
    assert not two.client.notes(ACTIVE)

    screen.go("launch")
    expect(screen.main.get_by_role("button", name="Run pre-flight")).to_be_enabled()


def test_making_another_week_active_asks_and_moves_only_tabs_without_a_choice(
    own: Site, window: Open
) -> None:
    without, chosen = window(own), window(own, role=Role.VIEWER)
    without.go("this_week")
    chosen.go("this_week", week=ACTIVE)
    assert chosen.part("week-banner").count() == 0
    lead = window(own)
    lead.go("weeks")
    lead.part(f"week-{PLANNED}").get_by_role("button", name="Make active").click()
    asked = lead.page.get_by_test_id("stPopoverBody")
    expect(asked).to_contain_text(f"Everyone then sees {PLANNED} instead of {ACTIVE}")
    assert present(own.client.active_week()).id == ACTIVE, "nothing yet"
    asked.get_by_role("button", name=f"Make {PLANNED} the active week").click()
    wait_for(lambda: present(own.client.active_week()).id == PLANNED, "the switch")
    names(without, PLANNED)
    assert without.part("week-banner").count() == 0
    names(chosen, ACTIVE)
    warns(chosen, ACTIVE, PLANNED)
    expect(lead.part(f"week-{PLANNED}")).to_contain_text("Active")


def test_an_engineer_may_view_and_plan_but_not_switch_archive_or_mend(
    own: Site, window: Open
) -> None:
    screen = window(own, role=Role.ENGINEER)
    screen.go("weeks")
    card = screen.part(f"week-{PLANNED}")
    for name in ("Make active", "Change launch time", "Archive"):
        expect(card.get_by_role("button", name=name, exact=False)).to_be_disabled()
    screen.main.get_by_text("Plan another week").click()
    screen.press("Create week")
    screen.sees("Saved: week")
    wait_for(lambda: len(own.client.weeks()) == 3, "the week")
    assert present(own.client.active_week()).id == ACTIVE


def test_a_week_is_archived_hidden_shown_again_and_unarchived(two: Site, window: Open) -> None:
    screen = window(two)
    screen.go("weeks")
    card = screen.part(f"week-{PLANNED}")
    assert screen.part(f"week-{ACTIVE}").get_by_role("button", name="Archive").count() == 0
    card.get_by_role("button", name="Archive").click()
    expect(card).to_have_count(0)
    screen.main.get_by_text("Show archived weeks (1)").click()
    expect(card).to_contain_text("Archived")
    expect(card.get_by_role("button", name="Make active")).to_have_count(0)
    card.get_by_role("button", name="Unarchive").click()
    expect(card).to_contain_text("Planned")
    assert present(two.client.week(PLANNED)).archived_at is None


def test_a_launch_time_is_mended_with_a_reason_and_the_timeline_moves(
    own: Site, window: Open
) -> None:
    screen = window(own)
    screen.go("weeks")
    card = screen.part(f"week-{ACTIVE}")
    card.get_by_role("button", name="Change launch time").click()
    form = screen.page.get_by_test_id("stPopoverBody")
    form.get_by_role("button", name="Change launch time").click()
    expect(card).to_contain_text("A change of the launch time requires a reason.")
    if not form.is_visible():
        card.get_by_role("button", name="Change launch time").click()
    later = LAUNCH + timedelta(days=1)
    day = form.get_by_test_id("stDateInput").locator("input")
    day.fill(f"{later:%Y-%m-%d}")
    day.press("Enter")
    reason = form.get_by_role("textbox", name="Reason")
    reason.fill("the candles come late")
    reason.press("Tab")
    form.get_by_role("button", name="Change launch time").click()
    wait_for(lambda: present(own.client.week(ACTIVE)).launch == later, "the new launch")
    expect(card).to_contain_text(f"launch {later.day} {later:%b %Y} 14:00 UTC")
    screen.page.keyboard.press("Escape")
    screen.go("this_week")
    screen.sees("changed the launch time to", PATIENCE_MS / 1000)
    screen.sees("the candles come late")


def test_a_phone_chooses_a_week_and_reads_why_nothing_can_be_started(
    two: Site, window: Open
) -> None:
    screen = window(two, "phone", "dark", "pt-BR")
    screen.go("weeks", week=PLANNED)
    screen.sees(f"Você está vendo a semana {PLANNED}; a semana ativa é {ACTIVE}.")
    screen.assert_whole()
    screen.keep("phone-weeks")
