"""What the evidence says, where the manual's line is stricter or laxer than it.

The lines are from 376 public PPO runs: the KL line of 0.01 is crossed at least once in
97 % of them, and predicts nothing.
"""

from __future__ import annotations

import numpy as np

from core.checks.facts import RunFacts
from core.telemetry import Series
from core.telemetry.readings import latest

NORMAL_KL = 0.03
SPIKE_KL, SPIKE_Z = 0.1, 6.0
FROZEN_KL, FROZEN_UPDATES = 1e-6, 5
_PAST, _FEWEST = 30, 10
_FLOOR_DEX = 0.1  # spread of log10(KL) that is always granted
_MAD_TO_SD = 1.4826


def kl_z(values: np.ndarray) -> float | None:
    """How far the newest KL lies above the 30 before it, on the log10 scale.

    In robust standard deviations (median, MAD); None with fewer than 10 earlier points.
    """
    logs = np.log10(values[np.isfinite(values) & (values > 0)])
    past = logs[:-1][-_PAST:]
    if len(past) < _FEWEST:
        return None
    middle = np.median(past)
    spread = max(_FLOOR_DEX, _MAD_TO_SD * float(np.median(np.abs(past - middle))))
    return float((logs[-1] - middle) / spread)


def kl_opinion(series: Series, passes: bool) -> str:
    """One sentence where the evidence differs from the manual's line; "" where it agrees."""
    newest = series.last[1]
    if passes:
        frozen = series.value[-FROZEN_UPDATES:]
        if len(frozen) == FROZEN_UPDATES and (np.abs(frozen) < FROZEN_KL).all():
            return "a KL of almost 0 is no sign of health: the policy hardly changes any more"
        return ""
    z = kl_z(series.value)
    told = "too few points for a z" if z is None else f"z = {z:.1f}"
    if not np.isfinite(newest):
        return "the evidence agrees: a KL that is no number means that the update failed"
    if newest > SPIKE_KL and (z is None or z > SPIKE_Z):
        return f"the evidence agrees: above {SPIKE_KL} and out of the ordinary ({told})"
    spike = "no spike" if z is None or z <= SPIKE_Z else "a jump, though a small one"
    if newest < NORMAL_KL:
        return f"below {NORMAL_KL} is normal for PPO, {spike} ({told})"
    return f"higher than usual for PPO, {spike} ({told}); worrying if it stays above {SPIKE_KL}"


def explained_variance(run: RunFacts) -> str:
    """How good the critic is, as the end of a sentence; "" if it isn't logged."""
    found = latest(run.reader, "train/explained_variance", "", run.until)
    if found is None or not np.isfinite(found.value):
        return ""
    return f"; judge the critic by its explained variance, now {found.value:.2f} (1 is perfect)"
