"""``make bench-scale``: what a look at *All weeks* costs with 1, 100 and 1,000 runs in progress.

The runs are simulated: each is a week that watches event files, to which every run adds a point
between two looks. Looks are a tick of the page apart, on a clock of their own, so nothing waits.
Nothing is asserted. ``--home DIR --weeks N`` writes such a data directory and keeps it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.paths import Home
from core.people import Person
from core.vocabulary import Role
from dashboard.data.services import Services
from dashboard.page import Page
from dashboard.panels.all_weeks.lines import board_data
from dashboard.panels.all_weeks.page import REDRAW_SECONDS
from dashboard.panels.all_weeks.standings import Standings
from dashboard.viewer import Viewer
from runner.client import Client
from tests.event_files import append_events, write_events
from tests.expected import recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.event_files import Point

SIZES = (1, 100, 1_000)
LOOKS = 20
TICK = timedelta(seconds=REDRAW_SECONDS)
LEAD = Person("lead", Role.LEAD)
SYMBOLS = ("OGNUSDT", "BTCUSDT", "ETHUSDT", "SOLUSDT")
KLS = (0.006, 0.006, 0.006, 0.006, 0.031)  # one of five is far above its limit
TAGS = (
    "rollout/ep_rew_mean", "rollout/ep_len_mean", "train/approx_kl", "train/loss",
    "train/value_loss", "train/explained_variance", "train/entropy_loss", "eval/sharpe", "time/fps",
)  # fmt: skip


class ManyWeeks:
    """A data directory of so many weeks, each with a run in progress.

    :ivar now: the present real time of the simulation.
    """

    def __init__(self, home: Home, count: int, now: datetime) -> None:
        self.home, self.count, self.now = home, count, now
        self.client = Client(home, LEAD, now=lambda: self.now)
        self._began = [now - timedelta(hours=1 + number % 7) for number in range(count)]
        self._files: list[Path] = []

    def write(self) -> None:
        """Weeks of several symbols and launch times, each with its events until now."""
        for number, began in enumerate(self._began):
            hours = (self.now - began) / timedelta(hours=1)
            folder = self.home.root / "watched" / f"run-{number:04}"
            series = {tag: self._points(number, tag, began, 30 * hours) for tag in TAGS}
            self._files.append(write_events(folder / "attempt-001", series))
            recorded(
                self.client.create_week(
                    began - timedelta(days=number // 40 % 12, seconds=number),  # no two at one time
                    tag=f"run-{number:04}",
                    watched=folder,
                    symbol=SYMBOLS[number % len(SYMBOLS)],
                    planned=number > 0,
                )
            )

    def go_on(self) -> None:
        """A tick later, with one more point of each run."""
        self.now += TICK
        for number, file in enumerate(self._files):
            append_events(file, {TAGS[0]: [(2048 * 230, self.now.timestamp(), float(number))]})

    @staticmethod
    def _points(number: int, tag: str, began: datetime, count: float) -> list[Point]:
        kl = KLS[number % len(KLS)]
        value = {"train/approx_kl": kl, "eval/sharpe": 0.5, "time/fps": 68.0}.get(tag)
        return [
            (2048 * i, began.timestamp() + 120 * i, 0.05 * i if value is None else value)
            for i in range(1, int(count) + 1)
        ]


def measure(count: int) -> list[str]:
    """The cells of one size."""
    with TemporaryDirectory(prefix="trainweek-scale-") as folder:
        place = ManyWeeks(Home(Path(folder) / "home"), count, datetime.now(UTC))
        place.write()
        standings, took = Standings(), []
        began = time.perf_counter()
        board = standings.look(place.client)
        first = time.perf_counter() - began
        looks, judging = 1, first
        while board.waiting:
            place.go_on()
            began = time.perf_counter()
            board = standings.look(place.client)
            judging += time.perf_counter() - began
            looks += 1
        page = Page(
            Services(place.home, LEAD, now=lambda: place.now), Viewer(LEAD, "en", live=True)
        )
        for _ in range(LOOKS):
            place.go_on()
            began = time.perf_counter()
            board = standings.look(place.client)
            data = board_data(page, board)
            took.append(time.perf_counter() - began)
        began = time.perf_counter()
        board_data(page, standings.look(place.client))
        shared = time.perf_counter() - began
        read = (row.standing.read for row in board.rows if row.standing is not None)
        oldest = board.now - min(read)
        return [
            f"{first:.2f} s",
            f"{looks} ({judging:.1f} s)",
            f"{statistics.median(took):.2f} s",
            f"{max(took):.2f} s",
            f"{shared:.3f} s",
            f"{oldest.total_seconds():.0f} s",
            f"{len(json.dumps(data)) / 1000:.0f} kB",
        ]


NAMES = (
    "first look",
    "looks until every week was judged (their time)",
    "a later look, median",
    "a later look, longest",
    "the same look for another session",
    "oldest line, with looks 3 s apart",
    "what the browser is sent, when all changed",
)


def main(sizes: Sequence[int]) -> None:
    """Print one row a measurement, one column a size."""
    found = [measure(size) for size in sizes]
    print(f"{'runs in progress':<48}" + "".join(f"{size:>14,}" for size in sizes))
    for name, cells in zip(NAMES, zip(*found, strict=True), strict=True):
        print(f"{name:<48}" + "".join(f"{cell:>14}" for cell in cells))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path)
    parser.add_argument("--weeks", type=int, default=40)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    given = parser.parse_args()
    if given.home is None:
        main(given.sizes)
    else:
        ManyWeeks(Home(given.home), given.weeks, datetime.now(UTC)).write()
