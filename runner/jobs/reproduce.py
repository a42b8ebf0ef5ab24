"""A reproduction: ``python -m runner.jobs.reproduce --spec spec.json``.

Trains a decided model again from its recipe, backtests it as its revalidation did, and compares the
six gates. It writes to its own attempt folder and its report only: no events, no checkpoint, no
model, no decision. One that was interrupted begins again at step 0: a continuation from a
checkpoint would not be the same computation.
"""

from __future__ import annotations

import copy
import hashlib
import sys
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from core.decision.model_recipe import FILE, Recipe, read_recipe
from core.decision.reproduced_gate import gate_by_gate, overall
from core.decision.reproduction import FORMAT, Reproduction, causes_of
from core.errors import InputError
from core.files import write_json
from core.gates import score
from core.job_params import ReproduceParams
from core.language import Message
from core.market import load_candles, require_quality
from core.metrics.records import records_csv
from core.model_selection import rank
from core.playbook import parse_playbook
from core.timestamps import iso
from core.trading.warm_up import WARM_UP
from runner.agent.backtest import Backtest, run_backtest
from runner.agent.best_model import weights_sha256
from runner.agent.code_version import code_version
from runner.agent.episodes import slices
from runner.agent.evaluation import greedy
from runner.agent.features import raw_features
from runner.agent.market import Market
from runner.agent.numerics import numerics
from runner.agent.policy import TrainingDivergedError, require_finite
from runner.agent.session import Hooks, Session
from runner.agent.split import TrainingData, env_settings
from runner.agent.versions import versions
from runner.client.reproductions import LOCKED, candle_places, window_of
from runner.jobs.attempt import (
    COMPLETE,
    STOPPED,
    Spec,
    StopFlag,
    input_accepted,
    run_program,
    utc_now,
)
from runner.processes.procfs import cpu_name

if TYPE_CHECKING:
    from core.decision.reproduced_gate import ReproducedGate
    from core.market import Candles
    from runner.agent.evaluation import Evaluation


@dataclass
class _Best:
    """The model that validation would have chosen, as a training run keeps it.

    :ivar seen: step of the last validation.
    """

    session: Session
    ranked: tuple[bool, float] = (False, 0.0)
    weights: Any = None
    step: int | None = None
    seen: int = 0

    def keep(self, result: Evaluation, sharpe: float | None) -> None:
        self.seen = self.session.steps
        ranked = rank(result.return_pct, sharpe)
        if self.weights is None or ranked > self.ranked:
            require_finite(self.session.model)
            self.ranked, self.step = ranked, self.session.steps
            self.weights = copy.deepcopy(self.session.model.policy.state_dict())


@dataclass
class _Found:
    """What came out; empty where the training diverged."""

    gates: tuple[ReproducedGate, ...] = ()
    record_equal: bool | None = None
    weights_equal: bool | None = None
    step: int | None = None
    steps: int = 0
    diverged: str | None = None
    features: list[str] = field(default_factory=list)


def reproduce(spec: Spec, stop: StopFlag) -> int:
    """Run one attempt; returns the exit code."""
    asked = spec.asked(ReproduceParams)
    recipe = read_recipe(spec.home.reproductions(asked.decision) / FILE)
    if recipe.sha256 != asked.decision:
        raise InputError(
            Message("The recipe is of another decision: {found}.", found=recipe.sha256[:12]),
            Message("Request the reproduction again."),
        )
    places = candle_places(spec.home, recipe, asked)
    _require_open(spec, recipe)
    trained, tested = (load_candles(place) for place in places)
    for candles in (trained, tested):
        require_quality(candles, utc_now())
    print(
        f"[INFO] Reproduction of decision {recipe.sha256[:12]}: seed {recipe.settings.seed}, "
        f"{recipe.last_step} of {recipe.total_steps} steps",
        flush=True,
    )
    began = time.monotonic()
    with input_accepted():
        found = _trained_again(spec, stop, recipe, trained, tested, began)
        if found is None:
            spec.write_result({"complete": False, "status": "STOPPED"})
            return STOPPED
    result = _reproduction(spec, recipe, found, time.monotonic() - began)
    fields = result.as_dict()
    report = spec.home.reproductions(recipe.sha256) / f"{spec.job_id}.json"
    write_json(report, fields)
    spec.write_result(
        {"complete": True, "report": spec.home.relative(report), "reproduction": fields}
    )
    print(f"[INFO] {result.match.value}: {result.sentence()}", flush=True)
    return COMPLETE


