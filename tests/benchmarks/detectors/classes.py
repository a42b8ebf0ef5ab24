"""The classes of labelled runs: what is injected, and what a diagnosis must say.

Every label follows from the injection, never from the curves.
"""

from __future__ import annotations

from dataclasses import dataclass

VALIDATED_EVERY = 4  # iterations between two validations, in the classes that have them
HEALTHY, HARD, SPIKE = "healthy", "hard negative", "spike that clears"


@dataclass(frozen=True)
class RunClass:
    """One kind of run.

    ``scenario``: what must fire; None: nothing may. ``consequences``: scenarios that the
    same fault explains, so they count neither as found nor as false alarms.
    """

    name: str
    scenario: str | None
    runs: int
    what: str
    consequences: tuple[str, ...] = ()
    kind: str = "fault"
    from_start: bool = False  # the fault is there from the first step on
    envs: tuple[str, ...] = ("cartpole", "market", "continuous")
    first_seed: int = 0

    @property
    def seeds(self) -> range:
        return range(self.first_seed, self.first_seed + self.runs)


# A policy that is broken earns less, explores less, and leaves its critic nothing to predict.
_AFTER_DAMAGE = (
    "flat_reward", "not_converging", "collapse", "critic_useless", "early_determinism",
)  # fmt: skip

# A policy that must learn something else explores again first.
_AFTER_RELEARNING = (
    "flat_reward", "not_converging", "critic_useless", "exploration_blowup", "early_determinism",
    "collapse",
)  # fmt: skip

