"""How the pages answer many people at once: ``make load``.

``python -m tests.benchmarks.load [--page this_week] [--sessions 1,10,25,50] [--seconds 20]``

Real WebSocket sessions open a page of a week with a million-scalar run in progress and eight live
jobs, and follow its timers; beside it they do the same on a bare page with one chart. Then 60
tabs are closed without a word, in rounds: memory and descriptors have to stay where they are.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.load.place import Served, bare, pages
from tests.benchmarks.load.sessions import close_abruptly, drive

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOSED, ROUNDS = 60, 3
_GONE_S = 15.0  # within which the descriptors of closed tabs are given back


def main() -> int:
    """Print the tables; 1 if any session saw an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", default="this_week")
    parser.add_argument("--sessions", default="1,10,25,50")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--scalars", type=int, default=1_000_000)
    given = parser.parse_args()
    counts = [int(each) for each in given.sessions.split(",")]
    print(
        "server      sessions  load p50    p95  tick p50    p95  ticks  kB/tick  errors    MB  fds"
    )
    with tempfile.TemporaryDirectory() as folder:
        with bare(Path(folder)) as found:
            errors = _measure("bare page", found, "", counts, given.seconds)
        with pages(Path(folder) / "home", given.scalars) as found:
            errors += _measure(given.page, found, given.page, counts, given.seconds)
            _close(found, given.page)
    for error in sorted(set(errors)):
        print(f"error: {error} ({errors.count(error)} times)")
    return 1 if errors else 0


def _measure(
    name: str, found: Served, page: str, counts: Sequence[int], seconds: float
) -> list[str]:
    drive(found.url, found.cookies, page, 2, 4.0)  # what the first one pays is another measure
    errors = []
    for count in counts:
        seen = drive(found.url, found.cookies, page, count, seconds)
        (load, load95), (tick, tick95) = _percentiles(seen.loads), _percentiles(seen.ticks)
        kilobytes = np.mean(seen.tick_bytes) / 1e3 if seen.tick_bytes else np.nan
        print(
            f"{name:<12}{count:>8}{load:>8.0f} ms{load95:>6.0f}{tick:>8.0f} ms{tick95:>6.0f}"
            f"{len(seen.ticks):>7}{kilobytes:>9.1f}{len(seen.errors):>8}"
            f"{found.megabytes:>6.0f}{found.descriptors:>5}",
            flush=True,
        )
        errors += seen.errors
    return errors


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds; NaN without a value."""
    if not seconds:
        return np.nan, np.nan
    low, high = np.percentile(seconds, [50, 95]) * 1e3
    return float(low), float(high)


def _close(found: Served, page: str) -> None:
    print(f"\n{CLOSED} tabs closed without a word, {ROUNDS} times")
    print(f"before     {found.megabytes:>6.0f} MB {found.descriptors:>5} descriptors")
    for number in range(1, ROUNDS + 1):
        before = found.descriptors
        close_abruptly(found.url, found.cookies, page, CLOSED)
        deadline = time.monotonic() + _GONE_S
        while found.descriptors > before and time.monotonic() < deadline:
            time.sleep(0.5)
        print(f"round {number}    {found.megabytes:>6.0f} MB {found.descriptors:>5} descriptors")


if __name__ == "__main__":
    raise SystemExit(main())
