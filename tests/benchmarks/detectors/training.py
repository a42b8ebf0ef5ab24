"""One real SB3 PPO training with one injected fault, in a process of its own.

The recorder forks it; everything it leaves is in its folder: event files, ``log.jsonl``
(moment, tag, text), ``marks.json`` (where the fault began) and ``end.json``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import stable_baselines3
import tensorboard.summary.writer.event_file_writer as header_writer
import torch
import torch.utils.tensorboard.writer as scalar_writer
from stable_baselines3 import DQN, PPO, SAC, TD3
from stable_baselines3.common.callbacks import BaseCallback, CallbackList
from stable_baselines3.common.logger import Logger, TensorBoardOutputFormat
from stable_baselines3.common.vec_env import VecEnv, VecMonitor, VecNormalize
from torch.utils.tensorboard import SummaryWriter

from tests.benchmarks.detectors import faults
from tests.benchmarks.detectors.faulty import FaultyEnv
from tests.benchmarks.detectors.tasks import TASKS, make_env
from tests.benchmarks.detectors.toy_market import ToyMarket
from tests.benchmarks.detectors.validating import VALIDATED, Validate

if TYPE_CHECKING:
    from pathlib import Path

    from stable_baselines3.common.base_class import BaseAlgorithm

    from tests.benchmarks.detectors.classes import RunClass

VERSIONS = {"stable_baselines3": stable_baselines3.__version__, "torch": torch.__version__}
LOG_EVERY = 5  # iterations
NEVER = 10**9
_BY_TD3 = (6, 7)  # seeds of continuous off-policy runs; the others are SAC's
# Seconds of sleep in each rollout: an environment that waits for something, as most do.
# It is most of an iteration, so that a busy machine hardly changes the speed of a run.
ROLLOUT_WAIT = 0.030


class WorkClock:
    """Seconds that the training worked, waited by its own will, or was stopped.

    The machine that records is shared: time in which other people's work held the core
    must not look like a slow or silent training. So the clock counts the CPU time of the
    training and what it slept, and is set on by the length of a stop.
    """

    def __init__(self) -> None:
        self._base, self._waited = time.time() - time.thread_time(), 0.0

    def now(self) -> float:
        """Unix time at the start, then seconds of work and waiting."""
        return self._base + time.thread_time() + self._waited

    def wait(self, seconds: float) -> None:
        """Really sleep so long."""
        time.sleep(seconds)
        self._waited += seconds

    def stop(self) -> None:
        """Stop this very process with SIGSTOP, until another process resumes it."""
        begun = time.monotonic()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._waited += time.monotonic() - begun


class Plan:
    """What a run does, drawn from its class and seed alone."""

    def __init__(self, kind: RunClass, seed: int) -> None:
        name_seed = int.from_bytes(kind.name.encode()[-8:], "little")
        self.kind, self.seed = kind, seed
        self.rng = rng = np.random.default_rng([name_seed, seed])
        # Even and odd seeds (tuned and reported half) hold each environment alike.
        self.env = kind.envs[seed // 2 % len(kind.envs)]
        self.iterations = int(rng.integers(80, 120))
        self.onset = 0 if kind.from_start else int(self.iterations * rng.uniform(0.3, 0.7))
        task = TASKS[self.env]
        self.num_envs, self.n_steps = task.num_envs, task.n_steps
        self.episode = 30 if self.env == "cartpole" else int(rng.integers(6, 11))
        self.noise = float(rng.uniform(0.2, 1.0))
        self.settings: dict[str, Any] = {
            "learning_rate": float(10 ** rng.uniform(-2.9, -2.2)),
            "ent_coef": float(rng.choice([0.0, 0.001, 0.01])),
            "gamma": float(rng.choice([0.9, 0.95, 0.99])),
            "n_epochs": int(rng.integers(2, 4)),
            "batch_size": 256,
            "clip_range": float(rng.choice([0.1, 0.2, 0.3])),
        }
        self.iterations = task.iterations or self.iterations
        self.settings |= dict(task.settings)
        self.drawn = {"strength": float(rng.uniform())}
        faults.prepare(self)

    @property
    def strength(self) -> float:
        return self.drawn["strength"]

    @property
    def rollout(self) -> int:
        return self.num_envs * self.n_steps

    def faulty_env(self) -> FaultyEnv:
        env = make_env(self)
        faulty = FaultyEnv(env)
        faulty.delay, faulty.rollout = ROLLOUT_WAIT, self.n_steps
        if self.kind.name == "stuck_reward":
            faulty.random_reward = np.random.default_rng(self.seed)
        if self.kind.name == "hard_negative_reward":
            assert isinstance(env, ToyMarket)
            env.offset = -5.0
        faulty.sparse = self.kind.name == "hard_sparse"
        faulty.factor = faults.scale(self)
        if self.kind.name == "hard_wandering":
            faulty.wandering = np.random.default_rng(self.seed)
        return faulty


class Recorder(BaseCallback):
    """Writes the log, and injects the fault when its iteration has come."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run, self.iteration = run, 0
        self.walls: list[float] = []

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        self.walls.append(self.run.clock.now())
        if self.iteration % LOG_EVERY == 0:
            self.run.log("INFO", f"Step {self.model.num_timesteps}")
        if self.run.plan.onset and self.iteration == self.run.plan.onset:
            assert isinstance(self.model, PPO)
            self.run.inject(self.model, self.walls)
        if self.iteration == self.run.plan.onset + faults.lasts(self.run.plan):
            assert isinstance(self.model, PPO)
            faults.lift(self.run.plan, self.model)
        if self.iteration % LOG_EVERY == 0:
            self.run.log_aside(self.model)

    def _on_rollout_end(self) -> None:
        self.iteration += 1


