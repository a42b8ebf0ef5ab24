"""Settings of training and revalidation."""

from __future__ import annotations

import string
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator

from core.language import Message
from core.metrics.conventions import HOURS_PER_YEAR
from core.playbook.placement import PlacedKind, Placement
from core.playbook.text import MachineText, Part
from core.text_rules import readable

COMMAND_PLACEHOLDERS = frozenset({"python", "checkout", "tensorboard_dir", "steps", "run", "home"})
LARGEST_SEED = 2**31 - 1
RelativePath = Annotated[str, StringConstraints(min_length=1, max_length=300)]


def whole(low: int, high: int, description: Message, default: int) -> Any:
    """A whole number between two bounds; never a float, a text or a boolean."""
    return Field(default, ge=low, le=high, strict=True, description=description)


def number(low: float, high: float, description: Message, default: float) -> Any:
    """A finite number between two bounds; never a text or a boolean."""
    return Field(default, ge=low, le=high, strict=True, description=description)


class TrainingSettings(Part):
    """How the agent is trained. Defaults are the manual's, where it names them."""

    total_steps: int = whole(
        1_000, 1_000_000_000, Message("Environment steps of a whole run."), 500_000
    )
    command: tuple[MachineText, ...] | None = Field(
        default=None,
        description=Message(
            "Command of your own trainer, as a list of words, instead of the built-in one. It must "
            "write SB3-style TensorBoard events. Placeholders: {{python}} (the interpreter that runs "
            "trainweek), {{checkout}} (the folder of trainweek), {{tensorboard_dir}}, {{steps}}, "
            "{{run}}, {{home}}."
        ),
    )
    learning_rate: float = number(1e-8, 1.0, Message("Initial learning rate."), 3e-4)
    lowered_learning_rate: float = number(
        1e-8, 1.0, Message("Learning rate of a restart after a KL explosion."), 1e-4
    )
    ent_coef: float = number(0.0, 1.0, Message("Initial weight of the entropy bonus."), 0.001)
    raised_ent_coef: float = number(
        0.0,
        1.0,
        Message("Entropy weight of a restart after a flat reward, for more exploration."),
        0.005,
    )
    n_envs: int = whole(1, 4096, Message("Number of parallel environments."), 125)
    n_steps: int = whole(1, 65_536, Message("Steps of each environment between two updates."), 32)
    batch_size: int = whole(
        2, 1_048_576, Message("Steps in one minibatch; must divide n_envs x n_steps."), 500
    )
    n_epochs: int = whole(1, 100, Message("Passes over the collected steps in one update."), 5)
    gamma: float = number(0.0, 1.0, Message("Discount factor of future reward, per step."), 0.98)
    gae_lambda: float = number(
        0.0, 1.0, Message("Lambda of generalised advantage estimation."), 0.9
    )
    clip_range: float = number(0.01, 1.0, Message("Clip range of PPO's probability ratio."), 0.2)
    vf_coef: float = number(0.0, 10.0, Message("Weight of the value loss in the total loss."), 0.5)
    max_grad_norm: float = number(1e-3, 100.0, Message("Maximum norm of the gradient."), 0.5)
    net_arch: tuple[Annotated[int, Field(ge=1, le=4096, strict=True)], ...] = Field(
        default=(64, 64),
        max_length=8,
        description=Message("Units of the hidden layers of the policy and value networks."),
    )
    seed: int = whole(0, LARGEST_SEED, Message("Seed of weights, environments and sampling."), 7)
    max_exposure: float = number(
        0.001,
        1.0,
        Message("Largest share of equity in a position; keeps the drawdown gate reachable."),
        0.15,
    )
    fee_bps: float = number(
        0.0, 1_000.0, Message("Exchange fee per side, in basis points of the traded value."), 10.0
    )
    slippage_bps: float = number(
        0.0,
        1_000.0,
        Message("Slippage per side, in basis points; at least half a price tick."),
        5.0,
    )
    drawdown_penalty: float = number(
        0.0,
        10.0,
        Message("Reward subtracted per log unit of additional drawdown in an episode; 0: none."),
        0.0,
    )
    episode_bars: int = whole(
        2, 100_000, Message("Maximum length of a training episode, in bars."), 168
    )
    validation_fraction: float = number(
        0.01,
        0.5,
        Message("Share of the training data, at its end, held out for eval/*."),
        0.15,
    )
    checkpoint_every_steps: int = whole(
        1, 1_000_000_000, Message("Steps between two checkpoints."), 50_000
    )
    evaluate_every_steps: int = whole(
        1, 1_000_000_000, Message("Steps between two evaluations on the validation slice."), 20_000
    )
    min_free_disk_gb: float = number(
        0.0,
        100_000.0,
        Message("Free disk space required for a launch and a revalidation, in GB."),
        2.0,
    )
    min_steps_per_second: float = number(
        0.0,
        10_000_000.0,
        Message("Minimum accepted training speed, in steps/s."),
        1000.0,
    )

    placements: dict[PlacedKind, Placement] = Field(
        default={},
        description=Message(
            "Where a kind of job runs (train, revalidate); one that is not named runs on the"
            " runner's machine."
        ),
    )

    @field_validator("command")
    @classmethod
    def _known_placeholders(cls, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if words is None:
            return None
        if not words:
            raise ValueError(Message("the command is empty; use null for the built-in trainer"))
        for word in words:
            readable(word)
            try:
                names = {
                    name for _, name, _, _ in string.Formatter().parse(word) if name is not None
                }
            except ValueError as error:
                raise ValueError(Message("unbalanced brace in {word}", word=repr(word))) from error
            if unknown := names - COMMAND_PLACEHOLDERS:
                raise ValueError(
                    Message(
                        "unknown placeholder {name} in {word}; known: {known}",
                        name=f"{{{min(unknown)}}}",
                        word=repr(word),
                        known=", ".join(f"{{{name}}}" for name in sorted(COMMAND_PLACEHOLDERS)),
                    )
                )
        return words


class RevalidationSettings(Part):
    """How the model is backtested and scored."""

    episodes: int = whole(1, 1000, Message("Chronological slices of the backtest data."), 10)
    bars_per_year: int = whole(
        1,
        600_000,
        Message("Bars per year, for Sharpe and Calmar: 8760 hours in 365 days."),
        HOURS_PER_YEAR,
    )
    min_trades: int = whole(
        0, 1_000_000, Message("Minimum closed trades; with fewer the evidence is INSUFFICIENT."), 30
    )
    min_days: float = number(
        0.0,
        36_500.0,
        Message("Minimum days of backtest; with fewer the evidence is INSUFFICIENT."),
        90.0,
    )
    adequate_psr0: float = number(
        0.5, 1.0, Message("Minimum P(true Sharpe > 0) for ADEQUATE evidence; less is WEAK."), 0.95
    )
    adequate_dsr: float = number(
        0.0,
        1.0,
        Message(
            "Minimum DSR for ADEQUATE evidence: P(true Sharpe > the best Sharpe "
            "expected by luck from the same number of trials)."
        ),
        0.80,
    )
    adequate_percentile: float = number(
        50.0,
        100.0,
        Message(
            "Minimum share of equally active random policies that an ADEQUATE agent beats, in %."
        ),
        95.0,
    )
    strong_psr1: float = number(
        0.5, 1.0, Message("Minimum P(true annual Sharpe > 1) for STRONG evidence."), 0.95
    )
    strong_dsr: float = number(0.0, 1.0, Message("As adequate_dsr, for STRONG evidence."), 0.95)
    strong_percentile: float = number(
        50.0, 100.0, Message("As adequate_percentile, for STRONG evidence, in %."), 99.0
    )
    bootstrap_repetitions: int = whole(
        200, 100_000, Message("Resampled records for each gate's interval and P(pass)."), 1000
    )
    random_policies: int = whole(
        200, 10_000, Message("Random policies that the agent is compared with."), 500
    )
    participation: float = number(
        0.0001, 1.0, Message("Largest order, as a share of the median hourly volume."), 0.01
    )
    paper_days: int = whole(
        0, 3650, Message("Days of paper trading between a GO and real capital."), 14
    )
    signature_days: int = whole(
        1, 3650, Message("Real days after which a signature on a decision expires."), 30
    )
    model_path: RelativePath = Field(
        default="models/ppo_phase4/best_model",
        description=Message(
            "Model to revalidate, relative to the data directory; .zip may be omitted."
        ),
    )
    backtest_data_dir: RelativePath = Field(
        default="data/backtest/",
        description=Message("Folder of the backtest candles, relative to the data directory."),
    )
