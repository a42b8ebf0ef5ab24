"""What a sweep says of the week's recipe now: its playbook and its model in use may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.vocabulary import JobKind, JobState
from runner.client.run_models import RunModels
from runner.files import read_json
from runner.store import queries, record_queries

if TYPE_CHECKING:
    from core.sweep.record import Sweep
    from core.sweep.verdict import Verdict


class SweepVerdicts(RunModels):
    """Compares a sweep with the week as it is."""

    def sweep_verdict(self, sweep: Sweep) -> Verdict:
        """What its tries say of the week's recipe, and of the model in use."""
        from core.sweep.verdict import Verdict  # its recipe loads numpy, which a list does not need

        with self.store.read() as connection:
            week = queries.week_by_id(connection, sweep.week_id)
        other = week is None or week.playbook_sha256 != sweep.playbook_sha256
        usual = None if week is None or other else week.playbook.training.total_steps
        steps = None if sweep.steps == usual else sweep.steps
        found = Verdict(sweep.recipe(), None, other, steps)
        if not found.has_siblings:
            return found
        return Verdict(found.recipe, self._sharpe_in_use(sweep))

    def _sharpe_in_use(self, sweep: Sweep) -> float | None:
        """Of the newest revalidation of the model in use on the sweep's backtest data."""
        used = self.model_in_use()
        if used is None:
            return None
        with self.store.read() as connection:
            jobs = record_queries.jobs(connection, JobKind.REVALIDATE, sweep.week_id)
        asked = (used.model.sha256, sweep.backtest_sha256, sweep.playbook_sha256)
        for job in jobs:
            if job.state is not JobState.SUCCEEDED:
                continue
            result = read_json(self.home.attempt(job.id, job.attempt) / "result.json") or {}
            candidate = result.get("candidate") or {}
            if tuple(candidate.get(name) for name in ("model", "data", "playbook")) != asked:
                continue
            gates = {gate.get("id"): gate.get("value") for gate in result.get("gates") or ()}
            value = gates.get("sharpe")
            return float(value) if isinstance(value, int | float) else None
        return None
