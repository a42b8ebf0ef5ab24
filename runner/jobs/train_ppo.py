"""The training program: ``python -m runner.jobs.train_ppo --spec spec.json``.

Trains PPO on the candles in ``data/train`` to the playbook's total steps. Writes events,
checkpoints, the best model, and the manual's lines in training.log. On SIGTERM it saves a
checkpoint and exits with code 3.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from core.errors import MarketDataError
from core.language import Message
from core.market import Candles, load_candles, require_quality
from core.market.bar_counts import counted_bars
from runner.agent.checkpoint import Checkpoint, restore
from runner.agent.session import Session
from runner.agent.split import TrainingData
from runner.jobs.attempt import (
    Spec,
    StopFlag,
    input_accepted,
    run_program,
    utc_now,
)
from runner.jobs.training_attempt import TrainingAttempt
from runner.jobs.training_log import TrainingLog
from runner.jobs.training_plan import Restart, plan_training

if TYPE_CHECKING:
    from collections.abc import Callable


def train(
    spec: Spec, stop: StopFlag, prepare: Callable[[Session], None] = lambda session: None
) -> int:
    """Run one attempt; returns the exit code.

    :param prepare: called with the session before it learns.
    """
    with TrainingLog(spec.home.training_log, utc_now) as log:
        log.info("Starting PPO training...")
        plan = plan_training(spec, log.warn, log.error)
        candles = load_candles(spec.home.train_data_of(spec.playbook.symbol))
        require_quality(candles, utc_now())
        resumed = plan.checkpoint
        if resumed is not None:
            require_same_data(resumed, candles)
        data = TrainingData.prepare(candles, plan.settings, plan.normaliser)
        session = Session(
            data, plan.settings, plan.total_steps, spec.playbook.revalidation.bars_per_year
        )
        attempt = TrainingAttempt(spec, plan, session, log, time.monotonic)
        attempt.prepare_folders()
        log.info("Model initialized")
        bars = counted_bars(len(candles), candles.provenance().filled)
        log.info(f"Training data: {bars}")
        if candles.synthetic:
            log.info("Training data are synthetic, not exchange data")
        session.log_to(plan.tensorboard_dir, attempt.hyperparameters())
        if resumed is not None:
            restore(resumed, session.model)
            log.info(f"Resumed from checkpoint {resumed.step}")
        if plan.restart is not None:
            _log_restart(log, plan.restart)
        prepare(session)
        log.info("Training loop started")
        log.info(f"Step {session.steps + 1 if not resumed else session.steps}/{plan.total_steps}")
        with input_accepted():
            return attempt.run(stop)


def _log_restart(log: TrainingLog, restart: Restart) -> None:
    if restart.log_line:
        log.verbatim(restart.log_line)
    log.info(f"Restarted by {restart.by}: {', '.join(restart.changes) or 'nothing changed'}")


def require_same_data(checkpoint: Checkpoint, candles: Candles) -> None:
    """Refuse to resume with other candles.

    The manifest has one training range, and the revalidation counts every bar outside it as
    unseen, so no attempt may have trained on other bars.

    :raises MarketDataError: names both hashes.
    """
    before = checkpoint.config["data"]["sha256"]
    if before != candles.sha256:
        raise MarketDataError(
            Message(
                "Checkpoint {step} of {run} was trained on data with SHA-256 {before}, but the"
                " training data now have {now}.",
                step=checkpoint.step,
                run=checkpoint.run,
                before=before,
                now=candles.sha256,
            ),
            Message("Restore the original data, or start over with --new."),
        )


def log_error(spec: Spec, message: str) -> None:
    """Write to training.log why the program failed."""
    with TrainingLog(spec.home.training_log, utc_now, echo=False) as log:
        log.error(f"Training failed: {message}")


def main() -> int:
    """Entry point of the process."""
    return run_program(train, on_error=log_error)


if __name__ == "__main__":
    sys.exit(main())
