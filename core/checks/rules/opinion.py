"""What the evidence says, where the manual's line is stricter or laxer than it.

The lines are from 376 public PPO runs: the KL line of 0.01 is crossed at least once in
97 % of them, and predicts nothing.
"""

from __future__ import annotations

import math

import numpy as np

from core.diagnosis.scenarios.kl_explosion import HIGH, HIGH_IN_A_ROW, JUMP, PAST, SPIKE_Z, z_scores
from core.facts import RunFacts
from core.telemetry import Series
from core.telemetry.readings import latest

NORMAL_KL = 0.03
FROZEN_KL, FROZEN_UPDATES = 1e-6, 5


def kl_opinion(series: Series, passes: bool) -> str:
    """One sentence where the evidence differs from the manual's line; "" where it agrees."""
    newest = series.last[1]
    if passes:
        frozen = series.value[-FROZEN_UPDATES:]
        if len(frozen) == FROZEN_UPDATES and (np.abs(frozen) < FROZEN_KL).all():
            return "a KL of almost 0 is no sign of health: the policy hardly changes any more"
        return ""
    if not math.isfinite(newest):
        return "the evidence agrees: a KL that is no number means that the update failed"
    recent = series.value[-PAST - 1 :]
    z = float(z_scores(recent, np.array([len(recent) - 1]))[-1])  # NaN: too few before it
    told = "too few updates before it to call it a spike"
    if not math.isnan(z):
        told = f"{'a spike' if z > SPIKE_Z else 'no spike'} (z = {z:.1f})"
    row = series.value[-HIGH_IN_A_ROW:]
    if len(row) == HIGH_IN_A_ROW and (row > HIGH).all():
        return f"the evidence agrees: above {HIGH} in {HIGH_IN_A_ROW} updates in a row"
    if newest > JUMP or (newest > HIGH and z > SPIKE_Z):
        return f"the evidence agrees: far above the usual, {told}"
    if newest < NORMAL_KL:
        return f"below {NORMAL_KL} is normal for PPO, {told}"
    return f"higher than usual for PPO, {told}; worrying if it stays above {HIGH}"


def explained_variance(run: RunFacts) -> str:
    """How good the critic is, as the end of a sentence; "" if it isn't logged."""
    found = latest(run.reader, "train/explained_variance", "", run.until)
    if found is None or not np.isfinite(found.value):
        return ""
    return f"; judge the critic by its explained variance, now {found.value:.2f} (1 is perfect)"
