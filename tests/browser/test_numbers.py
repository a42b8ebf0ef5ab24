"""What a page shows is what its file says."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.files import tail
from core.telemetry import RunReader
from core.telemetry.readings import last_kl, last_reward, last_step, policy_loss
from core.vocabulary import JobKind, Verdict
from dashboard.formatting import number, short
from tests.expected import present

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site
    from tests.browser.screen import Screen


@pytest.fixture
def reader(played: Site) -> RunReader:
    job = present(played.client.latest_job(JobKind.TRAIN))
    found = RunReader(played.home.run(present(job.run)))
    found.refresh()
    return found


@pytest.fixture
def screen(played: Site, window: Open) -> Screen:
    return window(played)


def test_this_week_shows_the_newest_event(screen: Screen, reader: RunReader) -> None:
    screen.go("this_week")
    for reading in (last_reward(reader), last_kl(reader), last_step(reader)):
        expect(screen.part("tiles-run")).to_contain_text(number(present(reading).value))


def test_a_slot_of_the_timeline_opens_in_this_session(screen: Screen) -> None:
    screen.go("this_week")
    screen.part("links-timeline").get_by_role("link", name="16:00 Hourly").click()
    expect(screen.page).to_have_url(re.compile(r"/hourly_checks\?slot=hourly_2$"))
    expect(screen.page.locator("h1").first).to_contain_text("Hourly checks")
    assert len(screen.page.context.pages) == 1, "no new tab"


def test_live_training_shows_the_newest_points(screen: Screen, reader: RunReader) -> None:
    screen.go("live_training")
    expect(screen.part("chart-kl")).to_contain_text(number(present(last_kl(reader)).value))
    expect(screen.part("chart-losses")).to_contain_text(number(present(policy_loss(reader)).value))


def test_the_hourly_check_shows_what_was_ticked(screen: Screen, played: Site) -> None:
    week = present(played.client.active_week())
    ticks = {t.check: t for t in played.client.ticks(week.id, "hourly_4")}
    assert ticks
    screen.go("hourly_checks", slot="hourly_4")
    for check, tick in ticks.items():
        row = screen.part(f"item-hourly_4-{check}")
        expect(row).to_contain_text(tick.by)
        if tick.verdict_seen is Verdict.PASS:
            expect(row).to_contain_text("Pass")


def test_the_daily_check_in_shows_its_record(screen: Screen, played: Site) -> None:
    week = present(played.client.active_week())
    day = week.playbook.slot("daily_1").at(week.launch).date()
    record = json.loads(played.home.daily_summary(day).read_text())
    screen.go("daily_checkin", day="daily_1")
    table = screen.main.locator("table").first
    for value in (record["training_status"], record["last_reward"], record["kl_divergence_last"]):
        expect(table).to_contain_text(number(value))


def test_the_decision_shows_its_file(screen: Screen, played: Site) -> None:
    job = present(played.client.latest_job(JobKind.REVALIDATE))
    report = present(played.client.result(job.id))["report"]
    saved = json.loads(played.home.resolve(report["decision"]).read_text())
    screen.go("decision")
    expect(screen.part("headline")).to_contain_text(f"{saved['decision']} {saved['score']}")
    for gate in saved["gates"]:
        value = short(gate["value"], gate["threshold"])
        card = screen.part("tiles-gates").locator("li", has_text=f"{gate['number']} {gate['name']}")
        expect(card).to_contain_text(value)
        expect(card).to_contain_text("Pass" if gate["passed"] else "Fail")


def test_the_document_is_the_file_to_the_letter(screen: Screen, played: Site) -> None:
    job = present(played.client.latest_job(JobKind.REVALIDATE))
    report = present(played.client.result(job.id))["report"]
    written = played.home.resolve(report["document"]).read_text(encoding="utf-8")
    screen.go("decision", view="document")
    screen.sees("REVALIDATION DECISION")
    shown = screen.main.locator("pre").first.inner_text()
    assert shown.strip() == written.strip()


def test_troubleshooting_shows_the_end_of_the_log(screen: Screen, played: Site) -> None:
    screen.go("troubleshooting")
    screen.sees(tail(played.home.training_log, 1))


def test_jobs_lists_every_job(screen: Screen, played: Site) -> None:
    screen.go("jobs")
    for job in played.client.jobs(week_id=present(played.client.active_week()).id):
        screen.sees(job.id)


def test_the_revalidation_page_names_model_and_data(screen: Screen, played: Site) -> None:
    manifest = json.loads(played.home.best_model.with_suffix(".manifest.json").read_text())
    screen.go("revalidation")
    for shown in (manifest["sha256"][:12], number(manifest["step"])):
        expect(screen.part("box-revalidate")).to_contain_text(shown)


def test_the_playbook_is_the_weeks_own(screen: Screen, played: Site) -> None:
    screen.go("playbook")
    screen.sees(present(played.client.active_week()).playbook_sha256[:16])
