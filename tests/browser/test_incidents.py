"""An incident worked on in the browser; rows that fill; a run that is only looked at."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import TimeoutError, expect

from core.files import write_json
from core.language import Message, recorded
from core.ledger_bodies import AttemptColumns, AttemptStarted, JobColumns, ProcessColumns
from core.paths import Home
from core.vocabulary import ItemState, JobKind, JobState, Role
from tests.browser.place import COMMAND, LEAD, Site, wait_for
from tests.dashboard.place import LAUNCH, events
from tests.event_files import write_events
from tests.expected import job_of, present
from tests.expected import recorded as saved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Download, Locator

    from tests.browser.conftest import Open
    from tests.browser.screen import Screen

BANNER = "Start and automatic restarts are blocked until it is closed"


def their_run(site: Site, hours: float = 3.0) -> datetime:
    """Events of a run of another program that began so long ago."""
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours, minutes=10)
    late = began.timestamp() - LAUNCH.timestamp()
    series = {
        tag: [(step, wall + late, value) for step, wall, value in points]
        for tag, points in events(hours).items()
    }
    write_events(site.home.root / "theirs", series)
    return began


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A week that watches a run, with a training.log; no runner, and no alert about that."""
    made = Site(tmp_path_factory.mktemp("incidents") / "home")
    made.client.create_week(their_run(made), watched=made.home.root / "theirs")
    made.home.training_log.parent.mkdir(parents=True)
    made.home.training_log.write_text("[INFO] Step 1\n[ERROR] it fell over\n")
    try:
        made.serve()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def looking_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """What `trainweek watch` shows of a run."""
    made = Site(tmp_path_factory.mktemp("looking_on") / "home")
    their_run(made)
    folder, home = str(made.home.root / "theirs"), str(made.home.root / "own")
    made.served = Home(made.home.root / "own")
    try:
        made._start(*COMMAND, "watch", folder, "--port", str(made.port), "--home", home)
        wait_for(made._answers, "the dashboard")
        yield made
    finally:
        made.close()


def downloaded(screen: Screen, button: Locator) -> Download:
    """What the button downloads; a redraw of the page may swallow a click."""
    for patience in (8_000, 8_000, 30_000):
        try:
            with screen.page.expect_download(timeout=patience) as download:
                button.click()
        except TimeoutError:
            continue
        return download.value
    raise AssertionError("nothing was downloaded")


def test_an_incident_is_worked_through_its_files_read_and_closed(site: Site, window: Open) -> None:
    week = present(site.client.active_week())
    opened = saved(site.client.open_incident(week.id, "crash", "it fell over"))
    screen = window(site, role=Role.LEAD)
    screen.go("escalation")
    screen.sees("3 of 5 still open")
    screen.sees(BANNER)

    done = screen.part(f"incident:crash:{opened.id}:do:2").get_by_test_id("stCheckbox")
    done.locator("label").click()
    screen.sees("2 of 5 still open")
    screen.part(f"incident:crash:{opened.id}:do:3:more").get_by_role("button").first.click()
    popover = screen.page.get_by_test_id("stPopoverBody")
    popover.locator("textarea").fill("the lead found it herself")
    popover.locator("textarea").press("Control+Enter")
    popover.get_by_role("button", name="Skip").click()
    screen.sees("1 of 5 still open")
    screen.page.keyboard.press("Escape")
    screen.main.get_by_text("Done: 3 · skipped: 1").click()
    screen.sees("the lead found it herself")
    items = site.client.incidents(week.id)[0].items
    assert [items[index].state for index in (2, 3)] == [ItemState.DONE, ItemState.SKIPPED]

    screen.main.get_by_role("button", name="CRASH_backup.log").first.click()
    expect(popover).to_contain_text("[ERROR] it fell over")
    expect(popover).to_contain_text("logs/ppo_training/CRASH_backup.log")
    download = downloaded(screen, popover.get_by_role("button", name="Download"))
    assert download.path().read_text() == site.home.training_log.read_text()
    assert download.suggested_filename == "CRASH_backup.log"
    screen.page.keyboard.press("Escape")
    screen.keep("incident")

    reason = screen.part("incident:crash:reason").locator("textarea")
    reason.fill("the disk was full")
    reason.press("Control+Enter")
    screen.press("Close and skip 1 action")
    screen.sees("No open incidents.")
    # The banner and the page are of one state: at most one redraw apart.
    expect(screen.main).not_to_contain_text(BANNER)
    screen.assert_whole()


def test_the_rows_of_the_preflight_fill_without_a_reload(site: Site, window: Open) -> None:
    client, home = site.client, site.home
    week = present(client.active_week())
    job = job_of(client.submit(JobKind.PREFLIGHT))
    now = datetime.now(UTC)
    began = ProcessColumns(state=JobState.RUNNING, started_at=now, pid=os.getpid()).given()
    folder = home.attempt(job.id, 1)
    folder.mkdir(parents=True)
    attempt = AttemptColumns(**began, attempt_id="1", epoch=1, folder=home.relative(folder))
    columns = JobColumns(**began, attempt=1)
    body = AttemptStarted(job_id=job.id, number=1, job=columns, attempt=attempt)
    with client.store.write() as write:
        write.append(body, by=LEAD, at=now, at_week=now, week_id=week.id)

    def write_rows(check: str, *rows: dict[str, object]) -> None:
        seen = {"check": check, "number": len(rows) + 1, "of": 6, "checks": rows}
        write_json(folder / "progress.json", recorded(seen))

    write_rows("preflight_config")
    screen = window(site)
    screen.go("launch")
    screen.sees("Being checked now.")
    why = Message("Playbook {playbook} is valid.", playbook="phase4")
    row = {"id": "preflight_config", "ok": True, "value": "phase4", "unit": "", "why": why}
    write_rows("preflight_data", row)
    screen.sees("Playbook phase4 is valid.")
    screen.sees("Waiting for its turn in the pre-flight in progress.")
    screen.assert_whole()


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_watch_opens_on_live_training_without_a_manual(
    looking_on: Site, window: Open, locale: str
) -> None:
    screen = window(looking_on, locale=locale)
    screen.page.goto(looking_on.url)
    screen.page.wait_for_url("**/live_training")
    screen.sees("WATCHING" if locale == "en-US" else "KL")
    screen.settle()
    screen.assert_whole()
    text = screen.text()
    for absent in ("OGNUSDT", "limit", "Overdue", "Atrasad", "500,000", "500.000"):
        assert absent not in text, absent
    menu = screen.page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_role("link")).to_have_count(4)  # several watched runs are several weeks
    screen.keep(f"watch-{locale}")
