"""Reading scalars: ours beside tbparse and TensorBoard's own readers.

``python -m tests.benchmarks.events [--rounds 5] [--steps 50000] [--points 200000]``

First a million scalars, 20 tags, one event a scalar, as torch's SummaryWriter writes them
(a test holds that the bytes are the same). Then each layout of
:mod:`tests.event_layouts`, beside the two readers that people use from Python. All read
the same file in the same run. Each measurement is a process of its own; the rounds
alternate between the readers, so that a busy machine meets them all; the tables show
medians. Ratios are what to quote; on a busy machine those of CPU time (of the Rust
server: over all its threads).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from math import nan
from pathlib import Path
from statistics import median

from tests.event_files import header
from tests.event_layouts import LAYOUTS, TAGS

READERS = {
    "trainweek": "trainweek",
    "trainweek_frame": "trainweek, as DataFrame",
    "tbparse": "tbparse",
    "event_accumulator": "TensorBoard EventAccumulator",
    "event_file_loader": "TensorBoard EventFileLoader",
    "rust": "TensorBoard Rust server",
    "rust_checked": "TensorBoard Rust server, --checksum",
    "protobuf_loop": "protobuf loop, no checksums",
}
SLOW = {"tbparse", "event_accumulator", "event_file_loader"}  # ten seconds and more a round
PLAIN = "one value an event"
BY_LAYOUT = ("trainweek", "tbparse", "event_accumulator")
LEAST_ROLLOUTS = 250
UNREADABLE = (
    "tbparse",
    "tensors: int64",
)  # tbparse 0.0.9 asks TensorBoard 2.21 for a type it lacks


def main() -> int:
    """Print the tables. Always 0: speed is measured, never asserted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--points", type=int, default=200_000, help="at least, of each layout")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, tail = written(Path(folder) / "run", given.steps)
        megabytes = path.stat().st_size / 1e6
        print(
            f"{given.steps * len(TAGS):,} scalars, {len(TAGS)} tags, one file, {megabytes:.1f} MB"
        )
        found: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
        for number in range(max(given.rounds, given.slow_rounds)):
            for name, rows in found.items():
                if number < (given.slow_rounds if name in SLOW else given.rounds):
                    rows.append(measured(name, path, tail))
        _print(found, given.steps * len(TAGS))
        history(Path(folder) / "small", "trainweek", found["trainweek"])
    layouts(given.points, given.slow_rounds)
    return 0


def written(folder: Path, rollouts: int, layout: str = PLAIN) -> tuple[Path, Path]:
    """An event file with that many rollouts, and the bytes of one more beside the folder."""
    folder.mkdir()
    path = folder / "events.out.tfevents.1700000000.bench.1.0"
    with path.open("wb") as file:
        file.write(header(1.7e9))
        for rollout in range(rollouts):
            file.write(b"".join(LAYOUTS[layout].records(rollout)))
    tail = folder.with_suffix(".more")
    tail.write_bytes(b"".join(LAYOUTS[layout].records(rollouts)))
    return path, tail


def measured(name: str, path: Path, tail: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.event_readers", name, str(path), str(tail)],
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _print(found: dict[str, list[dict[str, float]]], points: int) -> None:
    """Medians, and how many times our own time they are."""

    def of(name: str, field: str) -> float:
        return median(row[field] for row in found[name])

    print(
        f"{'reader':<36}{'cold s':>8}{'x ours':>8}{'CPU s':>8}{'x ours':>8}"
        f"{'extra MB':>10}{'refresh ms':>12}"
    )
    for name, label in READERS.items():
        assert all(row["points"] == points for row in found[name]), name
        shown = f"{label:<36}"
        for field in ("cold_s", "cpu_s"):
            shown += f"{of(name, field):>8.2f}{of(name, field) / of('trainweek', field):>8.1f}"
        print(f"{shown}{of(name, 'extra_mb'):>10.0f}{of(name, 'refresh_ms'):>12.1f}")
    print("targets: tbparse at least 12 x ours, Rust server above 1 x; ours below 100 MB, 5 ms")


def layouts(points: int, rounds: int) -> None:
    """Each layout: CPU time and memory, beside tbparse and EventAccumulator."""
    print(
        f"by layout, at least {points:,} scalars each: CPU time a scalar, and how many times ours"
    )
    print(
        f"{'layout':<30}{'MB':>6}{'ours us':>9}{'x tbparse':>11}{'x EventAcc.':>13}"
        f"{'extra MB':>10}{'tbparse':>9}{'refresh ms':>12}"
    )
    for layout, made in LAYOUTS.items():
        with tempfile.TemporaryDirectory() as folder:
            rollouts = max(round(points / made.points), LEAST_ROLLOUTS)
            path, tail = written(Path(folder) / "run", rollouts, layout)
            names = [name for name in BY_LAYOUT if (name, layout) != UNREADABLE]
            rows = [{name: measured(name, path, tail) for name in names} for _ in range(rounds)]
            megabytes = path.stat().st_size / 1e6
        assert len({row[name]["points"] for row in rows for name in names}) == 1, layout

        def of(name: str, field: str, rows: list[dict[str, dict[str, float]]] = rows) -> float:
            return median(row[name][field] if name in row else nan for row in rows)

        ours = of("trainweek", "cpu_s")
        print(
            f"{layout:<30}{megabytes:>6.1f}{ours / rows[0]['trainweek']['points'] * 1e6:>9.2f}"
            f"{of('tbparse', 'cpu_s') / ours:>11.1f}{of('event_accumulator', 'cpu_s') / ours:>13.1f}"
            f"{of('trainweek', 'extra_mb'):>10.0f}{of('tbparse', 'extra_mb'):>9.0f}"
            f"{of('trainweek', 'refresh_ms'):>12.1f}",
            flush=True,
        )
    print("target: tbparse at least 20 x ours in every layout, with the memory of the first")


def history(folder: Path, name: str, long: list[dict[str, float]]) -> None:
    """Does a refresh depend on how much was read before?"""
    path, tail = written(folder, 50)
    short = [measured(name, path, tail) for _ in long]
    for rows in (short, long):
        refresh = median(row["refresh_ms"] for row in rows)
        print(f"one more rollout on {rows[0]['points']:>9,.0f} points: refresh {refresh:.2f} ms")


if __name__ == "__main__":
    raise SystemExit(main())
