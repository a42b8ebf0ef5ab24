"""What a sweep says of the week's recipe now: its playbook and its model in use may have changed."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from core.sweep.folds import OWN_SPLIT
from core.sweep.siblings import Made, apart, costs_of, other_recipe
from core.trading.candidates import Candidate
from core.vocabulary import JobKind, JobState
from runner.client.run_models import RunModels
from runner.files import read_json
from runner.store import queries, record_queries

if TYPE_CHECKING:
    from pathlib import Path

    from core.sweep.record import Sweep
    from core.sweep.rewards import Curve
    from core.sweep.verdict import Verdict
    from core.week import Week


class SweepVerdicts(RunModels):
    """Compares a sweep with the week as it is."""

    def sweep_verdict(self, sweep: Sweep) -> Verdict:
        """What its tries say of its week's recipe, and of the model in use there."""
        from core.sweep.verdict import Verdict  # its recipe loads numpy, which a list does not need

        with self.store.read() as connection:
            week = queries.week_by_id(connection, sweep.week_id)
        tried = None if week is None else week.playbook_with(sweep.playbook_sha256)
        if week is None or tried is None or other_recipe(week.playbook, tried):
            return Verdict(sweep.recipe(), None, other_playbook=True, steps=sweep.steps)
        asked, usual = sweep.steps or tried.training.total_steps, week.playbook.training.total_steps
        found = Verdict(sweep.recipe(), steps=None if asked == usual else asked)
        if (used := self.model_in_use(week)) is None:
            return found
        made = Made.of_manifest(used.model.manifest, week.playbook_sha256, sweep.backtest_sha256)
        why = apart(sweep, made, week.playbook.training, tried.training)
        sharpe = None if why else self._judged(sweep, week, used.model.sha256)
        return replace(found, sharpe=sharpe, apart=why, seed=made.seed)

    def is_of_other_playbook(self, sweep: Sweep) -> bool:
        """Whether the sweep's tries say nothing of the week's playbook as it is now."""
        with self.store.read() as connection:
            week = queries.week_by_id(connection, sweep.week_id)
        return week is None or other_recipe(
            week.playbook, week.playbook_with(sweep.playbook_sha256)
        )

    def sweep_rewards(self, sweep: Sweep) -> tuple[Curve, ...]:
        """The reward curve of each try on the week's own split that was scored."""
        found = (
            _rewards(self.home.attempt(each.job_id, each.attempt) / "result.json")
            for each in sweep.trials
            if each.fold == OWN_SPLIT and each.decision is not None
        )
        return tuple(filter(None, found))

    def _judged(self, sweep: Sweep, week: Week, sha256: str) -> float | None:
        """Sharpe of the model's newest revalidation on the sweep's candles with the week's costs."""
        with self.store.read() as connection:
            jobs = record_queries.jobs(connection, JobKind.REVALIDATE, sweep.week_id)
        for job in jobs:
            if job.state is not JobState.SUCCEEDED:
                continue
            result = read_json(self.home.attempt(job.id, job.attempt) / "result.json") or {}
            given = result.get("candidate")
            candidate = _candidate(given) if isinstance(given, dict) else None
            if candidate is None or candidate.model != sha256:
                continue
            by = week.playbook_with(candidate.playbook or "")
            same = by is not None and costs_of(by.training) == costs_of(week.playbook.training)
            if not same or candidate.data != sweep.backtest_sha256:
                continue
            gates = {gate.get("id"): gate for gate in result.get("gates") or ()}
            value = gates.get("sharpe", {}).get("value")
            return float(value) if isinstance(value, int | float) else None
        return None


@lru_cache(maxsize=1024)
def _rewards(path: Path) -> Curve:
    """As the trial wrote it, once, as its last step; empty: it diverged, or has none."""
    curve = (read_json(path) or {}).get("curve")
    points = []
    for point in curve if isinstance(curve, list) else ():
        step, reward = (point.get(name) for name in ("step", "reward")) if point else (None, None)
        if isinstance(step, int) and isinstance(reward, int | float) and isfinite(reward):
            points.append((step, float(reward)))
    return tuple(points)


def _candidate(given: dict[str, Any]) -> Candidate | None:
    try:
        return Candidate.model_validate(given)
    except ValidationError:
        return None
