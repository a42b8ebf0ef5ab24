"""How long a tick takes to be saved: acknowledged writes a second, and their latency.

Each write is a ledger line with its fsync and a database commit with all of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from core.paths import Home
from core.people import Person
from core.timestamps import parse_moment
from core.vocabulary import Role
from runner.client import Client
from runner.recovery.verification import verify_ledger
from tests.expected import present

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
            count = len(client.notes(present(client.active_week()).id))
            rate = f"{len(took) / seconds:6.1f} writes/s"
            said = f"at {pace:g}/s" if pace else "unpaced"
            shares = ", ".join(
                f"p{share} {took[len(took) * share // 100] * 1000:.0f} ms" for share in (50, 95, 99)
            )
            lost = WRITERS * WRITES - count
            print(f"{WRITERS} processes, {said:<9} {rate}   {shares}   lost {lost}")
            print(f"  {verify_ledger(home).text()}")


def _together(home: Home, pace: float) -> tuple[list[float], float]:
    """How long each write took, and from the first click to the last that was saved."""
    command = [sys.executable, "-m", "tests.benchmarks.storing", str(home.root), str(pace)]
    writers = [
        subprocess.Popen(
            [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()  # it is there
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    words = [float(word) for writer in writers for word in writer.communicate()[0].split()]
    clicked, saved = words[::2], words[1::2]
    took = [end - begin for begin, end in zip(clicked, saved, strict=True)]
    return took, max(saved) - min(clicked)


def write(home: Home, pace: float, number: int) -> list[float]:
    """Write as one of :data:`WRITERS`; the moments of each click and of its saved, in turn."""
    client = Client(home, Person("Bench", Role.LEAD))
    week = client.active_week()
    assert week is not None
    print("there", flush=True)
    sys.stdin.readline()
    moments = []
    # People don't click in step: each begins a little later than the one before.
    next_one = time.monotonic() + (number / pace if pace else 0.0)
    for count in range(WRITES):
        time.sleep(max(0.0, next_one - time.monotonic()))
        next_one += WRITERS / pace if pace else 0.0
        moments.append(time.monotonic())
        client.note(week.id, "hourly_1", f"{count} as one types")
        moments.append(time.monotonic())
    return moments


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*write(Home(Path(sys.argv[1])), float(sys.argv[2]), int(sys.argv[3])))
    else:
        main()
