"""How long a tick takes to be saved: acknowledged writes a second, and their latency.

Each write is a ledger line with its fsync and a database commit with all of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from core.moments import parse_moment
from core.paths import Home
from core.people import Person
from core.vocabulary import Role
from runner.client import Client
from runner.ledger import verify

WRITERS = 8
WRITES = 40  # of each writer
PACE = 20.0  # writes a second of all of them together: the load that we promise


def main() -> None:
    """Print both loads: as fast as it goes, and at the promised pace."""
    for pace in (0.0, PACE):
        with TemporaryDirectory(prefix="trainweek-storing-") as folder:
            home = Home(Path(folder) / "home")
            client = Client(home, Person("Bench", Role.LEAD))
            client.create_week(parse_moment("2026-02-23T14:00Z"))
            took, seconds = _together(home, pace)
            took.sort()
            count = len(client.notes(client.active_week().id))
            rate = f"{len(took) / seconds:6.1f} writes/s"
            said = f"at {pace:g}/s" if pace else "unpaced"
            shares = ", ".join(
                f"p{share} {took[len(took) * share // 100] * 1000:.0f} ms" for share in (50, 95, 99)
            )
            lost = WRITERS * WRITES - count
            print(f"{WRITERS} processes, {said:<9} {rate}   {shares}   lost {lost}")
            print(f"  {verify(home).text()}")


def _together(home: Home, pace: float) -> tuple[list[float], float]:
    command = [sys.executable, "-m", "tests.benchmarks.storing", str(home.root), str(pace)]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()  # it is there
    began = time.monotonic()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    took = [float(word) for writer in writers for word in writer.communicate()[0].split()]
    return took, time.monotonic() - began


def write(home: Home, pace: float) -> list[float]:
    """Write as one of :data:`WRITERS`; seconds from click to saved."""
    client = Client(home, Person("Bench", Role.LEAD))
    week = client.active_week()
    assert week is not None
    print("there", flush=True)
    sys.stdin.readline()
    took, next_one = [], time.monotonic()
    for number in range(WRITES):
        began = time.monotonic()
        client.note(week.id, "hourly_1", f"{number} as one types")
        took.append(time.monotonic() - began)
        next_one += WRITERS / pace if pace else 0.0
        time.sleep(max(0.0, next_one - time.monotonic()))
    return took


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*write(Home(Path(sys.argv[1])), float(sys.argv[2])))
    else:
        main()
