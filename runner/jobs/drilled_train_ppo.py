"""The training program of a drill: ``python -m runner.jobs.drilled_train_ppo --spec spec.json``.

The real one, slowed down to a pace that people can follow, which plays the ordered fault into the
attempt that it was ordered for. A later attempt is healthy.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import torch

from core.drill import DrillKind, Fault
from core.drill_paths import is_drill, order_file, played_file
from core.errors import SetupError
from core.files import write_json
from core.language import Message
from runner.agent.callbacks import PPOCallback
from runner.files import read_json
from runner.jobs.attempt import run_program, utc_now
from runner.jobs.train_ppo import log_error, train

if TYPE_CHECKING:
    from runner.agent.session import Session
    from runner.jobs.attempt import Spec, StopFlag

PACE_S = 1.0  # of a rollout with its update
TOO_HIGH = 0.03  # learning rate
TINY = 1e-7


class DrillError(RuntimeError):
    """The played crash."""


class PlayedFault(PPOCallback):
    """Keeps the pace, and plays the fault once it is ordered for this attempt."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec
        self._next = time.monotonic()
        self._played = False

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        # Between an update and the next rollout, so that no rollout is of two policies.
        if not self._played and (fault := self._ordered()) is not None:
            self._played = True
            self._play(fault)

    def _on_rollout_end(self) -> None:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + PACE_S

    def _ordered(self) -> Fault | None:
        stored = read_json(order_file(self.spec.home))
        if stored is None:
            return None
        fault = Fault.model_validate(stored)
        own = (fault.job, fault.attempt) == (self.spec.job_id, self.spec.attempt)
        return fault if own else None

    def _play(self, fault: Fault) -> None:
        played = fault.model_copy(update={"at": utc_now(), "step": self.model.num_timesteps})
        write_json(played_file(self.spec.home), played.as_dict())
        match fault.kind:
            case DrillKind.CRASH:
                raise DrillError("DRILL: the trainer was made to fail")
            case DrillKind.KL:
                self._learn_at(TOO_HIGH)
            case DrillKind.NO_METRICS:
                self.logger.output_formats.clear()
            case DrillKind.COLLAPSE:
                self._learn_at(TINY)
                with torch.no_grad():
                    for parameter in self.model.policy.action_net.parameters():
                        parameter.zero_()
            case DrillKind.STALL:
                raise SetupError(
                    Message("A stall is played from outside."), Message("Send SIGSTOP.")
                )

    def _learn_at(self, rate: float) -> None:
        self.model.lr_schedule = lambda _: rate


def _prepare(session: Session, spec: Spec) -> None:
    session.also.append(PlayedFault(spec))


def drilled(spec: Spec, stop: StopFlag) -> int:
    """Run one attempt of a drill; returns the exit code.

    :raises SetupError: the data directory is none of a drill.
    """
    if not is_drill(spec.home):
        raise SetupError(
            Message("{path} is not the data directory of a drill.", path=str(spec.home.root)),
            Message("Start one: trainweek drill start"),
        )
    return train(spec, stop, partial(_prepare, spec=spec))


def main() -> int:
    """Entry point of the process."""
    return run_program(drilled, on_error=log_error)


if __name__ == "__main__":
    sys.exit(main())
