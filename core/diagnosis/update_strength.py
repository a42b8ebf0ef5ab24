"""How much an update can change the policy: learning rate and clip range as they were set.

KL falls with the square of the learning rate (its first order in the step of the parameters
is zero), and clipping bounds the ratio, so KL falls with the square of the clip range too.
A schedule's end is rest: KL is compared with the share of both that is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.language import Message
from core.telemetry.interventions import setting_changes

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

# Below this share of its usual strength, KL of an update that works is lost in the rounding
# of single precision (1e-9 of 1e-6), so that rest and death look the same.
AT_REST = 0.04
_USUAL = 90  # percentile: a jump of the learning rate for a few updates is not the usual one
KILLED_WITHIN = 20  # updates between a jump of KL and the death that it explains


def strengths(moment: RunView, kl: Series) -> np.ndarray:
    """By update: the share of the run's usual learning rate and clip range, at most 1.

    1 where neither is logged; a constant one is usual, however low.
    """
    rate, clip = (_share(moment, f"train/{name}", kl) for name in ("learning_rate", "clip_range"))
    return np.asarray(rate * clip)


def _share(moment: RunView, name: str, kl: Series) -> np.ndarray:
    own = moment.of_attempt(moment.series(name)).finite()
    if not len(own) or not len(kl) or np.ptp(own.value) == 0.0:
        return np.ones(len(kl))
    usual = float(np.percentile(own.value, _USUAL))
    if usual <= 0.0:
        return np.ones(len(kl))
    order = np.argsort(own.step, kind="stable")
    places = np.searchsorted(own.step[order], kl.step, side="right") - 1
    known = own.value[order][np.maximum(places, 0)] / usual
    return np.where(places >= 0, np.clip(known, 0.0, 1.0), 1.0)


def jump_before(kl: Series, step: int, high: float) -> tuple[int, float] | None:
    """Step and height of the highest KL in the updates before a step; None below ``high``."""
    before = int(np.searchsorted(kl.step, step, "left"))
    first = max(0, before - KILLED_WITHIN)
    values = kl.value[first:before]
    values = np.where(np.isfinite(values), values, np.inf)
    if not len(values) or not values.max() > high:
        return None
    place = first + int(values.argmax())
    return int(kl.step[place]), float(values.max())


def rate_at(moment: RunView, kl: Series, step: int) -> Message | None:
    """The learning rate at an update, and how it changed right before; None: not logged."""
    rate = moment.of_attempt(moment.series("train/learning_rate")).finite()
    places = np.flatnonzero(rate.step <= step)
    if moment.reader is None or not len(places):
        return None
    # An update is logged one iteration after the settings it was made with, or with them.
    earlier = kl.step[kl.step < step]
    since = int(earlier[-2]) if len(earlier) > 1 else 0
    for change in reversed(setting_changes(moment.reader, moment.until)):
        if change.setting == "learning_rate" and since <= change.step <= step:
            return Message(
                "learning rate {before:.3g} → {after:.3g} there",
                before=change.before,
                after=change.after,
            )
    return Message("learning rate {rate:.3g} there", rate=float(rate.value[places[-1]]))
