"""How long until a fresh browser shows the first chart: ``make bench-first-chart``.

``python -m tests.benchmarks.load.first_chart [--rounds 5] [--scalars 1000000]``

Our pages of a week with a training in progress, a bare Streamlit page with one ECharts chart, and
TensorBoard on the same event file take turns, so that a busy machine is busy for all. Each look has a
browser profile of its own, without a cache. Printed are medians over the rounds, as a ratio to the
bare page too, with what was fetched for it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.request import urlopen

import psutil

from tests.benchmarks.load.place import Served, bare, pages
from tests.browser.chromium import browsing
from tests.browser.place import free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

OURS = ("this_week", "live_training")
BARE = """
import streamlit as st

st.markdown("### A page")
points = [[i, i % 17] for i in range(500)]
st.echarts_chart({"xAxis": {}, "yAxis": {}, "series": [{"type": "line", "data": points}]}, key="one")
"""
TITLE = '[data-testid="stMarkdown"], h1, h3, mat-toolbar'
CHART = "canvas, .js-plotly-plot, line-chart svg"
PATIENCE_MS = 120_000


@dataclass
class Seen:
    """What the looks at one page gave; seconds since the address was opened."""

    title: list[float] = field(default_factory=list)
    chart: list[float] = field(default_factory=list)
    requests: int = 0
    kilobytes: int = 0
    nodes: int = 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scalars", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with (
            bare(root, BARE) as plain,
            pages(root / "home", given.scalars) as ours,
            tensorboard(root / "home") as board,
            browsing() as browser,
        ):
            peers = {"bare page": (plain, ""), "TensorBoard": (board, "")}
            peers |= {page: (ours, page) for page in OURS}
            seen = {name: Seen() for name in peers}
            for _ in range(given.rounds + 1):
                for name, (served, page) in peers.items():
                    look(browser, served, page, seen[name])
    print("page           title s  chart s  ratio  requests     kB  nodes")
    first = median(seen["bare page"].chart[1:])
    for name, found in seen.items():
        title, chart = (
            median(found.title[1:]),
            median(found.chart[1:]),
        )  # the first warms the server
        print(
            f"{name:14} {title:7.2f} {chart:8.2f} {chart / first:6.2f} {found.requests:9} "
            f"{found.kilobytes:6} {found.nodes:6}"
        )


def look(browser: Browser, served: Served, page: str, seen: Seen) -> None:
    """One look by a browser that has never been there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([
        {"name": name, "value": value, "url": served.url} for name, value in served.cookies.items()
    ])  # fmt: skip
    window = context.new_page()
    sizes: list[int] = []
    wire = context.new_cdp_session(window)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    began = time.monotonic()
    window.goto(f"{served.url}/{page}", wait_until="commit")
    window.wait_for_selector(TITLE, timeout=PATIENCE_MS)
    seen.title.append(time.monotonic() - began)
    window.wait_for_selector(CHART, timeout=PATIENCE_MS)
    seen.chart.append(time.monotonic() - began)
    window.wait_for_timeout(2000)
    seen.requests, seen.kilobytes = len(sizes), round(sum(sizes) / 1000)
    seen.nodes = window.evaluate("document.querySelectorAll('*').length")
    context.close()


@contextmanager
def tensorboard(folder: Path) -> Iterator[Served]:
    """TensorBoard on the event files below a folder."""
    port = free_port()
    child = subprocess.Popen(
        [
            sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--port", str(port),
            "--host", "127.0.0.1", "--load_fast", "false",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: _answers(port), "TensorBoard")
        yield Served(f"http://127.0.0.1:{port}", {}, psutil.Process(child.pid))
    finally:
        child.terminate()
        child.wait()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/data/runs", timeout=5) as answer:
            return bool(answer.read().strip() not in (b"", b"[]"))
    except OSError:
        return False


if __name__ == "__main__":
    main()
