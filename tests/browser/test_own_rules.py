"""A rule of the engineers' own: made on the page with its preview, listed, and retired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from core.vocabulary import Role

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site

NAME = "Reward of mine"


def test_a_rule_is_made_from_its_preview_and_retired(watched: Site, window: Open) -> None:
    screen = window(watched, role=Role.ENGINEER)
    screen.go("alerts")
    screen.main.get_by_text("Write a rule").click()
    screen.sees("Would have fired")  # the preview, before anything is saved
    threshold = screen.main.get_by_label("Threshold", exact=True)
    threshold.fill("0.01")  # beyond all that was recorded: a rule that always fires is refused
    threshold.press("Enter")
    screen.sees("Would have fired 0 times in this week.")
    name = screen.main.get_by_label("Name", exact=True)
    name.fill(NAME)
    name.press("Enter")
    expect(screen.part("own-rule-save").get_by_role("button")).to_be_enabled()
    screen.press("Save rule")
    screen.sees("the rule judges from now on")
    (rule,) = watched.client.alert_rules()
    assert (rule.terms.name, rule.by) == (NAME, "local-engineer")
    row = screen.part(f"rule-{rule.id}")
    expect(row).to_contain_text(NAME)
    expect(name).to_have_value("")  # nothing is left to save a second time
    screen.press("Retire", row)
    screen.press("Retire it", screen.page.locator("body"))
    expect(row).to_have_count(0)
    assert watched.client.alert_rules() == []
