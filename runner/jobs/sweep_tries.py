"""What sweeps say beside a revalidation: siblings of its model, and more candidates on its bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.decision.recipe import Siblings
from core.errors import TrainweekError
from core.files import file_sha256
from core.metrics.records import read_equity_csv
from core.metrics.returns import bar_returns
from core.people import Person
from core.sweep.folds import OWN_SPLIT
from core.sweep.siblings import Made, costs_of, determining
from core.vocabulary import Role
from runner.client import Client
from runner.jobs.attempt import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

    from core.paths import Home
    from core.playbook.settings import TrainingSettings
    from core.trading.candidates import Candidate
    from core.trading.hold_out import Window
    from core.week import Week
    from runner.jobs.attempt import Spec


def siblings_of(
    spec: Spec, manifest: Mapping[str, object], own: Candidate, window: Window
) -> Siblings:
    """The sweeps of the spec's week and those on some of the judged bars, to compare the model with.

    Without a week there may be no store, so none.
    """
    made = Made.of_manifest(manifest, str(own.playbook), str(own.data))
    if spec.week_id is None:
        return Siblings((), made, spec.playbook.training)
    client = Client(spec.home, Person(spec.requested_by or spec.job_id, Role.VIEWER), utc_now)
    sweeps = tuple(
        each
        for each in client.sweeps()
        if each.week_id == spec.week_id or any(one.overlaps(window) for one in each.windows)
    )
    weeks = client.weeks() if sweeps else []
    tried = {
        each.playbook_sha256: found
        for each in sweeps
        if (found := _training(weeks, each.playbook_sha256)) is not None
    }
    equities = client.equity_hashes() if sweeps else {}
    return Siblings(sweeps, made, spec.playbook.training, tried, equities)


def _training(weeks: Sequence[Week], sha256: str) -> TrainingSettings | None:
    """The settings of the playbook with this hash; None: no week has it, or it is not valid now."""
    found = next(filter(None, (week.playbook_with(sha256) for week in weeks)), None)
    return None if found is None else found.training


@dataclass(frozen=True)
class Tries:
    """Scored tries on the judged bars, each one more chance of luck.

    :ivar returns: per bar, of those that can be compared bar by bar.
    :ivar unrecorded: how many others there are.
    """

    returns: tuple[np.ndarray, ...] = ()
    unrecorded: int = 0


def tries_beside(
    home: Home, own: Candidate, siblings: Siblings, window: Window, bars: int
) -> Tries:
    """The tries on some of the judged bars, of whatever recipe.

    One that repeats another, with its recipe, seed, steps and training data, is none; nor is the one
    that gives the model again.

    :param bars: of the judged record; a try with another number of them can't be compared.
    """
    found: dict[tuple[object, ...], np.ndarray | None] = {}
    for sweep in reversed(siblings.sweeps):
        tried, mine = siblings.tried.get(sweep.playbook_sha256), siblings.own_seed(sweep)
        recipe = sweep.playbook_sha256 if tried is None else str(determining(tried))
        steps = sweep.steps or (tried and tried.total_steps)
        same = own.judged_as(sweep.backtest_sha256, sweep.playbook_sha256) or (
            own.data == sweep.backtest_sha256
            and tried is not None
            and costs_of(tried) == costs_of(siblings.recipe)
        )
        seen = {
            fold["number"]
            for fold, one in zip(sweep.folds, sweep.windows, strict=True)
            if one.overlaps(window)
        }
        for trial in sweep.trials:
            if trial.decision is None or trial.fold not in seen or trial.seed == mine:
                continue
            key = (recipe, steps, sweep.train_sha256, trial.fold, trial.seed)
            path = home.attempt(trial.job_id, trial.attempt) / "equity.csv"
            comparable = same and trial.fold == OWN_SPLIT
            bound = siblings.equities.get(trial.job_id)
            returns = read_returns(path, bars, bound) if comparable else None
            if returns is not None or key not in found:
                found[key] = returns
    known = tuple(each for each in found.values() if each is not None)
    return Tries(known, len(found) - len(known))


def read_returns(path: Path, bars: int, sha256: str | None = None) -> np.ndarray | None:
    """Of a saved equity with so many bars; None: there is none, or it is not as it was written.

    :param sha256: of the file as it was written; None: not known.
    """
    try:
        if sha256 is not None and file_sha256(path) != sha256:
            return None
        equity = read_equity_csv(path)
    except (OSError, TrainweekError):
        return None
    return bar_returns(equity["equity"].to_numpy(float)) if len(equity) == bars else None
