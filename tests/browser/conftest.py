"""A played week in a real browser: played once, and served once for each worker."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from core.vocabulary import Role
from tests.browser.chromium import browsing
from tests.browser.place import COMMAND, Site, let_in
from tests.browser.screen import SIZES, Screen, remember
from tests.dashboard.place import LAUNCH, events
from tests.event_files import write_events
from tests.played_home import played_home

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Open = Callable[..., Screen]
Scheme = Literal["light", "dark"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A week as the demo leaves it, waiting for the CTO; runner and app are alive."""
    root = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(played_home(tmp_path_factory).root, root)
    site = Site(root)
    try:
        site.start_runner()
        site.serve()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A home with sample candles and nothing else; the app is alive, a runner is not."""
    site = Site(tmp_path_factory.mktemp("fresh") / "home")
    sample = [*COMMAND, "data", "sample", "--home", str(site.home.root)]
    subprocess.run(sample, check=True, capture_output=True, timeout=120)
    try:
        site.serve()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A week that only watches a run of another program: slow, but healthy; no runner."""
    site = Site(tmp_path_factory.mktemp("watched") / "home")
    launch = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3, minutes=10)
    late = launch.timestamp() - LAUNCH.timestamp()
    series = {
        tag: [(step, wall + late, value) for step, wall, value in points]
        for tag, points in events(3.0).items()
    }
    write_events(site.home.root / "theirs" / "attempt-001", series)
    site.client.create_week(launch, watched=site.home.root / "theirs")
    try:
        site.serve()
        yield site
    finally:
        site.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Open]:
    """Opens windows: ``window(site, "phone", "dark")``; ``role=None``: a browser's first visit."""
    contexts = []

    def open_(
        site: Site,
        size: str = "desktop",
        scheme: Scheme = "light",
        locale: str = "en-US",
        role: Role | None = Role.LEAD,
    ) -> Screen:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            timezone_id="America/Sao_Paulo",
            locale=locale,
        )
        if site.by_link:
            let_in(context, site.served, site.url)
        if role is not None:
            remember(context, site.url, role)
        contexts.append(context)
        return Screen(context.new_page(), site.url, "pt" if locale.startswith("pt") else "en")

    yield open_
    for context in contexts:
        context.close()
