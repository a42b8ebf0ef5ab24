"""What public runs suggest, where the manual's limit is stricter or laxer.

The limits are from 376 public PPO runs: the KL limit of 0.01 is crossed at least once in
97 % of them, and predicts nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from core.checks.judgement import NOTHING
from core.diagnosis.scenarios.kl_explosion import HIGH, HIGH_IN_A_ROW, JUMP, PAST, SPIKE_Z, z_scores
from core.language import Message
from core.telemetry.readings import latest

if TYPE_CHECKING:
    from core.checks.rules.series import LoggedRun
    from core.telemetry import Series

NORMAL_KL = 0.03
FROZEN_KL, FROZEN_UPDATES = 1e-6, 5


def kl_opinion(series: Series, passes: bool) -> Message:
    """What the evidence says about a KL, in one sentence; "" where it only repeats the limit."""
    newest = series.last[1]
    if passes:
        frozen = series.value[-FROZEN_UPDATES:]
        if len(frozen) == FROZEN_UPDATES and (np.abs(frozen) < FROZEN_KL).all():
            return Message("KL of almost 0 is not healthy: the policy is no longer updating")
        return NOTHING
    if not math.isfinite(newest):
        return Message("the evidence agrees: a NaN or infinite KL means that the update failed")
    recent = series.value[-PAST - 1 :]
    z = float(z_scores(recent, np.array([len(recent) - 1]))[-1])  # NaN: too few before it
    spike = _spike(z)
    row = series.value[-HIGH_IN_A_ROW:]
    if len(row) == HIGH_IN_A_ROW and (row > HIGH).all():
        return Message(
            "the evidence agrees: above {high} in {count} consecutive updates",
            high=HIGH,
            count=HIGH_IN_A_ROW,
        )
    if newest > JUMP or (newest > HIGH and z > SPIKE_Z):
        return Message("the evidence agrees: far above the usual KL, {spike}", spike=spike)
    if newest < NORMAL_KL:
        return Message("below {line} is normal for PPO, {spike}", line=NORMAL_KL, spike=spike)
    return Message(
        "higher than usual for PPO, {spike}; a problem if it stays above {high}",
        spike=spike,
        high=HIGH,
    )


def _spike(z: float) -> Message:
    if math.isnan(z):
        return Message("not enough earlier updates to call it a spike")
    if z > SPIKE_Z:
        return Message("a spike (z = {z:.1f})", z=z)
    return Message("not a spike (z = {z:.1f})", z=z)


def loss_opinion(run: LoggedRun) -> Message:
    """What a loss that does not fall means: little, as long as the critic predicts well."""
    found = latest(run.events, "train/explained_variance", "", run.until)
    if found is None or not math.isfinite(found.number):
        return Message("the loss falls in only half of all healthy runs")
    return Message(
        "the loss falls in only half of all healthy runs; check the explained variance of the "
        "critic instead, now {variance:.2f} (1 is perfect)",
        variance=found.number,
    )
