"""Ticks, incidents, a revalidation pressed twice, and the CTO's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from core.vocabulary import JobKind, JobState, Role, SignatureAct, Verdict
from tests.browser.place import Site, wait_for
from tests.browser.screen import PATIENCE_MS
from tests.expected import present

if TYPE_CHECKING:
    from tests.browser.conftest import Open


def test_a_tick_with_a_note_is_there_for_the_next_person(watched: Site, window: Open) -> None:
    week = present(watched.client.active_week())
    slot, check = "hourly_1", "speed"  # 68 steps/s: it fails, and takes a note
    screen = window(watched)
    screen.go("hourly_checks", slot=slot)
    row = screen.part(f"item-{slot}-{check}")
    row.get_by_role("button", name="Tick with note").click()
    popover = screen.page.get_by_test_id("stPopoverBody")
    popover.get_by_role("textbox").fill("too early to tell; checked the *curve*")
    # The page ticks on meanwhile: what is being typed must stay.
    screen.page.wait_for_timeout(4000)
    expect(popover.get_by_role("textbox")).to_have_value("too early to tell; checked the *curve*")
    popover.get_by_role("button", name="Save tick").click()
    expect(row).to_contain_text("checked the *curve*", timeout=PATIENCE_MS)
    saved = next(t for t in watched.client.ticks(week.id, slot) if t.check == check)
    assert saved.verdict_seen is Verdict.FAIL

    other = window(watched)
    other.go("hourly_checks", slot=slot)
    assert saved.by in other.part(f"item-{slot}-{check}").inner_text()
    screen.keep("hourly_checks-ticked")


def test_an_incident_is_red_on_every_page_until_it_is_closed(played: Site, window: Open) -> None:
    screen = window(played)
    screen.go("escalation")
    card = screen.part("proc-data")
    card.get_by_role("textbox").fill("a gap of three days in the candles")
    card.get_by_role("textbox").press("Control+Enter")
    screen.press("Open incident", within=card)
    screen.sees("Opened by local-lead")
    screen.keep("escalation-open")
    screen.go("this_week")
    screen.sees("Open incident: Data issue")
    screen.go("escalation")
    card.get_by_role("textbox").fill("the exchange was down; bars are marked")
    card.get_by_role("textbox").press("Control+Enter")
    screen.press("Close and skip", within=card)  # its actions are not all done
    screen.sees("Closed incidents")
    assert not played.client.incidents(present(played.client.active_week()).id, open_only=True)


def test_revalidate_pressed_by_two_people_runs_once(played: Site, window: Open) -> None:
    before = len(played.client.jobs(JobKind.REVALIDATE))
    one, two = window(played), window(played)
    one.go("revalidation")
    two.go("revalidation")
    two.act_as(Role.LEAD, "Second lead")
    one.press("Revalidate again", within=one.part("box-revalidate"))
    one.settle()
    asks = one.page.get_by_test_id("stPopoverBody")
    if asks.is_visible():  # an incident of another test is open: the preparation has not passed
        asks.get_by_role("textbox").fill("a short demo")
        asks.get_by_role("button", name="Revalidate again").click()
    one.sees("Requested: Revalidation")
    two.press("Revalidate", within=two.part("box-revalidate"))
    two.sees("Already in progress, started by local-lead")
    assert len(played.client.jobs(JobKind.REVALIDATE)) == before + 1
    one.keep("revalidation-running")
    wait_for(
        lambda: present(played.client.latest_job(JobKind.REVALIDATE)).state is JobState.SUCCEEDED,
        "the revalidation",
        120,
    )
    one.sees("Go to Decision")
    one.assert_whole()


def test_the_cto_signs_what_stands_on_the_screen(played: Site, window: Open) -> None:
    screen = window(played)
    screen.go("decision")
    screen.sees("Only the CTO can sign")
    screen.act_as(Role.CTO, "Carla")
    box = screen.part("signature")
    box.get_by_role("radio", name="Reject").click()
    reason = box.get_by_role("textbox")
    reason.fill("the market is made up")
    reason.press("Control+Enter")
    screen.press("Sign: reject", within=box)
    screen.sees("Rejected by Carla (CTO)")
    screen.sees("identity unverified")
    week = present(played.client.active_week())
    signed = played.client.signatures(week.id)[-1]
    job = present(played.client.latest_job(JobKind.REVALIDATE))
    assert signed.act is SignatureAct.REJECT
    assert signed.reason == "the market is made up"
    assert not signed.verified
    assert signed.revalidation_sha256 == present(played.client.result(job.id))["sha256"]
    screen.keep("decision-signed")


def test_the_cto_learns_verdict_reason_and_weaknesses_without_a_click(
    played: Site, window: Open
) -> None:
    screen = window(played)
    screen.go("decision")
    weaknesses = screen.part("weaknesses")
    expect(weaknesses).to_contain_text("Read this before you sign")
    expect(weaknesses.get_by_role("listitem").first).to_be_visible()
    screen.act_as(Role.CTO, "Carla")
    place = present(weaknesses.bounding_box())
    assert place["y"] + place["height"] <= present(screen.page.viewport_size)["height"]


def test_nothing_is_chosen_for_the_cto(played: Site, window: Open) -> None:
    screen = window(played)
    screen.go("decision")
    screen.act_as(Role.CTO, "Carla")
    if played.client.signatures(present(played.client.active_week()).id):
        screen.main.get_by_text("Sign again").click()
    box = screen.part("signature")
    expect(box).to_contain_text("nothing is preselected")
    expect(box.get_by_role("button", name="Sign: ")).to_have_count(0)
