"""Settings of the training and of the revalidation."""

from __future__ import annotations

import string
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from core.metrics.conventions import HOURS_PER_YEAR
from core.playbook.text import MachineText, Part

COMMAND_PLACEHOLDERS = frozenset({"python", "checkout", "tensorboard_dir", "steps", "run", "home"})
RelativePath = Annotated[str, StringConstraints(min_length=1, max_length=300)]


def whole(low: int, high: int, description: str, default: object = ...) -> object:
    """A whole number between two bounds; never a float, a text or a truth value."""
    return Field(default, ge=low, le=high, strict=True, description=description)


def number(low: float, high: float, description: str, default: object = ...) -> object:
    """A finite number between two bounds; never a text or a truth value."""
    return Field(default, ge=low, le=high, strict=True, description=description)


class TrainingSettings(Part):
    """How the agent is trained. Start values are the manual's where it names them."""

    total_steps: int = whole(
        1_000, 1_000_000_000, "Environment steps of a whole training.", 500_000
    )
    command: tuple[MachineText, ...] | None = Field(
        default=None,
        description=(
            "A trainer of your own as a list of words, run instead of ours; it must write "
            "SB3-style TensorBoard events. {python} (the interpreter that runs trainweek), "
            "{checkout} (the folder of trainweek), {tensorboard_dir}, {steps}, {run} and {home} are filled in."
        ),
    )
    learning_rate: float = number(1e-8, 1.0, "Learning rate at the start.", 3e-4)
    lowered_learning_rate: float = number(
        1e-8, 1.0, "Learning rate of a restart after a KL explosion.", 1e-4
    )
    ent_coef: float = number(0.0, 1.0, "Weight of the entropy bonus at the start.", 0.001)
    raised_ent_coef: float = number(
        0.0, 1.0, "Entropy weight of a restart after a flat reward: more exploration.", 0.005
    )
    n_envs: int = whole(1, 4096, "Environments stepped side by side.", 125)
    n_steps: int = whole(1, 65_536, "Steps of each environment between two updates.", 32)
    batch_size: int = whole(2, 1_048_576, "Steps in one minibatch; divides n_envs x n_steps.", 500)
    n_epochs: int = whole(1, 100, "Passes over the collected steps in one update.", 5)
    gamma: float = number(0.0, 1.0, "Discount of future reward, a step.", 0.98)
    gae_lambda: float = number(0.0, 1.0, "Lambda of generalised advantage estimation.", 0.9)
    clip_range: float = number(0.01, 1.0, "How far PPO lets the policy's ratio move.", 0.2)
    vf_coef: float = number(0.0, 10.0, "Weight of the value loss in the total loss.", 0.5)
    max_grad_norm: float = number(1e-3, 100.0, "Gradients are clipped to this norm.", 0.5)
    net_arch: tuple[Annotated[int, Field(ge=1, le=4096, strict=True)], ...] = Field(
        default=(64, 64),
        max_length=8,
        description="Units of the hidden layers of policy and value network.",
    )
    seed: int = whole(0, 2**31 - 1, "Seed of weights, environments and sampling.", 7)
    max_exposure: float = number(
        0.001,
        1.0,
        "Largest share of equity in the market; keeps the drawdown gate reachable.",
        0.15,
    )
    fee_bps: float = number(
        0.0, 1_000.0, "Exchange fee a side, in basis points of the traded value.", 10.0
    )
    slippage_bps: float = number(
        0.0, 1_000.0, "Slippage a side in basis points, unless half a price tick is more.", 5.0
    )
    drawdown_penalty: float = number(
        0.0, 10.0, "Reward taken for each log unit of drawdown that an episode adds; 0: none.", 0.0
    )
    episode_bars: int = whole(2, 100_000, "Longest training episode, in bars.", 168)
    validation_fraction: float = number(
        0.01, 0.5, "Last share of the training data, kept out of training for eval/*.", 0.15
    )
    checkpoint_every_steps: int = whole(1, 1_000_000_000, "Steps between two checkpoints.", 50_000)
    evaluate_every_steps: int = whole(
        1, 1_000_000_000, "Steps between two evaluations on the validation slice.", 20_000
    )
    min_free_disk_gb: float = number(
        0.0, 100_000.0, "Free disk space that a launch and a revalidation need, in GB.", 2.0
    )
    min_steps_per_second: float = number(
        0.0, 10_000_000.0, "Slowest training speed that is still accepted, in steps/s.", 1000.0
    )

    @field_validator("command")
    @classmethod
    def _known_placeholders(cls, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if words is None:
            return None
        if not words:
            raise ValueError("a command has at least one word; write null for our own trainer")
        for word in words:
            try:
                names = {
                    name for _, name, _, _ in string.Formatter().parse(word) if name is not None
                }
            except ValueError as error:
                raise ValueError(f"{word!r} has a brace without its partner") from error
            if unknown := names - COMMAND_PLACEHOLDERS:
                raise ValueError(
                    f"{word!r} has the placeholder {{{min(unknown)}}}; known are "
                    + ", ".join(f"{{{name}}}" for name in sorted(COMMAND_PLACEHOLDERS))
                )
        return words


class RevalidationSettings(Part):
    """How the best model is backtested and scored."""

    episodes: int = whole(1, 1000, "Chronological slices of the backtest data.", 10)
    bars_per_year: int = whole(
        1,
        600_000,
        "Bars in a year, for Sharpe and Calmar; 8760, the hours of 365 days.",
        HOURS_PER_YEAR,
    )
    min_trades: int = whole(
        0, 1_000_000, "Closed trades below which the evidence is INSUFFICIENT.", 30
    )
    min_days: float = number(
        0.0, 36_500.0, "Days of backtest below which the evidence is INSUFFICIENT.", 90.0
    )
    adequate_psr0: float = number(
        0.5, 1.0, "Least P(true Sharpe > 0) for ADEQUATE evidence; less is WEAK.", 0.95
    )
    adequate_dsr: float = number(
        0.0,
        1.0,
        "Least P(true Sharpe > the best that luck gives in as many trials) for ADEQUATE evidence.",
        0.80,
    )
    adequate_percentile: float = number(
        50.0,
        100.0,
        "Least share of random policies, trading as often, that an ADEQUATE agent beats, in %.",
        95.0,
    )
    strong_psr1: float = number(
        0.5, 1.0, "Least P(true annual Sharpe > 1) for STRONG evidence.", 0.95
    )
    strong_dsr: float = number(0.0, 1.0, "As adequate_dsr, for STRONG evidence.", 0.95)
    strong_percentile: float = number(
        50.0, 100.0, "As adequate_percentile, for STRONG evidence, in %.", 99.0
    )
    bootstrap_repetitions: int = whole(
        200, 100_000, "Resampled records behind each gate's interval and P(pass).", 1000
    )
    random_policies: int = whole(
        200, 10_000, "Policies without skill that the agent is compared with.", 500
    )
    participation: float = number(
        0.0001, 1.0, "Largest share of a median hour's volume that one order may be.", 0.01
    )
    paper_days: int = whole(0, 3650, "Days on paper between a GO and capital.", 14)
    signature_days: int = whole(
        1, 3650, "Real days after which a signature on a decision expires.", 30
    )
    model_path: RelativePath = Field(
        default="models/ppo_phase4/best_model",
        description="The model that is revalidated, relative to the home; .zip may be left out.",
    )
    backtest_data_dir: RelativePath = Field(
        default="data/backtest/",
        description="Folder of the backtest candles, relative to the home.",
    )
