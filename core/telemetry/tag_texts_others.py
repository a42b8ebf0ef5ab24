"""Texts on tags of the other algorithms: SB3's off-policy ones, sb3-contrib, CleanRL, SB2.

RecurrentPPO and MaskablePPO write PPO's own tags.
"""

from __future__ import annotations

from core.language import Message, literal
from core.telemetry.tag_texts import (
    NATS,
    ONE_MINIBATCH,
    REWARD,
    SETTING,
    SHARE,
    SQUARED,
    TagMeaning,
)

_OFF_POLICY = literal("stable-baselines3: sac.py, td3.py, dqn.py; sb3-contrib: tqc.py, qrdqn.py")
_TRPO = literal("sb3-contrib: trpo.py")
_ARS = literal("sb3-contrib: ars.py")
_CLEANRL = literal("CleanRL: docs/rl-algorithms")
_SB2 = literal("stable-baselines 2: ppo2.py")
_ENTROPY_COEFFICIENT = Message("Entropy coefficient")

OTHERS = (
    TagMeaning(
        "rollout/exploration_rate",
        Message("Exploration rate"),
        Message("Current share of random actions of DQN and QR-DQN."),
        source=_OFF_POLICY,
        unit=SHARE,
        trap=Message(
            "A schedule, not a result. While it falls, the reward rises for that reason alone."
        ),
    ),
    TagMeaning(
        "train/actor_loss",
        Message("Actor loss"),
        Message(
            "Mean loss of the actor of SAC, TD3, DDPG, TQC or CrossQ: minus the critic's value of its "
            "actions."
        ),
        source=_OFF_POLICY,
        unit=REWARD,
        trap=Message("It also falls when values are overestimated."),
    ),
    TagMeaning(
        "train/critic_loss",
        Message("Critic loss"),
        Message("Mean squared temporal-difference error of the critics."),
        source=_OFF_POLICY,
        unit=SQUARED,
        trap=Message("Its scale is the square of the reward's. It need not fall."),
    ),
    TagMeaning(
        "train/ent_coef",
        _ENTROPY_COEFFICIENT,
        Message(
            "Current weight of the entropy: learned by SAC and TQC, a setting of PPO that trainweek "
            "logs."
        ),
        source=_OFF_POLICY,
        trap=Message(
            "With PPO a setting, not a result; raised on purpose when the reward stays flat. With SAC, "
            "growth without end means that the target entropy can't be reached."
        ),
    ),
    TagMeaning(
        "train/ent_coef_loss",
        Message("Loss of the entropy coefficient"),
        Message("Adapts the entropy coefficient; about 0 once the target entropy is reached."),
        source=_OFF_POLICY,
        trap=Message("Its level has no meaning."),
    ),
    TagMeaning(
        "train/policy_objective",
        Message("TRPO objective"),
        Message("Surrogate objective of TRPO's last update."),
        source=_TRPO,
        trap=Message("Small by design. It need not rise."),
    ),
    TagMeaning(
        "train/is_line_search_success",
        Message("Line search succeeded"),
        Message("1 if TRPO found a step inside its trust region, 0 if the update was discarded."),
        source=_TRPO,
        healthy=Message("mostly 1"),
        trap=Message("Persistently 0: nothing is learned."),
    ),
    TagMeaning(
        "train/delta_std",
        Message("Spread of perturbations"),
        Message("Standard deviation of ARS' parameter perturbations."),
        source=_ARS,
        trap=SETTING,
    ),
    TagMeaning(
        "train/step_size",
        Message("Step size"),
        Message("Learning rate of ARS divided by the spread of returns."),
        source=_ARS,
        trap=Message("It falls when the spread of returns rises."),
    ),
    TagMeaning(
        "rollout/return_std",
        Message("Spread of returns"),
        Message("Standard deviation of the returns of ARS' candidates."),
        source=_ARS,
        unit=REWARD,
        trap=Message("0: all candidates are equal."),
    ),
    TagMeaning(
        "losses/old_approx_kl",
        Message("KL, first estimator"),
        Message("CleanRL's mean of -log r: unbiased, noisy, of any sign."),
        source=_CLEANRL,
        unit=NATS,
        trap=Message("Use losses/approx_kl instead."),
    ),
    TagMeaning(
        "losses/td_loss",
        Message("Temporal-difference loss"),
        Message("Squared temporal-difference error of CleanRL's DQN."),
        source=_CLEANRL,
        unit=SQUARED,
        trap=Message("It need not fall."),
    ),
    TagMeaning(
        "losses/q_values",
        Message("Action values"),
        Message("Mean value that CleanRL's DQN assigns to the chosen actions."),
        source=_CLEANRL,
        unit=REWARD,
        trap=Message("Far above the returns: overestimation."),
    ),
    TagMeaning(
        "losses/alpha",
        _ENTROPY_COEFFICIENT,
        Message("Weight of the entropy in CleanRL's SAC."),
        source=_CLEANRL,
        healthy=Message("falling, then flat"),
        trap=Message("Growth without end: see train/ent_coef."),
    ),
    TagMeaning(
        "input_info/advantage",
        Message("Advantage"),
        Message("Mean normalised advantage of SB2's last minibatch."),
        source=_SB2,
        trap=Message("About 0 by design."),
    ),
    TagMeaning(
        "input_info/discounted_rewards",
        Message("Discounted rewards"),
        Message("Mean return of SB2's last minibatch."),
        source=_SB2,
        unit=REWARD,
        trap=ONE_MINIBATCH,
    ),
)
