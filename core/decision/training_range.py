"""How much of a backtest was outside what the model saw in training.

A network's action on observations beyond its training range is extrapolation, which no training
step has corrected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel, Share
from core.language import Message, joined, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of a range's width, at each end: a value so little beyond the largest of half a million
# observations is the next extreme of the same distribution, and not a new situation.
TOLERANCE = 0.01
_ROUNDING = 1e-6  # observations are float32
# Bars of the record. Of a market like the training market, less than one bar in a hundred leaves
# the range; one in twenty is a situation that the agent was not trained for, and that the record
# is partly made of.
MANY_OUTSIDE = 0.05
MOST_NAMED = 3  # features in a sentence; decision.json lists all


class OutsideFeature(JsonModel):
    """A number of the observation that left its training range."""

    name: str = Field(description="Of the number, as in the model's manifest.")
    share: Share = Field(description="Share of the bars on which it was outside.")
    trained: tuple[float, float] = Field(description="Least and largest value in training.")
    observed: tuple[float, float] = Field(description="Least and largest value in the backtest.")


class OutsideTraining(JsonModel):
    """Bars of the backtest whose observation was outside the range seen in training."""

    bars: Count = Field(description="Bars on which the model decided.")
    outside: Count = Field(description="Bars with at least one number outside its range.")
    share: Share = Field(description="Share of the bars that are outside.")
    tolerance: float = Field(
        description="A number is outside beyond this share of its range's width at either end."
    )
    features: tuple[OutsideFeature, ...] = Field(
        description="Those that left their range, the most frequent first."
    )

    def named(self) -> Message:
        """The features that left their range most, with their shares."""
        parts = [
            joined([literal(f"{each.name} "), Message("{share:.1%}", share=each.share)], "")
            for each in self.features[:MOST_NAMED]
        ]
        return joined(parts, ", ")

    def warning(self) -> Message | None:
        """That the record is partly extrapolation; None: too few bars for that."""
        if self.share < MANY_OUTSIDE:
            return None
        return Message(
            "{share:.1%} of the backtest bars have observations outside the range that the model "
            "saw in training ({features}): what it does there was never trained.",
            share=self.share,
            features=self.named(),
        )


def outside_training(
    names: Sequence[str], observations: np.ndarray, low: np.ndarray, high: np.ndarray
) -> OutsideTraining:
    """Compare the observations of a backtest with the range of a training run.

    :param observations: shape (bars, K), on which the model decided.
    :param low: least value of each number in training, shape (K,); ``high`` the largest.
    """
    margin = np.maximum(TOLERANCE * (high - low), _ROUNDING)
    beyond = (observations < low - margin) | (observations > high + margin)
    shares = beyond.mean(axis=0)
    order = [i for i in np.argsort(-shares, kind="stable") if shares[i] > 0.0]
    outside = int(beyond.any(axis=1).sum())
    return OutsideTraining(
        bars=len(observations),
        outside=outside,
        share=outside / len(observations),
        tolerance=TOLERANCE,
        features=tuple(
            OutsideFeature(
                name=names[i],
                share=float(shares[i]),
                trained=(float(low[i]), float(high[i])),
                observed=(float(observations[:, i].min()), float(observations[:, i].max())),
            )
            for i in order
        ),
    )
