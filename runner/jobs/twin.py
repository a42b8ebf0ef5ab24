"""A twin run: ``python -m runner.jobs.twin --spec spec.json``.

Trains the newest intact checkpoint of a run further, in pairs of arms with the same seed: one as it
is, one with a change. All arms share one process, so that torch is imported once. It writes to its
own attempt folder only: no events, no checkpoint of the run, no model, so nothing can take an arm
for the run, which goes on meanwhile. A later attempt keeps the arms that have ended.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.errors import InputError
from core.files import write_json
from core.job_params import TwinParams
from core.language import Message, literal
from core.market import load_candles, require_quality
from core.playbook.settings import LARGEST_SEED
from core.timestamps import iso
from core.twin.arms import Arm, Point, default_steps, whole_rollouts
from core.twin.comparison import compare
from runner.agent.checkpoint import normaliser_of, restore
from runner.agent.policy import TrainingDivergedError
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData
from runner.files import read_json
from runner.jobs.attempt import (
    COMPLETE,
    STOPPED,
    Spec,
    StopFlag,
    input_accepted,
    run_program,
    say_warning,
    utc_now,
)
from runner.jobs.train_ppo import require_same_data
from runner.jobs.twin_checkpoint import forked_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from core.playbook.settings import TrainingSettings
    from runner.models.checkpoints import Checkpoint

MOST_BEGINNINGS = 3  # of an arm that did not end; then it has crashed, and the others go on


class _Twins:
    """The arms of one twin run."""

    def __init__(
        self,
        spec: Spec,
        stop: StopFlag,
        checkpoint: Checkpoint,
        data: TrainingData,
        settings: TrainingSettings,
        change: Mapping[str, float],
        steps: int,
        earlier: list[Path],
    ) -> None:
        self.spec, self.stop, self.checkpoint = spec, stop, checkpoint
        self.data, self.settings, self.change, self.steps = data, settings, change, steps
        self.earlier, self.arms = earlier, list[Arm]()
        self.total = 0

    def run(self, pairs: int) -> bool:
        """Train every arm that has not ended, pair by pair; False: it was stopped."""
        seeds = [(self.settings.seed + 1 + n) % (LARGEST_SEED + 1) for n in range(pairs)]
        self.total = 2 * pairs * self.steps
        for seed in seeds:
            for changed in (False, True):
                if (arm := self._known(seed, changed) or self._trained(seed, changed)) is None:
                    return False
                write_json(self.spec.folder / _file(seed, changed), arm.as_dict())
                self.arms.append(arm)
        return True

    def _known(self, seed: int, changed: bool) -> Arm | None:
        """The arm of an earlier attempt; failed if it began too often without an end."""
        name, begun = _file(seed, changed), 0
        for folder in self.earlier:
            try:
                return Arm.model_validate(read_json(folder / name))
            except ValidationError:  # it has none, or one that was not written whole
                begun += (folder / f"{name}.begun").exists()
        if begun < MOST_BEGINNINGS:
            return None
        return _failed(seed, changed, Message("It began {n} times and did not end.", n=begun))

    def _trained(self, seed: int, changed: bool) -> Arm | None:
        """One arm; None: it was stopped."""
        begun = self.spec.folder / f"{_file(seed, changed)}.begun"
        write_json(begun, {"at": iso(utc_now())})
        name = "with" if changed else "without"
        print(f"[INFO] Arm {name} the change, seed {seed}", flush=True)
        settings = settings_with(self.settings, seed=seed, **(dict(self.change) if changed else {}))
        session = Session(
            self.data,
            settings,
            self.checkpoint.step + self.steps,
            self.spec.playbook.revalidation.bars_per_year,
        )
        restore(self.checkpoint, session.model, seed)
        points: list[Point] = []
        report = self._reporter(session, points)
        try:
            complete = session.learn(Hooks(lambda: self.stop.requested, on_rollout=report))
        except TrainingDivergedError as error:
            return _failed(seed, changed, literal(error.what))
        except (RuntimeError, ValueError, ArithmeticError) as error:
            print(f"[ERROR] {type(error).__name__}: {error}", flush=True)
            return _failed(seed, changed, literal(f"{type(error).__name__}: {error}"))
        if not complete:
            begun.unlink(missing_ok=True)  # a stop is no crash
            return None
        return Arm(seed=seed, changed=changed, points=tuple(points))

    def _reporter(self, session: Session, points: list[Point]) -> Callable[[], None]:
        began, before = time.monotonic(), len(self.arms) * self.steps

        def report() -> None:
            points.append(_point(session))
            made = session.steps - self.checkpoint.step
            seconds = max(time.monotonic() - began, 1e-9)
            self.spec.write_progress(
                {
                    "steps": before + made,
                    "total_steps": self.total,
                    "steps_per_second": round(made / seconds, 1),
                    "arms": len(self.arms),
                    "at": iso(utc_now()),
                }
            )

        return report


def twin(spec: Spec, stop: StopFlag) -> int:
    """Run one attempt; returns the exit code."""
    asked = spec.asked(TwinParams)
    run = asked.run or spec.run
    if run is None:
        raise InputError(Message("No run is named to fork."), Message("Give run=NAME."))
    candles = load_candles(spec.home.train_data_of(spec.playbook.symbol))
    require_quality(candles, utc_now())
    earlier = _earlier(spec, asked.continues or [])
    root = spec.home.checkpoints
    checkpoint = forked_checkpoint(root, run, spec.folder, earlier, say_warning)
    require_same_data(checkpoint, candles)
    settings = settings_with(spec.playbook.training, **checkpoint.config["settings"])
    present = {name: getattr(settings, name) for name in asked.change}
    if present == asked.change:
        raise InputError(
            Message("Checkpoint {step} has these settings already.", step=checkpoint.step),
            Message("Give another learning_rate or ent_coef."),
        )
    data = TrainingData.prepare(candles, settings, normaliser_of(checkpoint))
    steps = whole_rollouts(settings, asked.steps or default_steps(settings))
    print(f"[INFO] Twin run of {run} from step {checkpoint.step}: {steps} steps an arm", flush=True)
    twins = _Twins(spec, stop, checkpoint, data, settings, asked.change, steps, earlier)
    with input_accepted():
        if not twins.run(asked.pairs):
            spec.write_result({"complete": False, "status": "STOPPED", "arms": len(twins.arms)})
            return STOPPED
    found = compare(twins.arms, asked.pairs)
    spec.write_result(
        {
            "complete": True,
            "twin": {
                "run": run,
                "step": checkpoint.step,
                "change": asked.change,
                "present": present,
                "steps": steps,
                "synthetic": candles.synthetic,
                "failures": [
                    {"seed": arm.seed, "changed": arm.changed, "why": arm.failed}
                    for arm in twins.arms
                    if arm.failed is not None
                ],
                "comparison": found.as_dict(),
            },
        }
    )
    print(f"[INFO] {found.verdict.value}: {found.pairs} of {found.planned} pairs", flush=True)
    return COMPLETE


def _earlier(spec: Spec, continues: list[str]) -> list[Path]:
    """The folders of the attempts before this one, and of the jobs that it continues."""
    found: list[Path] = []
    for job_id in (*continues, spec.job_id):
        found += sorted(spec.home.job(job_id).glob("attempt-*"))
    return [folder for folder in found if folder != spec.folder]


def _point(session: Session) -> Point:
    logged = session.model.logger.name_to_value
    entropy = logged.get("train/entropy_loss")
    reward = logged.get("reward/total")
    return Point(
        step=session.steps,
        reward=None if reward is None else float(reward) * session.settings.episode_bars,
        approx_kl=logged.get("train/approx_kl"),
        entropy=None if entropy is None else -float(entropy),
    )


def _failed(seed: int, changed: bool, why: Message) -> Arm:
    return Arm(seed=seed, changed=changed, failed=why)


def _file(seed: int, changed: bool) -> str:
    return f"arm-{seed}-{'with' if changed else 'without'}.json"


def main() -> int:
    """Entry point of the process."""
    return run_program(twin)


if __name__ == "__main__":
    sys.exit(main())
