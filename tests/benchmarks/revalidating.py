"""How long a CTO waits: a whole revalidation of ten episodes over a year of hours.

``python -m tests.benchmarks.revalidating [--rounds 3]``

A model from a real, short training; a real runner takes the request as it would take a
click. Seconds are counted from the click: until the gates of the whole year stand in the
progress, as the page shows them, and until everything else does.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from core.market.synthetic import make_market, write_market
from core.paths import Home
from core.vocabulary import ENDED_STATES, JobKind, JobState
from runner.outcomes import Submitted
from tests.benchmarks.supervised import supervised

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.client import Client

GATES_TARGET_S, WHOLE_TARGET_S = 10.0, 60.0
YEAR, TRAINING_BARS, TRAINING_STEPS = 8760, 8760, 20_000
EPISODES = 10
PATIENCE_S = 600.0
START = datetime(2024, 1, 1, tzinfo=UTC)


def main() -> int:
    """Print each round and the medians; 0 if the targets are held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args([] if __name__ != "__main__" else None)
    with tempfile.TemporaryDirectory() as folder:
        home = _home(Path(folder))
        with supervised(home) as (client, _):
            _run(client, JobKind.TRAIN, {"steps": TRAINING_STEPS})
            rounds = []
            for number in range(1, given.rounds + 1):
                rounds.append(_round(client))
                gates, whole = rounds[-1]
                print(f"round {number}   gates {gates:5.1f} s   whole {whole:5.1f} s", flush=True)
    gates, whole = (median(column) for column in zip(*rounds, strict=True))
    print(f"gates     {gates:.1f} s after the click (target {GATES_TARGET_S:g})")
    print(f"whole     {whole:.1f} s (target {WHOLE_TARGET_S:g})")
    return 0 if gates <= GATES_TARGET_S and whole <= WHOLE_TARGET_S else 1


def _home(root: Path) -> Home:
    home = Home(root)
    market = make_market(1, TRAINING_BARS + YEAR, START)
    cut = START + timedelta(hours=TRAINING_BARS)
    write_market(market, home.train_data / "ogn.csv", before=cut)
    write_market(market, home.backtest_data / "ogn.csv", first=cut)
    return home


def _round(client: Client) -> tuple[float, float]:
    """Seconds from the click to the gates, and to the end."""
    begun = time.monotonic()
    gates: list[float] = []

    def look(job_id: str) -> None:
        stage = (client.progress(job_id) or {}).get("stage")
        if not gates and stage not in (None, "loading", "backtest"):
            gates.append(time.monotonic() - begun)

    _run(client, JobKind.REVALIDATE, {"episodes": EPISODES, "save_report": True}, look)
    return gates[0], time.monotonic() - begun


def _run(
    client: Client, kind: JobKind, params: dict, look: Callable[[str], None] = lambda _: None
) -> None:
    """Ask for a job and wait for its success; ``look`` is called all the while."""
    asked = client.submit(kind, params)
    if not isinstance(asked, Submitted):
        raise RuntimeError(f"{kind} was not taken: {asked}")
    deadline = time.monotonic() + PATIENCE_S
    while (job := client.job(asked.job.id)) is None or job.state not in ENDED_STATES:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{kind} did not end within {PATIENCE_S:g} s.")
        look(asked.job.id)
        time.sleep(0.05)
    if job.state is not JobState.SUCCEEDED:
        raise RuntimeError(f"{kind} {job.state}: {job.reason}\n{client.output_tail(job.id, 8)}")


if __name__ == "__main__":
    raise SystemExit(main())
