"""A trial of a sweep: ``python -m runner.jobs.trial --spec spec.json``.

Trains the week's recipe with one seed on one fold, and judges its best model by the six gates on
bars that it has not seen, as training and revalidation do. It writes to its own attempt folder
only: no events, no checkpoint, no model, so nothing can take it for the week's run. A trial that
was stopped begins again at step 0.
"""

from __future__ import annotations

import copy
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.errors import InputError, MarketDataError
from core.files import file_sha256, write_text
from core.gates import score
from core.job_params import TrialParams
from core.language import Message
from core.market import Candles, load_candles, require_quality
from core.metrics.records import records_csv
from core.model_selection import rank
from core.sweep.folds import OWN_SPLIT, require_judged
from core.timestamps import iso
from core.trading.warm_up import WARM_UP
from core.vocabulary import Decision
from runner.agent.backtest import Backtest, run_backtest
from runner.agent.evaluation import greedy
from runner.agent.features import raw_features
from runner.agent.market import Market
from runner.agent.policy import TrainingDivergedError, require_finite
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData, env_settings
from runner.jobs.attempt import (
    COMPLETE,
    STOPPED,
    Spec,
    StopFlag,
    input_accepted,
    run_program,
    utc_now,
)

if TYPE_CHECKING:
    from datetime import datetime

    from core.gates import Scorecard
    from core.playbook import Playbook
    from core.playbook.settings import TrainingSettings
    from runner.agent.evaluation import Evaluation

_START_AGAIN = Message("Start another sweep: trainweek sweep start")


@dataclass
class _Best:
    """The best model by validation, as a training run keeps it."""

    session: Session
    ranked: tuple[bool, float] = (False, 0.0)
    weights: Any = None
    step: int = 0

    def keep(self, result: Evaluation, sharpe: float | None) -> None:
        ranked = rank(result.return_pct, sharpe)
        if self.weights is None or ranked > self.ranked:
            require_finite(self.session.model)
            self.ranked, self.step = ranked, self.session.steps
            self.weights = copy.deepcopy(self.session.model.policy.state_dict())


def trial(spec: Spec, stop: StopFlag) -> int:
    """Run one attempt; returns the exit code."""
    asked = spec.asked(TrialParams)
    _require_recipe(spec, asked.playbook_sha256)
    playbook = spec.playbook
    settings = settings_with(playbook.training, seed=asked.seed)
    total = asked.steps or playbook.training.total_steps
    trained = load_candles(spec.home.train_data_of(playbook.symbol))
    _require_same(trained, asked.train_sha256)
    tested = trained
    if asked.fold == OWN_SPLIT:
        tested = load_candles(spec.home.resolve(playbook.revalidation.backtest_data_dir))
        _require_same(tested, asked.backtest_sha256)
    require_quality(trained, utc_now())
    require_quality(tested, utc_now())
    trained, tested = part(trained, *asked.train), part(tested, *asked.test)
    require_judged(
        trained.last,
        tested.first,
        len(tested),
        interval=trained.interval,
        settings=settings,
    )
    data = TrainingData.prepare(trained, settings)
    session = Session(data, settings, total, playbook.revalidation.bars_per_year)
    best, curve, began = _Best(session), [], time.monotonic()

    def evaluated(result: Evaluation, sharpe: float | None) -> None:
        best.keep(result, sharpe)
        curve.append(
            {
                "step": session.steps,
                "reward": session.mean_episode_reward,
                "validation_return_pct": result.return_pct,
            }
        )

    def report() -> None:
        seconds = max(time.monotonic() - began, 1e-9)
        spec.write_progress(
            {
                "steps": session.steps,
                "total_steps": total,
                "steps_per_second": round(session.steps / seconds, 1),
                "at": iso(utc_now()),
            }
        )

    print(f"[INFO] Trial: seed {asked.seed}, fold {asked.fold}, {total} steps", flush=True)
    with input_accepted():
        hooks = Hooks(lambda: stop.requested, evaluated, report)
        try:
            complete = session.learn(hooks)
        except TrainingDivergedError as error:  # the recipe's failure: a try that passes no gate
            spec.write_result(_diverged(asked, error, session, playbook))
            print(f"[INFO] NO-GO: {error}", flush=True)
            return COMPLETE
        if not complete:
            spec.write_result({"complete": False, "status": "STOPPED", "steps": session.steps})
            return STOPPED
        speed = round(session.steps / max(time.monotonic() - began, 1e-9), 1)
        session.model.policy.load_state_dict(best.weights)
        backtest = judged_bars(session, tested, settings)
        scored = score(
            backtest.equity,
            backtest.trades,
            playbook.gates,
            playbook.decision,
            playbook.revalidation.bars_per_year,
        )
    equity = spec.folder / "equity.csv"
    write_text(equity, records_csv(backtest.equity))
    found = _result(asked, scored, session, best.step, speed)
    spec.write_result(found | {"curve": curve, "equity_sha256": file_sha256(equity)})
    print(f"[INFO] {scored.decision.value} {scored.score}", flush=True)
    return COMPLETE


