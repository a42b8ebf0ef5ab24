"""``make bench-growth``: what a data directory costs after years. Nothing is asserted.

Each measurement is a process of its own; beside seconds of CPU stands what it is to cost at most.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.paths import Home
from tests.benchmarks.growth.archives import write_archives
from tests.benchmarks.growth.measured import MEASURED
from tests.benchmarks.growth.years import Size, Years

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARES = (0.01, 0.1, 1.0)


def main(shares: Sequence[float]) -> None:
    """Print one row a measurement, with CPU and wall seconds at each size."""
    found: dict[str, list[str]] = {name: [] for name in MEASURED}
    sizes = [Size.share(share) for share in shares]
    for size in sizes:
        with TemporaryDirectory(prefix="trainweek-growth-") as folder:
            home = Home(Path(folder) / "home")
            Years(home, size, write_archives(home, size)).write()
            for name in MEASURED:
                found[name].append(_measure(home, name))
    heads = [f"{size.lines:,} lines" for size in sizes]
    print(f"{'CPU (wall) in s':<34}" + "".join(f"{head:>22}" for head in heads) + "   at most")
    for name, (_, target) in MEASURED.items():
        print(f"{name:<34}" + "".join(f"{cell:>22}" for cell in found[name]) + f"   {target}")


def _measure(home: Home, name: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.growth", "--measure", name, str(home.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu, wall, more = json.loads(done.stdout.splitlines()[-1])
    return f"{cpu:.2f} ({wall:.2f})" + (f" {more}" if more else "")


def measure(name: str, home: Home) -> tuple[float, float, str]:
    """CPU and wall seconds of one measurement, and what else it says."""
    act = MEASURED[name][0](home)
    cpu, wall = time.process_time(), time.perf_counter()
    more = act()
    return time.process_time() - cpu, time.perf_counter() - wall, more or ""


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], Home(Path(sys.argv[3])))))
    else:
        main([float(share) for share in sys.argv[1:]] or SHARES)
