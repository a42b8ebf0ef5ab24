"""``make bench-detectors``: how far the diagnosis can be trusted, on labelled runs.

Rules were tuned on even seeds and on seed 1; the other odd seeds are what is reported.
Nothing is asserted.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.playbook import DEFAULT, load_playbook
from tests.benchmarks.detectors import real_runs
from tests.benchmarks.detectors.baselines import literal, never
from tests.benchmarks.detectors.classes import HARD, HEALTHY, NATURAL, SPIKE
from tests.benchmarks.detectors.recordings import ARCHIVE, Recording, load
from tests.benchmarks.detectors.replay import Judge, Replayed, files_alone, product, replay
from tests.benchmarks.detectors.scoring import (
    Score,
    lower_bound,
    quantile,
    score,
    upper_bound,
)
from tests.shared_files import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

JUDGES: dict[str, Judge] = {
    "trainweek, process known": product,
    "trainweek, event files alone": files_alone,
    "baseline: the manual's literal thresholds": literal,
    "baseline: never alarm": never,
}
# What files alone can show of a fault of the process: its silence.
_SILENCES = frozenset({"crash", "logging_broken"})
_ORDER = (
    "hung", "crash", "no_metrics", "kl_explosion", "data_issue", "policy_dead", "slowdown",
    "flat_reward", "logging_broken", "not_converging", "collapse",
    "critic_useless", "exploration_blowup", "early_determinism", "overfitting",
)  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--half", choices=("tuned", "reported", "both"), default="both")
    options.add_argument("--only", nargs="*", help="names of classes")
    options.add_argument("--names", action="store_true", help="name missed and false runs")
    options.add_argument("--archive", type=Path, default=ARCHIVE)
    chosen = options.parse_args()
    recordings = load(chosen.archive, set(chosen.only) if chosen.only else None)
    playbook = load_playbook(DEFAULT)
    for half in ("tuned", "reported"):
        if chosen.half not in (half, "both"):
            continue
        own = [recording for recording in recordings if half_of(recording) == half]
        runs: dict[str, list[Replayed]] = {name: [] for name in JUDGES}
        for recording in own:
            with tempfile.TemporaryDirectory() as folder:
                for name, seen in replay(recording, Path(folder), playbook, JUDGES).items():
                    runs[name].append(seen)
        print(f"\n==== {half} half: {len(own)} runs ====")
        for name, of_judge in runs.items():
            as_hung = _SILENCES if name.endswith("files alone") else frozenset()
            show(name, of_judge, score(of_judge, as_hung), chosen.names)
    real_runs.show(SHARED / "events", playbook)


def half_of(recording: Recording) -> str:
    """Seeds 0 and 1 were used while the rules were chosen."""
    return "reported" if recording.seed % 2 and recording.seed > 1 else "tuned"


def show(name: str, runs: list[Replayed], scores: dict[str, Score], names: bool) -> None:
    """One table. Bounds are Clopper-Pearson, one-sided 95 %."""
    print(f"\n{name}")
    print(f"  {'scenario':<16}{'faults':>7}{'recall':>8}{'>=':>7}{'false':>7}{'precision':>11}"
          f"{'>=':>7}{'delay median':>14}{'p95':>9}{'iterations':>12}")  # fmt: skip
    for scenario in _ORDER:
        found = scores.get(scenario)
        if found is None:
            continue
        alarms = found.found + len(found.false)
        print(
            f"  {scenario:<16}{found.faults:>7}{found.recall:>8.3f}"
            f"{lower_bound(found.found, found.faults):>7.3f}{len(found.false):>7}"
            f"{found.precision:>11.3f}{lower_bound(found.found, alarms):>7.3f}"
            f"{quantile(found.delays, 0.5) / 60:>10.0f} min{quantile(found.delays, 0.95) / 60:>5.0f} min"
            f"{quantile(found.gaps, 0.5):>12.1f}"
        )
        if names:
            for what, which in (("missed", found.missed), ("false", found.false)):
                if which:
                    print(f"      {what}: {', '.join(which)}")
    quiet = [run for run in runs if run.recording.kind.kind in (HEALTHY, HARD)]
    healthy = [run for run in quiet if run.recording.kind.kind == HEALTHY]
    print(f"  {_share('healthy runs with any CRITICAL', healthy, lambda run: run.critical)}")
    print(f"  {_share('healthy and hard ones with any alarm', quiet, lambda run: run.fired)}")
    for run in quiet:
        if run.critical and run.recording.name in NATURAL:
            print(f"      of them {run.recording.name}: {NATURAL[run.recording.name]}")
    spikes = [run for run in runs if run.recording.kind.kind == SPIKE]
    print(f"  {_share('KL spikes with an alarm', spikes, lambda run: run.fired)}")
    print(f"  {_share('KL spikes with an alarm to the end', spikes, lambda run: run.at_end)}")
    days = sum(run.days for run in healthy)
    print(f"  {sum(run.flips for run in healthy) / max(days, 1e-9):.2f} flips per healthy run-day")
    whole = sum(run.days for run in runs)
    print(f"  {sum(run.flips for run in runs) / max(whole, 1e-9):.2f} flips per run-day, all runs")


def _share(what: str, runs: Iterable[Replayed], test: Callable[[Replayed], object]) -> str:
    runs = list(runs)
    hits = [run for run in runs if test(run)]
    line = f"{what}: {len(hits)} of {len(runs)}"
    if runs:
        line += f", at most {upper_bound(len(hits), len(runs)):.1%}"
    return line


if __name__ == "__main__":
    main()
