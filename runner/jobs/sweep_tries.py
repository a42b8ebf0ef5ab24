"""What sweeps say beside a revalidation: siblings of its model, and more candidates on its bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.decision.recipe import Siblings
from core.errors import TrainweekError
from core.metrics.records import read_equity_csv
from core.metrics.returns import bar_returns
from core.people import Person
from core.sweep.folds import OWN_SPLIT
from core.sweep.siblings import Made
from core.vocabulary import Role
from runner.client import Client
from runner.jobs.attempt import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from core.paths import Home
    from core.sweep.record import Sweep
    from core.trading.candidates import Candidate
    from runner.jobs.attempt import Spec


def sweeps_of(spec: Spec) -> tuple[Sweep, ...]:
    """All sweeps, newest first; without a week there may be no store, so none."""
    if spec.week_id is None:
        return ()
    reader = Person(spec.requested_by or spec.job_id, Role.VIEWER)
    return tuple(Client(spec.home, reader, utc_now).sweeps())


def siblings_of(
    spec: Spec, manifest: Mapping[str, object], own: Candidate, sweeps: Sequence[Sweep]
) -> Siblings:
    """The sweeps of the spec's week, to compare the judged model with."""
    return Siblings(
        tuple(each for each in sweeps if each.week_id == spec.week_id),
        Made.of_manifest(manifest, str(own.playbook), str(own.data)),
        spec.playbook.training,
    )


def returns_of_tries(
    home: Home, own: Candidate, sweeps: Sequence[Sweep], bars: int
) -> list[np.ndarray]:
    """Returns per bar of each try on the same bars by the same playbook; one that repeats another,
    with its seed, steps and training data, is none.

    :param bars: of the judged record; a try with another number of them can't be compared.
    """
    found: dict[tuple[int, int | None, str], np.ndarray] = {}
    for sweep in reversed(sweeps):
        if not own.judged_as(sweep.backtest_sha256, sweep.playbook_sha256):
            continue
        for trial in sweep.trials:
            if trial.fold != OWN_SPLIT or trial.decision is None:
                continue
            path = home.attempt(trial.job_id, trial.attempt) / "equity.csv"
            if (returns := read_returns(path, bars)) is not None:
                found[trial.seed, sweep.steps, sweep.train_sha256] = returns
    return list(found.values())


def read_returns(path: Path, bars: int) -> np.ndarray | None:
    """Of a saved equity with so many bars; None: there is none."""
    try:
        equity = read_equity_csv(path)
    except TrainweekError:
        return None
    return bar_returns(equity["equity"].to_numpy(float)) if len(equity) == bars else None
