"""What one drawing of a page costs: store reads, judgements, and functions entered.

``python -m tests.benchmarks.looks``
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from streamlit.testing.v1 import AppTest

from core.vocabulary import JobKind, Verdict
from tests.dashboard.place import LAUNCH, Place
from tests.dashboard.reads import Cost, counted
from tests.expected import present

PAGES = (
    "hourly_checks",
    "daily_checkin",
    "this_week",
    "live_training",
    "troubleshooting",
    "history",
)
REPEATS = 5  # of which the median is the time


def home_of_a_live_run(root: Path) -> Place:
    """The second day at 10:05: hourly slots and the first daily check are due."""
    place = Place(root)
    job = place.train(hours=20.0)
    place.now = LAUNCH + timedelta(hours=20, minutes=5)
    client = place.client()
    week = present(client.active_week())
    for check in ("reward_positive", "loss_falling"):
        client.tick(week.id, "hourly_1", check, "", Verdict.PASS, "1.0")
    client.note(week.id, "hourly_1", "the machine is shared today")
    client.open_incident(week.id, "performance", "flat for two hours")
    for kind in (JobKind.PREFLIGHT, JobKind.DATA_CHECK):
        client.submit(kind)
    assert client.job(job.id) is not None
    return place


def looks(place: Place, panel: str) -> tuple[Cost, Cost, float]:
    """The frame and one panel, drawn again on a page that is open.

    :returns: the cost after something was written, the cost when nothing was, and the
        median seconds of the latter.
    """
    page, week = place.page(), present(place.client().active_week())
    test = AppTest.from_function(_script, args=(panel, page), default_timeout=120).run()
    assert not test.exception, test.exception
    place.client().note(week.id, "hourly_2", "another note")
    page.services.forget()
    with counted() as written:
        test.run()
    page.services.forget()
    with counted() as unchanged:
        test.run()
    took = []
    for _ in range(REPEATS):
        page.services.forget()
        began = time.perf_counter()
        test.run()
        took.append(time.perf_counter() - began)
    return written, unchanged, median(took)


def _script(panel, page) -> None:
    import importlib

    import streamlit as st

    from dashboard import frame
    from dashboard.navigation import build

    st.navigation(build(page.say), position="hidden")
    frame.show(page, "A page")
    importlib.import_module(f"dashboard.panels.{panel}.page").show(page)


def main() -> None:
    """A line for each page. "Written" is a look after a write, "unchanged" one without."""
    print(
        f"{'page':<16} {'statements':>18} {'transactions':>18} {'gather':>7} {'diagnose':>9} "
        f"{'scenarios':>10} {'judge':>6} {'log reads':>9} {'our entries':>18} "
        f"{'all entries':>12} {'ms':>7}"
    )
    print(f"{'':<16} {'written/unchanged':>18} {'written/unchanged':>18} {'':>45} {'':>18}")
    with TemporaryDirectory(prefix="trainweek-looks-") as folder:
        place = home_of_a_live_run(Path(folder) / "home")
        for panel in PAGES:
            cost, unchanged, seconds = looks(place, panel)
            print(
                f"{panel:<16} {_both(len(cost.statements), len(unchanged.statements))} "
                f"{_both(cost.transactions, unchanged.transactions)} "
                f"{cost.calls('facts.gather'):>7} {cost.calls('diagnose.diagnose'):>9} "
                f"{len(cost.scenarios):>10} {cost.calls('registry.judge'):>6} "
                f"{cost.calls('read_log_facts'):>9} "
                f"{_both(cost.our_entries, unchanged.our_entries)} "
                f"{unchanged.every_entry:>12,} {seconds * 1000:>7.0f}"
            )


def _both(written: int, unchanged: int) -> str:
    return f"{f'{written:,} / {unchanged:,}':>18}"


if __name__ == "__main__":
    main()