def part(candles: Candles, first: datetime, last: datetime) -> Candles:
    """The bars of a fold; those before and after are not there at all.

    :raises MarketDataError: there is no bar.
    """
    frame = candles.frame.loc[first:last]
    if frame.empty:
        raise MarketDataError(
            Message(
                "The fold from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC has no bars.",
                first=first,
                last=last,
            ),
            _START_AGAIN,
        )
    return replace(candles, frame=frame)


def judged_bars(session: Session, tested: Candles, settings: TrainingSettings) -> Backtest:
    """The record of the session's policy, as a revalidation makes it."""
    normaliser, market = session.data.normaliser, Market.from_frame(tested.frame)
    return run_backtest(
        greedy(session.model),
        market,
        normaliser.apply(raw_features(market)),
        [(WARM_UP, len(market) - 1)],
        env_settings(settings, exit_at_end=True, position=normaliser.position),
    )


def _require_recipe(spec: Spec, sha256: str) -> None:
    if (found := file_sha256(spec.playbook_path)) != sha256:
        raise InputError(
            Message(
                "The playbook is another one than the sweep's: SHA-256 {now}, not {before}.",
                now=found,
                before=sha256,
            ),
            _START_AGAIN,
        )


def _require_same(candles: Candles, sha256: str) -> None:
    if candles.sha256 != sha256:
        raise InputError(
            Message(
                "The candles have changed since the sweep began: SHA-256 {now}, not {before}.",
                now=candles.sha256,
                before=sha256,
            ),
            _START_AGAIN,
        )


def _result(
    asked: TrialParams, scored: Scorecard, session: Session, best_step: int, speed: float
) -> dict[str, Any]:
    return {
        "complete": True,
        "sweep": asked.sweep,
        "seed": asked.seed,
        "fold": asked.fold,
        "decision": scored.decision.value,
        "score": scored.score,
        "gates": [gate.as_dict() for gate in scored.gates],
        "facts": scored.facts.as_dict(),
        "steps": session.steps,
        "best_step": best_step,
        "steps_per_second": speed,
        "synthetic": session.data.candles.synthetic,
    }


def _diverged(
    asked: TrialParams, error: TrainingDivergedError, session: Session, playbook: Playbook
) -> dict[str, Any]:
    return {
        "complete": True,
        "sweep": asked.sweep,
        "seed": asked.seed,
        "fold": asked.fold,
        "diverged": error.what,
        "decision": Decision.NO_GO.value,
        "score": f"0/{len(playbook.gates)}",
        "gates": [{"id": gate.id, "value": None, "passed": False} for gate in playbook.gates],
        "steps": session.steps,
    }


def main() -> int:
    """Entry point of the process."""
    return run_program(trial)


if __name__ == "__main__":
    sys.exit(main())
