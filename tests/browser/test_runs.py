"""Two runs side by side, and the lead's choice of the model in use."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from core.vocabulary import ENDED_STATES, JobKind, JobState, Role
from tests.browser.place import COMMAND, Site, wait_for
from tests.expected import job_of, present, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Open

STEPS = 8_192


def ended(site: Site, job_id: str) -> bool:
    return present(site.client.job(job_id)).state in ENDED_STATES


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A week with two short runs of different seeds; both completed."""
    site = Site(tmp_path_factory.mktemp("twice") / "home")
    sample = [*COMMAND, "data", "sample", "--home", str(site.home.root)]
    subprocess.run(sample, check=True, capture_output=True, timeout=120)
    recorded(site.client.create_week(datetime.now(UTC).replace(microsecond=0), synthetic=True))
    try:
        site.start_runner()
        for params in ({}, {"resume": False, "seed": 8, "note": "another seed"}):
            asked = {"steps": STEPS, "timestamp": True, "override_reason": "a test"} | params
            job = job_of(site.client.submit(JobKind.TRAIN, asked))
            wait_for(partial(ended, site, job.id), "the end of the run")
            assert present(site.client.job(job.id)).state is JobState.SUCCEEDED
        site.serve()
        yield site
    finally:
        site.close()


def test_two_runs_are_compared_and_the_lead_chooses_one(twice: Site, window: Open) -> None:
    second, first = twice.client.runs()
    assert second.in_use
    screen = window(twice)
    screen.go("runs")
    screen.sees(f"In use: {second.run}")
    screen.sees("another seed")
    screen.sees("Validation Sharpe over steps")
    settings = screen.part("compared-settings")
    settings.get_by_text("seed").wait_for()
    expect(screen.main.locator(".stEChartsChart canvas")).to_have_count(2)
    screen.assert_whole()
    screen.keep("runs")

    box = screen.main.get_by_test_id("stSelectbox").last
    screen.pick(box, first.run)
    screen.settle()
    screen.part("run-detail").get_by_role("button", name="Use this model").click()
    asks = screen.page.get_by_test_id("stPopoverBody")
    asks.get_by_role("textbox").fill("the calmer one")
    asks.get_by_role("button", name="Use this model").click()
    screen.sees(f"In use: {first.run}")
    screen.sees("the calmer one")
    assert twice.home.best_model.read_bytes() == twice.home.run_model(first.run).read_bytes()

    other = window(twice, "phone", "dark", "pt-BR", Role.VIEWER)
    other.go("runs")
    other.sees("Escolhido por")
    other.assert_whole()
    other.keep("runs-phone-pt")


def test_a_further_run_proposes_a_seed_of_its_own(twice: Site, window: Open) -> None:
    screen = window(twice)
    screen.go("launch")
    screen.main.get_by_text("Settings of this run").click()
    seed = screen.main.get_by_role("textbox", name="seed")
    taken = {run.settings["seed"] for run in twice.client.runs()}
    expect(seed).to_have_value(re.compile(r"^\d+$"))  # a field's value comes a moment after it
    assert int(seed.input_value()) not in taken
    seed.fill("8")
    seed.press("Enter")
    screen.sees("it repeats that run")
