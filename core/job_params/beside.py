"""Parameters of what trains beside the week's run: trials, reproductions, twin runs."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from core.errors import InputError
from core.job_params.models import JobParams, PathText, RunName, TimeOrDay, like
from core.language import Message
from core.playbook.settings import LARGEST_SEED, TrainingSettings
from core.twin.arms import MOST_PAIRS, PAIRS

Ends = Annotated[list[TimeOrDay], Field(min_length=2, max_length=2)]


class TrialParams(JobParams):
    """One trial of a sweep: a seed on a fold. The runner requests it, no person."""

    sweep: RunName = Field(description="The sweep that it belongs to.")
    week: RunName = Field(description="The week whose playbook is the recipe.")
    seed: int = Field(ge=0, le=LARGEST_SEED, description="Of weights, environments and sampling.")
    fold: int = Field(ge=0, description="0: the week's own split; 1 and more: a walk-forward fold.")
    steps: int | None = Field(default=None, ge=1, le=1_000_000_000, description="Of the training.")
    train: Ends = Field(description="First and last bar to train on.")
    test: Ends = Field(description="First and last bar that is loaded to test.")
    playbook_sha256: str = Field(description="Of the playbook, the recipe.")
    train_sha256: str = Field(description="Of the training data.")
    backtest_sha256: str = Field(description="Of the backtest data.")


class ReproduceParams(JobParams):
    """A decided model trained again from its recipe. The recipe is kept under the decision's hash."""

    decision: RunName = Field(description="SHA-256 of the decision.")
    week: RunName | None = Field(
        default=None, description="Its week, if it was made in this data directory."
    )
    train_data_dir: PathText | None = Field(
        default=None, description="Folder of the training candles (default: data/train)."
    )
    backtest_data_dir: PathText | None = Field(
        default=None, description="Folder of the backtest candles (default: the playbook's)."
    )


class TwinParams(JobParams):
    """A checkpoint of the week's run, trained further with and without a change."""

    run: RunName | None = Field(
        default=None, description="The run that is forked (default: the week's newest)."
    )
    learning_rate: float | None = like(TrainingSettings, "learning_rate")
    ent_coef: float | None = like(TrainingSettings, "ent_coef")
    steps: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Of each arm, in whole rollouts (default: 20 rollouts, at most a whole run).",
    )
    pairs: int = Field(
        default=PAIRS,
        ge=1,
        le=MOST_PAIRS,
        description="Pairs of arms, each with a seed of its own.",
    )
    incident: int | None = Field(
        default=None, ge=1, le=1_000_000_000, description="Number of the incident that asks."
    )
    scenario: RunName | None = Field(default=None, description="The finding that asks.")
    continues: list[RunName] | None = Field(
        default=None, description="Earlier jobs of it, whose finished arms are kept."
    )

    @property
    def change(self) -> dict[str, float]:
        """The settings that the second arm of each pair has."""
        given = {"learning_rate": self.learning_rate, "ent_coef": self.ent_coef}
        return {name: value for name, value in given.items() if value is not None}

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.change:
            raise InputError(
                Message("A twin run needs a change to try."),
                Message("Give a learning_rate or an ent_coef."),
            )
        return self
