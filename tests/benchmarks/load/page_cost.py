"""What each page costs: ``make bench-pages``.

``python -m tests.benchmarks.load.page_cost [--home DIR] [--rounds 10] [PAGE ...]``

A data directory is copied and its pages are served; without one it is a busy week with a million
scalars. Printed are, for each page, the CPU of a whole run of its script by one session and of a round
of its timers, both warm, with what the timers send and how many nodes a browser makes of the page.
Processor time is the server's own, so that a busy machine changes it little.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from dashboard.navigation import STEMS
from tests.benchmarks.load.place import Served, pages, served
from tests.benchmarks.load.sessions import Seen, one_session
from tests.browser.chromium import browsing
from tests.browser.place import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

SETTLED_MS = 6000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=[])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--scalars", type=int, default=1_000_000)
    given = parser.parse_args()
    shown = given.pages or STEMS
    with (
        tempfile.TemporaryDirectory() as folder,
        _served(Path(folder) / "home", given.home, given.scalars) as found,
    ):
        costs = {page: _cost_line(page, found, given.rounds) for page in shown}
        print("page               run ms  timers  round ms  kB/round  nodes")
        with browsing() as browser:
            for page, line in costs.items():
                print(f"{page:<18}{line}{_nodes(page, found, browser):7}", flush=True)


@contextmanager
def _served(root: Path, home: Path | None, scalars: int) -> Iterator[Served]:
    if home is None:
        with pages(root, scalars) as found:
            yield found
        return
    shutil.copytree(home, root)
    site = Site(root)
    try:
        with served(site) as found:
            yield found
    finally:
        site.close()


def _cost_line(page: str, found: Served, rounds: int) -> str:
    seen = Seen()
    loads, ticks, parts = asyncio.run(_cost(page, found, rounds, seen))
    if seen.errors:
        raise RuntimeError(f"{page}: {seen.errors[0]}")
    spent = f"{median(ticks):10.0f}" if ticks else "         -"
    sent = f"{sum(seen.tick_bytes) / rounds / 1e3:10.1f}"
    return f"{median(loads):7.0f}{parts:8}{spent}{sent}"


async def _cost(
    page: str, found: Served, rounds: int, seen: Seen
) -> tuple[list[float], list[float], int]:
    loads: list[float] = []
    ticks: list[float] = []
    async with one_session(found.url, found.cookies, page, seen) as session:
        for _ in range(2):
            await session.load()
        for _ in range(rounds):
            before = _cpu_ms(found)
            await session.load()
            loads.append(_cpu_ms(found) - before)
        for _ in range(rounds if session.parts else 0):
            before = _cpu_ms(found)
            for part in session.parts:
                await session.tick(part)
            ticks.append(_cpu_ms(found) - before)
        return loads, ticks, len(session.parts)


def _cpu_ms(found: Served) -> float:
    used = found.process.cpu_times()
    return 1e3 * (used.user + used.system)


def _nodes(page: str, found: Served, browser: Browser) -> int:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([
        {"name": name, "value": value, "url": found.url} for name, value in found.cookies.items()
    ])  # fmt: skip
    window = context.new_page()
    window.goto(f"{found.url}/{page}")
    window.wait_for_timeout(SETTLED_MS)
    nodes: int = window.evaluate("document.querySelectorAll('*').length")
    context.close()
    return nodes


if __name__ == "__main__":
    main()
