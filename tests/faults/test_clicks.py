"""Faults of the dashboard: a real Streamlit server ends while a click is being saved."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from core.listening import Listening
from core.vocabulary import JobKind, JobState, Role
from runner.cli.operate import start_dashboard
from runner.client import Client
from runner.failpoints import VARIABLE
from tests.browser.chromium import browsing
from tests.browser.place import free_port, let_in
from tests.browser.screen import Screen, remember
from tests.faults.matrix import fault
from tests.faults.promises import Promises, killed
from tests.runner.place import LEAD, Place, wait_for

Seen = Callable[[object], None]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


class Dashboard:
    """The app as the product serves it, and a person's window on it."""

    def __init__(self, place: Place, browser: Browser) -> None:
        self.place, self.port = place, free_port()
        self.server = start_dashboard(place.home, Listening(self.port), place.home.dashboard_log)
        self._context: BrowserContext | None = None
        try:
            wait_for(self._answers, 60)
            self._context = browser.new_context(locale="en-US")
            url = f"http://127.0.0.1:{self.port}"
            let_in(self._context, place.home, url)
            remember(self._context, url, Role.LEAD)
            self.screen = Screen(self._context.new_page(), url)
            # The first drawing imports everything, beside a training run: its patience is longer.
            self.screen.page.goto(f"{self.screen.url}/hourly_checks", timeout=60_000)
            expect(self.screen.page.locator("h1").first).to_be_visible(timeout=60_000)
            self.screen.go("hourly_checks")
        except BaseException:
            self.close()
            raise

    def _answers(self) -> bool:
        assert self.server.poll() is None, self.place.home.dashboard_log.read_text()
        with suppress(OSError):
            health = f"http://127.0.0.1:{self.port}/_stcore/health"
            with urllib.request.urlopen(health, timeout=2) as answer:
                return answer.status == 200
        return False

    def note(self, text: str) -> None:
        """Write a note and press the button; returns while it is being saved."""
        field = self.screen.main.get_by_label("Note", exact=True).first
        field.fill(text)
        field.press("Enter")
        self.screen.settle()
        self.screen.press("Save note")

    def close(self) -> None:
        if self._context is not None:
            self._context.close()
        if self.server.poll() is None:
            killed(self.server)


@fault(
    17,
    injected="SIGKILL and SIGTERM of a real Streamlit server, a real browser's click stopped "
    "before and after its line in the ledger, while a job runs",
    expected="the row is whole or absent, the one that the page called saved is there; "
    "the job runs on and obeys",
)
@pytest.mark.parametrize(
    ("number", "where"),
    [
        (signal.SIGKILL, "after_ledger"),
        pytest.param(signal.SIGKILL, "before_ledger", marks=pytest.mark.whole),
        # It may finish what it began.
        pytest.param(signal.SIGTERM, "before_ledger", marks=pytest.mark.whole),
    ],
)
def test_a_server_that_ends_in_a_click_leaves_the_row_whole_or_absent(
    place: Place,
    browser: Browser,
    promises: Promises,
    monkeypatch: pytest.MonkeyPatch,
    seen: Seen,
    number: signal.Signals,
    where: str,
) -> None:
    place.runner()
    job = place.submit(JobKind.TRAIN, do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    pid = place.job(job).pid
    with monkeypatch.context() as patched:
        patched.setenv(VARIABLE, f"{where}:stop@2")
        dashboard = Dashboard(place, browser)
    try:
        dashboard.note("the first click")
        dashboard.screen.sees("Saved: note", seconds=60)
        promises.notes.append((place.home, "the first click"))
        dashboard.note("the second click")
        server = psutil.Process(dashboard.server.pid)
        wait_for(lambda: server.status() == psutil.STATUS_STOPPED)
        os.kill(server.pid, number)
        os.kill(server.pid, signal.SIGCONT)
        code = dashboard.server.wait(60)
    finally:
        dashboard.close()
    assert (place.job(job).state, place.job(job).pid) == (JobState.RUNNING, pid)
    if where == "after_ledger":  # the next server shows what was saved, and the job
        dashboard = Dashboard(place, browser)
        try:
            dashboard.screen.sees("the first click", seconds=60)
            dashboard.screen.sees("the second click")
            dashboard.screen.go("jobs")
            dashboard.screen.sees(job.id)
        finally:
            dashboard.close()
    place.lead.stop(job.id)  # the next write finds the ledger ahead, and catches up
    wait_for(place.in_state(job, JobState.STOPPED))
    clicks = [n.text for n in Client(place.home, LEAD).notes(place.week.id) if "click" in n.text]
    rows = clicks.count("the second click")
    assert clicks == ["the first click", "the second click"][: 1 + rows]
    if number is signal.SIGKILL:
        assert (code, rows) == (-signal.SIGKILL, int(where == "after_ledger"))
    assert len(place.starts()) == 1
    seen(f"{number.name} {where.replace('_', ' ')}: server {code}, {rows} row; the job ran on")
