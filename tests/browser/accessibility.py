"""What axe-core finds on a page, without what only Streamlit could mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTLED_MS = 1000
# No rule that is on by default needs the style sheets read a second time.
_OPTIONS = {"resultTypes": ["violations"], "preload": False}
_RUN = "options => axe.run(document, options).then(found => found.violations)"


class Exempt(NamedTuple):
    """A rule that Streamlit's own markup breaks, where, and why it can't be mended from our side."""

    rule: str
    within: str
    reason: str


EXEMPT = (
    Exempt("list", '[data-testid="stSidebarNavItems"]', "groups of pages are <div>s in the <ul>"),
    Exempt("listitem", '[data-testid="stSidebarNavItems"]', "groups of pages are <div>s in the <ul>"),
    Exempt("scrollable-region-focusable", '[data-testid="stTable"]',
           "a table wider than a phone scrolls, in a box without a tab stop"),
    Exempt("scrollable-region-focusable", '[data-testid="stCode"]',
           "a line wider than a phone scrolls, in a <pre> without a tab stop"),
)  # fmt: skip


def violations(page: Page) -> list[str]:
    """Each violation on the page in its present state, of any impact: rule, element, what is wrong."""
    found = []
    if not page.evaluate("'axe' in window"):  # it stays until another document is loaded
        page.evaluate(AXE_SCRIPT)
    for rule in page.evaluate(_RUN, _OPTIONS):
        for node in rule["nodes"]:
            target = str(node["target"][-1])
            if not any(
                each.rule == rule["id"] and _is_within(page, target, each.within) for each in EXEMPT
            ):
                summary = " ".join(node["failureSummary"].split())
                found.append(f"{rule['impact']} {rule['id']} at {target}: {summary}")
    return found


def lasting_violations(page: Page) -> list[str]:
    """What is still wrong a moment later: colours that are on their way to others are no violation."""
    if not violations(page):
        return []
    page.wait_for_timeout(SETTLED_MS)
    return violations(page)


def levels(page: Page) -> list[int]:
    """The levels of the page's headings, in their order; those in closed parts too."""
    script = "all => all.map(each => Number(each.tagName[1]))"
    main = page.get_by_test_id("stMain")
    return [int(level) for level in main.locator("h1, h2, h3, h4, h5, h6").evaluate_all(script)]


def _is_within(page: Page, target: str, selector: str) -> bool:
    script = "([own, around]) => Boolean(document.querySelector(own)?.closest(around))"
    return bool(page.evaluate(script, [target, selector]))