class Run:
    """The training in its folder."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder, self.clock = plan, folder, WorkClock()
        clock = SimpleNamespace(time=self.clock.now)
        for module in (scalar_writer, header_writer):
            vars(module)["time"] = clock
        self.faulty = plan.faulty_env()
        self.faulty.wait = self.clock.wait
        monitored = plan.kind.name != "no_monitor"
        self.env: VecEnv = VecMonitor(self.faulty) if monitored else self.faulty
        if plan.kind.name == "hard_reward_scale":
            self.env = VecNormalize(
                self.env, norm_obs=False
            )  # a good critic: it sees small rewards
        self.side: SummaryWriter | None = None
        if plan.kind.name.endswith("side_writer"):
            self.side = SummaryWriter(str(folder / "events" / "attempt_1" / "eval"), flush_secs=1)
        self.callback = Recorder(self)

    def log(self, tag: str, text: str) -> None:
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(json.dumps([self.clock.now(), tag, text]) + "\n")

    def log_aside(self, model: BaseAlgorithm) -> None:
        """The reward once more, in the side writer's folder."""
        if self.side is not None and model.ep_info_buffer:
            mean = float(np.mean([episode["r"] for episode in model.ep_info_buffer]))
            self.side.add_scalar("rollout/ep_rew_mean", mean, model.num_timesteps)
            self.side.flush()

    def mark(self, model: BaseAlgorithm | None) -> None:
        step = 0 if model is None else model.num_timesteps
        (self.folder / "marks.json").write_text(
            json.dumps({"step": step, "wall": self.clock.now()})
        )

    def train(self) -> None:
        """:raises Exception: whatever the fault makes SB3 raise."""
        plan, name = self.plan, self.plan.kind.name
        if name == "hard_off_policy":
            self._train_off_policy()
            return
        model = PPO(
            "MlpPolicy", self.env, n_steps=plan.n_steps, seed=plan.seed, verbose=0, device="cpu",
            policy_kwargs={"net_arch": [32, 32]}, **plan.settings,
        )  # fmt: skip
        model.set_logger(self._logger("events/attempt_1"))
        self.log("INFO", "Training loop started")
        if plan.kind.from_start or name == "hard_slow_start":
            self.mark(None)
        if name == "hard_slow_start":
            self.clock.wait(0.05)
        total = plan.iterations * plan.rollout
        if name in ("hard_restart", "step_reset"):
            self._learn(model, plan.onset * plan.rollout)
            self.mark(model)
            if name == "step_reset":
                self._learn(model, total - model.num_timesteps)
                return
            file = self.folder / "model.zip"
            model.save(file)
            self.clock.wait(0.05)
            model = PPO.load(file, env=self.env, device="cpu")
            file.unlink()
            model.set_logger(self._logger("events/attempt_2"))
            self._learn(model, total - model.num_timesteps, reset_num_timesteps=False)
            return
        self._learn(model, total, log_interval=NEVER if name == "nothing_logged" else 1)

    def _train_off_policy(self) -> None:
        """SAC, TD3 or DQN: they log once in so many episodes."""
        plan = self.plan
        model: SAC | TD3 | DQN
        how: dict[str, Any] = {
            "learning_starts": 200, "seed": plan.seed, "device": "cpu", "batch_size": 64,
            "policy_kwargs": {"net_arch": [32, 32]},
        }  # fmt: skip
        if plan.env == "continuous":
            algorithm = TD3 if plan.seed in _BY_TD3 else SAC
            model = algorithm(
                "MlpPolicy", self.env, train_freq=plan.n_steps, gradient_steps=4, **how
            )
        else:
            model = DQN("MlpPolicy", self.env, train_freq=plan.n_steps, gradient_steps=8, **how)
        model.set_logger(self._logger("events/attempt_1"))
        self.log("INFO", "Training loop started")
        self._learn(model, plan.iterations * plan.rollout, log_interval=4)

    def _learn(self, model: BaseAlgorithm, steps: int, **how: Any) -> None:
        beside = [Validate(self.plan)] if self.plan.kind.name in VALIDATED else []
        model.learn(steps, callback=CallbackList([self.callback, *beside]), **how)

    def _logger(self, name: str) -> Logger:
        folder = str(self.folder / name)
        return Logger(folder, [TensorBoardOutputFormat(folder)])

    def inject(self, model: PPO, walls: list[float]) -> None:
        """The fault of the class, now."""
        self.mark(model)
        if self.plan.kind.name in ("hang_stopped", "hang_pause"):
            self.clock.stop()
        else:
            faults.inject(self.plan, model, self.faulty, float(np.median(np.diff(walls[1:]))))


def warm_up() -> None:
    """Import and build once what a first update needs.

    In a training run of hours that takes a blink; in one of seconds that is stretched to
    hours it would be a silence.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # a dead policy is full of them, and they cost much time
    env = VecMonitor(ToyMarket(4, 8, 0))
    model = PPO("MlpPolicy", env, n_steps=8, batch_size=32, n_epochs=1, device="cpu")
    model.set_logger(Logger(folder=None, output_formats=[]))  # else SB3 leaves a folder in /tmp
    model.learn(64)


def run_in_this_process(plan: Plan, folder: Path) -> None:
    """Never returns: the process ends with the code that a training program would have."""
    run, error = Run(plan, folder), ""
    try:
        run.train()
    except Exception as failure:
        error = f"{type(failure).__name__}: {' '.join(str(failure).split())[:200]}"
        if plan.kind.name == "crash_disk_full":
            run.mark(run.callback.model)
    end = {"wall": run.clock.now(), "error": error, "drawn": plan.drawn}
    if error:
        run.log("ERROR", error)
    (folder / "end.json").write_text(json.dumps(end))
    sys.stdout.flush()
    os._exit(1 if error else 0)