CLASSES = (
    RunClass("hang_stopped", "hung", 12, "SIGSTOP of the training process"),
    RunClass("hang_deadlock", "hung", 12, "env.step never returns"),
    RunClass("hang_pause", "hung", 6, "SIGSTOP, and SIGCONT much later", ("data_issue",)),
    RunClass("crash_exception", "crash", 8, "env.step raises"),
    RunClass("crash_killed", "crash", 8, "SIGKILL of the training process"),
    RunClass("crash_disk_full", "crash", 8, "the disk is full", ("data_issue",)),
    RunClass("no_monitor", "no_metrics", 10, "an env without a Monitor", from_start=True),
    RunClass("nothing_logged", "no_metrics", 10, "log_interval beyond the run's end", from_start=True),
    RunClass(
        "kl_learning_rate", "kl_explosion", 12, "the learning rate jumps to 0.05 to 0.2",
        (*_AFTER_DAMAGE, "policy_dead"),
    ),
    RunClass(
        "kl_no_clipping", "kl_explosion", 12, "clipping off, 12 epochs, learning rate 0.02",
        (*_AFTER_DAMAGE, "policy_dead", "slowdown"),
    ),
    RunClass(
        "policy_frozen", "policy_dead", 12, "a learning rate of 1e-9 or less",
        _AFTER_DAMAGE, from_start=True,
    ),
    RunClass(
        "policy_saturated", "policy_dead", 10, "the policy's head saturates: one action for ever",
        (*_AFTER_DAMAGE, "kl_explosion"), envs=("cartpole", "market"),
    ),
    RunClass("slow_env", "slowdown", 14, "env.step sleeps: 0.3 to 0.6 of the speed"),
    RunClass(
        "stuck_reward", "flat_reward", 14, "the reward is noise, inside the Monitor",
        ("not_converging", "critic_useless"), from_start=True, envs=("market", "continuous"),
    ),
    RunClass(
        "regressed_market", "flat_reward", 12, "the market's signal loses its edge",
        ("not_converging", "collapse", "critic_useless"), envs=("market", "continuous"),
    ),
    RunClass("logging_lost", "logging_broken", 8, "the TensorBoard writer is taken out", ("hung",)),
    RunClass("step_reset", "data_issue", 6, "learn() again into the same file, steps from 0"),
    RunClass(
        "nan_reward", "data_issue", 6, "one NaN reward", ("crash",), envs=("market", "continuous")
    ),
    RunClass("healthy", None, 40, "nothing", kind=HEALTHY),
    RunClass("hard_learning_rate", None, 6, "learning rate 0.01: high KL, best reward", kind=HARD, envs=("cartpole",)),
    RunClass("hard_noise", None, 6, "very noisy rewards", kind=HARD, envs=("market", "continuous")),
    RunClass("hard_negative_reward", None, 6, "all rewards negative", kind=HARD, envs=("market", "continuous")),
    RunClass("hard_converged", None, 6, "converged early, then flat", kind=HARD),
    RunClass("hard_schedule", None, 6, "the learning rate falls to 0", kind=HARD),
    RunClass("hard_restart", None, 6, "stopped and resumed: two attempts", kind=HARD),
    RunClass("hard_slow_start", None, 6, "a long wait before the first step", kind=HARD),
    RunClass("hard_slower", None, 6, "0.85 of the speed from somewhere on", kind=HARD),
    RunClass(
        "collapse_sign", "collapse", 6, "the sign of the reward turns", _AFTER_RELEARNING,
        first_seed=2,
    ),
    RunClass(
        "collapse_forgotten", "collapse", 6, "the policy's weights are drawn again, late in a schedule",
        _AFTER_RELEARNING, first_seed=2,
    ),
    RunClass(
        "collapse_market", "collapse", 6, "the market's signal turns: the world changed",
        _AFTER_RELEARNING, envs=("market", "continuous"), first_seed=2,
    ),
    RunClass(
        "policy_killed", "policy_dead", 6, "learning rate 1 for three updates, then as before",
        (*_AFTER_DAMAGE, "kl_explosion"), envs=("cartpole", "market"), first_seed=2,
    ),
    RunClass(
        "kl_spike", None, 6, "learning rate 0.03 for one update: KL jumps, and clears",
        ("kl_explosion", "collapse", "exploration_blowup"), kind=SPIKE, first_seed=2,
    ),
    RunClass(
        "kl_side_writer", "kl_explosion", 6, "the learning rate jumps, beside a side writer's folder",
        (*_AFTER_DAMAGE, "policy_dead", "exploration_blowup"), first_seed=2,
    ),
    RunClass(
        "critic_scale", "critic_useless", 6, "rewards of 1e6: the critic never reaches them",
        ("flat_reward", "not_converging", "policy_dead"), from_start=True, first_seed=2,
    ),
    RunClass(
        "critic_ruined", "critic_useless", 6, "the critic's weights are noise, and no longer trained",
        (*_AFTER_RELEARNING, "kl_explosion", "policy_dead"), first_seed=2,
    ),
    RunClass(
        "std_grows", "exploration_blowup", 6, "the entropy bonus outweighs the reward",
        (*_AFTER_DAMAGE, "kl_explosion", "policy_dead"), from_start=True, envs=("continuous",),
        first_seed=2,
    ),
    RunClass(
        "entropy_gone", "early_determinism", 6, "an entropy bonus below 0: no exploration",
        ("flat_reward", "not_converging", "collapse", "critic_useless", "kl_explosion", "policy_dead"),
        from_start=True, envs=("cartpole", "market"), first_seed=2,
    ),
    RunClass("hard_cosine", None, 6, "cosine schedules of learning rate and clipping to 0", kind=HARD, first_seed=2),
    RunClass("hard_target_kl", None, 6, "target_kl 0.01: epochs are cut short", kind=HARD, first_seed=2),
    RunClass(
        "hard_sparse", None, 6, "the reward comes with an episode's last step", kind=HARD,
        envs=("market", "continuous"), first_seed=2,
    ),
    RunClass("hard_reward_scale", None, 6, "rewards of 1e6, normalised for the critic", kind=HARD, first_seed=2),
    RunClass(
        "hard_off_policy", None, 6, "SAC, TD3 and DQN: logged by episodes", kind=HARD,
        envs=("cartpole", "continuous"), first_seed=2,
    ),
    RunClass(
        "healthy_tasks", None, 50, "nothing, on other tasks", kind=HEALTHY, first_seed=2,
        envs=("cartpole_500", "pendulum", "frozen_lake", "acrobot", "trading"),
    ),
    RunClass(
        "hard_wandering", None, 6, "the market's level drifts: strongly autocorrelated rewards",
        kind=HARD, envs=("market", "continuous"), first_seed=2,
    ),
    RunClass("hard_side_writer", None, 6, "an evaluation writes into a folder below", kind=HARD, first_seed=2),
    RunClass(
        "overfit_reversed", "overfitting", 6, "validated on a market of the reversed relation",
        from_start=True, envs=("market", "continuous"), first_seed=2,
    ),
    RunClass(
        "overfit_turning", "overfitting", 6, "the validation's relation turns while training learns",
        envs=("market", "continuous"), first_seed=2,
    ),
    RunClass(
        "hard_validated", None, 6, "validated on other draws of the same market", kind=HARD,
        envs=("market", "continuous"), first_seed=2,
    ),
)  # fmt: skip

# Nothing was injected, so an alarm there is counted as false, whatever the curve shows.
NATURAL = {
    "hard_slow_start-01": "CartPole, 29.7 to 14.7 in 40 points and back to 27: lost and relearned",
    "healthy-07": "CartPole, 30 to 16.3 for 20 points and back to 30: a natural collapse while it lasts",
}

BY_NAME = {known.name: known for known in CLASSES}