def _require_open(spec: Spec, recipe: Recipe) -> None:
    """Refuse bars that are locked for a look that was not made yet.

    :raises InputError: they are locked.
    """
    window = window_of(recipe)
    if spec.hold_outs is not None and spec.hold_outs.state(window) == "locked":
        refusal = spec.hold_outs.refusal(window)
        raise InputError(
            Message("The backtest bars are locked.") if refusal is None else refusal[0], LOCKED
        )


def _trained_again(
    spec: Spec,
    stop: StopFlag,
    recipe: Recipe,
    trained: Candles,
    tested: Candles,
    began: float,
) -> _Found | None:
    """None: it was stopped."""
    playbook = parse_playbook(recipe.playbook_text, "playbook.yaml")
    settings, last = recipe.settings, recipe.last_step
    bars_per_year = playbook.revalidation.bars_per_year
    data = TrainingData.prepare(trained, settings)
    session = Session(data, settings, recipe.total_steps, bars_per_year)
    best = _Best(session)
    found = _Found(features=list(data.normaliser.observation))

    def report() -> None:
        seconds = max(time.monotonic() - began, 1e-9)
        spec.write_progress(
            {
                "steps": session.steps,
                "total_steps": last,
                "steps_per_second": round(session.steps / seconds, 1),
                "at": iso(utc_now()),
            }
        )

    # A run that was stopped early validated no later model; the model was chosen among these.
    hooks = Hooks(lambda: stop.requested or best.seen >= last, best.keep, report)
    try:
        session.learn(hooks)
    except TrainingDivergedError as error:
        found.diverged, found.steps = error.what, session.steps
        found.gates = gate_by_gate(recipe.decision.gates, None)
        return found
    found.steps = session.steps
    if stop.requested:
        return None
    session.model.policy.load_state_dict(best.weights)
    found.step = best.step
    if claimed := recipe.manifest.get("weights_sha256"):
        found.weights_equal = weights_sha256(session.model) == claimed
    backtest = _backtest(recipe, session, tested)
    scored = score(
        backtest.equity, backtest.trades, playbook.gates, playbook.decision, bars_per_year
    )
    found.gates = gate_by_gate(recipe.decision.gates, scored.gates)
    artifacts = recipe.decision.artifacts
    found.record_equal = all(
        artifacts.get(name) == hashlib.sha256(records_csv(table).encode()).hexdigest()
        for name, table in (("equity.csv", backtest.equity), ("trades.csv", backtest.trades))
    )
    return found


def _backtest(recipe: Recipe, session: Session, tested: Candles) -> Backtest:
    """As the revalidation made it: the model's exposure limit, the costs of the decision."""
    normaliser, market = session.data.normaliser, Market.from_frame(tested.frame)
    own = env_settings(recipe.settings, exit_at_end=True, position=normaliser.position)
    return run_backtest(
        greedy(session.model),
        market,
        normaliser.apply(raw_features(market)),
        slices(WARM_UP, len(market) - 1, recipe.episodes),
        replace(own, costs=recipe.decision.costs.model()),
    )


def _reproduction(spec: Spec, recipe: Recipe, found: _Found, seconds: float) -> Reproduction:
    present = {
        "versions": versions(),
        "numerics": numerics(),
        "cpu": cpu_name(),
        "code": code_version(),
        "feature_names": found.features,
    }
    return Reproduction(
        format=FORMAT,
        decision_sha256=recipe.sha256,
        job_id=spec.job_id,
        requested_by=spec.requested_by or spec.job_id,
        at=iso(utc_now()),
        match=overall(found.gates, found.record_equal, found.weights_equal),
        gates=found.gates,
        record_equal=found.record_equal,
        weights_equal=found.weights_equal,
        claimed_step=recipe.manifest["step"],
        step=found.step,
        trained_steps=found.steps,
        seed=recipe.settings.seed,
        train_sha256=recipe.train_sha256,
        backtest_sha256=recipe.backtest_sha256,
        causes=causes_of(recipe, present),
        not_recorded=recipe.not_recorded(),
        diverged=found.diverged,
        seconds=round(seconds, 1),
    )


def main() -> int:
    """Entry point of the process."""
    return run_program(reproduce)


if __name__ == "__main__":
    sys.exit(main())
