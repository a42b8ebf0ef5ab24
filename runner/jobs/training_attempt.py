"""One attempt of a training run: what it saves, logs and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InputError, IntegrityError, SetupError
from core.language import Message, joined
from core.model_manifest import Validations, lost_on_validation
from core.model_selection import candidates, rank
from core.timestamps import iso
from core.trading.training_bars import purge_gap
from runner.agent.best_model import save_best_model
from runner.agent.checkpoint import save_checkpoint, set_aside, tidy
from runner.agent.policy import TrainingDivergedError
from runner.agent.session import Hooks, Session
from runner.jobs.attempt import COMPLETE, FAILED, STOPPED, Spec, StopFlag, utc_now
from runner.jobs.training_progress import TrainingProgress
from runner.models.best_model import read_best_model
from runner.models.checkpoints import newest_checkpoint
from runner.models.model_files import keep_broken, keep_earlier, keep_validations
from runner.models.model_in_use import adopt_earlier, put_in_use

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.agent.evaluation import Evaluation
    from runner.jobs.training_log import TrainingLog
    from runner.jobs.training_plan import TrainingPlan


class TrainingAttempt:
    """The folders, events, checkpoints, log and result of one training attempt.

    :param clock: returns monotonic seconds, for the speed.
    """

    def __init__(
        self,
        spec: Spec,
        plan: TrainingPlan,
        session: Session,
        log: TrainingLog,
        clock: Callable[[], float],
    ) -> None:
        self.spec, self.plan, self.session, self.log, self.clock = spec, plan, session, log, clock
        self.home = spec.home
        self.best_model = spec.home.run_model(plan.run)
        self.best_sharpe: float | None = None
        self.best_return_pct = 0.0
        self.has_best = False
        # None: earlier validations of this run were not counted
        self.validations: Validations | None = Validations()
        self.config: dict[str, Any] = {
            "settings": plan.settings.model_dump(mode="json"),
            "total_steps": plan.total_steps,
            "symbol": spec.playbook.symbol,
            "interval": spec.playbook.interval,
            "tag": spec.playbook.tag,
            "data": session.data.candles.provenance().as_dict(),
            "restarts": [dict(record) for record in plan.restarts],
        }
        if plan.resumes is not None:
            self.config["resumes"] = list(plan.resumes)
        if plan.restart is not None:
            begun = plan.checkpoint.step if plan.checkpoint else 0
            self.config["restarts"].append(plan.restart.record(begun))
        self._unsaved = self._unsaved_best = False  # the last one could not be saved

    def prepare_folders(self) -> None:
        """Move other runs' checkpoints aside; read this run's best model of an earlier attempt."""
        tidy(self.home.checkpoints)
        earlier = self.home.earlier_models
        set_aside(self.home.checkpoints, self.plan.run, earlier, unnamed=not self.plan.resumed)
        if self.plan.resumed:
            adopt_earlier(self.home, self.plan.run)
        if self.plan.checkpoint is None:  # the run starts over, and its first model replaces this
            keep_earlier(self.best_model, earlier)
        if not self.best_model.exists():
            return
        try:
            manifest = read_best_model(self.best_model)[1]
        except (InputError, IntegrityError) as error:
            kept = self.home.relative(keep_broken(self.best_model, earlier))
            self.log.error(f"{error.what} Kept as {kept}; the next validation replaces it.")
            self.validations = None
            return
        if manifest["run"] == self.plan.run:
            self.has_best, self.best_sharpe = True, manifest["validation"]["sharpe"]
            self.best_return_pct = manifest["validation"]["return_pct"]
            self.validations = Validations.read(manifest["validation"])

    def hyperparameters(self) -> dict[str, Any]:
        """For TensorBoard's table: numbers and strings only."""
        numbers = {
            name: value
            for name, value in self.config["settings"].items()
            if isinstance(value, int | float | str)
        }
        return {
            **numbers,
            "net_arch": "x".join(map(str, self.plan.settings.net_arch)),
            "total_steps": self.plan.total_steps,
            "resumed_at": self.plan.checkpoint.step if self.plan.checkpoint else 0,
            "synthetic": self.session.data.candles.synthetic,
        }

    def run(self, stop: StopFlag) -> int:
        """Train to the end or to the stop, save, and write the result.

        :returns: the exit code.
        """
        progress = TrainingProgress(self.spec, self.session, self.log, self.clock)
        progress.report()
        try:
            finished = self.session.learn(
                Hooks(
                    stop_requested=lambda: stop.requested,
                    on_evaluation=self._evaluated,
                    on_rollout=progress.report,
                    on_checkpoint_due=self._checkpoint,
                )
            )
        except TrainingDivergedError as error:
            return self._diverged(error)
        steps = self.session.steps
        self._checkpoint()
        result = {
            "complete": finished,
            "status": "COMPLETED" if finished else "STOPPED",
            "run": self.plan.run,
            "steps": steps,
            "total_steps": self.plan.total_steps,
            "best_model": self.home.relative(self.best_model) if self.has_best else None,
            "best_sharpe": self.best_sharpe,
            "validations": self.validations.as_record() if self.validations else None,
            "candidates": [each.as_record() for each in candidates(_counted(self.validations))],
            "steps_per_second": progress.steps_per_second,
            "synthetic": self.session.data.candles.synthetic,
        }
        progress.report()
        if finished:
            self.log.info(f"Training completed: {steps} steps")
        else:
            self.log.info(f"Training stopped at step {steps}, checkpoint saved")
        if lost := lost_on_validation({"sharpe": self.best_sharpe, **_counted(self.validations)}):
            self.log.warn(lost)
        self.session.model.logger.close()
        self.spec.write_result(result)
        if finished and self.has_best:
            self._put_in_use()
        return COMPLETE if finished else STOPPED

    def _put_in_use(self) -> None:
        """Make the finished run's best model the one that is revalidated.

        After the result is written: a run without its result did not succeed. If this fails, the
        error takes the result's place, and the run fails with its model in its own folder.

        :raises SetupError: not copied; the model in use is unchanged.
        """
        by = self.spec.requested_by or self.spec.job_id
        put_in_use(self.home, self.plan.run, how="completed", by=by, at=utc_now())
        target = self.home.relative(self.home.best_model)
        self.log.info(f"Best model of {self.plan.run} copied to {target}")

    def _diverged(self, error: TrainingDivergedError) -> int:
        """DIVERGED: the present weights are discarded, the last finite checkpoint is kept."""
        good = newest_checkpoint(self.home.checkpoints, self.plan.run)
        kept = (
            Message("Checkpoint {step} is intact and finite.", step=good.step)
            if good
            else Message("There is no checkpoint.")
        )
        reason = joined([error.what, kept])
        self.log.error(f"Training failed: {reason}")
        self.session.model.logger.close()
        self.spec.write_result(
            {
                "complete": False,
                "exit_code": FAILED,
                "status": "DIVERGED",
                "error": reason,
                "remedy": error.remedy,
                "error_kind": "diverged",
                "run": self.plan.run,
                "steps": self.session.steps,
                "good_checkpoint": good.step if good else None,
            }
        )
        return FAILED

    def _checkpoint(self) -> None:
        """Save a checkpoint.

        :raises SetupError: not saved; the previous one is intact.
        """
        try:
            save_checkpoint(
                self.home.checkpoints,
                self.session.model,
                self.plan.run,
                self.session.normaliser,
                self.config,
            )
        except SetupError as error:
            if not self._unsaved:
                self.log.error(str(error))
            self._unsaved = True
            raise
        self._unsaved = False
        self.log.info(f"Checkpoint saved at step {self.session.steps}")

    def _evaluated(self, result: Evaluation, sharpe: float | None) -> None:
        """Log a validation, and save the model if it is the best so far.

        :raises SetupError: not saved; the previous best model is intact.
        """
        shown = "undefined (no trades)" if sharpe is None else f"{sharpe:.4f}"
        self.log.info(
            f"Validation at step {self.session.steps}: Sharpe {shown},"
            f" return {result.return_pct:.2f}%, max drawdown {result.max_drawdown_pct:.2f}%"
        )
        best = rank(self.best_return_pct, self.best_sharpe)
        saved = not self.has_best or rank(result.return_pct, sharpe) > best
        seen = self.validations and self.validations.with_one(
            result.return_pct, sharpe, self.session.steps
        )
        try:
            if saved:
                self._save_best(result, sharpe, seen)
            elif seen is not None:
                keep_validations(self.best_model, self.plan.run, seen)
        except SetupError as error:
            if not self._unsaved_best:
                self.log.error(str(error))
            self._unsaved_best = True
            raise
        self._unsaved_best = False
        self.validations = seen
        if saved:
            self.has_best, self.best_sharpe = True, sharpe
            self.best_return_pct = result.return_pct

    def _save_best(
        self, result: Evaluation, sharpe: float | None, validations: Validations | None
    ) -> None:
        data, normaliser = self.session.data, self.session.normaliser
        save_best_model(
            self.best_model,
            self.session.model,
            {
                "run": self.plan.run,
                "step": self.session.steps,
                "saved_at": iso(utc_now()),
                "validation": {
                    "sharpe": sharpe,
                    "return_pct": result.return_pct,
                    "max_drawdown_pct": result.max_drawdown_pct,
                    "first": iso(data.moment(data.validation[0])),
                    "last": iso(data.moment(data.validation[1])),
                    **_counted(validations),
                },
                "config": self.config,
                "normaliser": normaliser.as_dict(),
                "normaliser_from": "training bars"
                if self.plan.normaliser is None
                else "checkpoint",
                "observation_shape": [len(normaliser.observation)],
                "feature_names": list(normaliser.observation),
                "bars": len(data.candles),
                "filled_bars": data.candles.provenance().filled,
                "train_first": iso(data.candles.first),
                "train_last": iso(data.candles.last),
                "trained_bars": [iso(data.moment(bar)) for bar in data.train],
                "purge_gap_bars": purge_gap(self.plan.settings),
                "data_sha256": data.candles.sha256,
                "synthetic": data.candles.synthetic,
            },
        )


def _counted(validations: Validations | None) -> dict[str, Any]:
    return {} if validations is None else validations.in_manifest()
