"""overfitting: the policy earns on its training data and loses on data it has not seen.

Two forms. *Never positive*: the newest validations all have a Sharpe ratio below 0 while the
training reward has risen above 0, so what was learned does not carry over. *Past its best*:
the validation level has fallen from its best while the training reward still rises, the
classic picture of learning curves (Goodfellow, Bengio, Courville: Deep Learning, 7.8).

Validations are few, and noisy: a median of 5 is a level, and a fall counts beyond 3 times the
scatter of single validations. Where training loses too, nothing was learned that could fail to
carry over: that is not overfitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.medians import moving_median
from core.language import Message, plural
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.diagnosis.reward_level import Array, RewardLevels
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

SHARPE, FOREIGN = "eval/sharpe", "eval/mean_reward"
LEAST = 8  # validations: with a true Sharpe of 0, all below 0 happens once in 256
MOSTLY = 0.75  # share of the training reward's points beside them that are above 0
RISEN = 3.0  # times the scatter of a single point of the training reward
LEVEL = 5  # validations of a level, a median
BEYOND = 3.0  # times the scatter of a single validation
CLEARS_AFTER = 3  # validations without it
_REPLAYED = 400  # validations; an alarm that began earlier is still firing, or has cleared


@dataclass(frozen=True)
class _Validated:
    """Each validation beside the training reward up to its step."""

    series: Series
    rewards: RewardLevels
    at: Array  # position of the newest reward point at each validation

    @property
    def reward(self) -> Array:
        """Level of the training reward at each validation."""
        return self.rewards.now[self.at]

    @property
    def losing(self) -> Array:
        """The newest 8 validations are all below 0, while training earns, and learned to."""
        found = _held(self.series.value < 0.0, LEAST)
        found[:-_REPLAYED] = False  # only the newest are asked for
        for place in np.flatnonzero(found).tolist():
            found[place] = self._earns(place)
        return found

    def beside(self, place: int) -> Array:
        """The training reward while the 8 validations up to this one were made."""
        first = self.at[max(place - LEAST + 1, 0)]
        return self.rewards.series.value[first : self.at[place] + 1].astype(float)

    def _earns(self, place: int) -> bool:
        values, noise = self.beside(place), self.rewards.noise
        level = float(np.median(values))
        mostly = bool((values > 0.0).mean() >= MOSTLY)
        return mostly and level > noise and level - self.rewards.start > RISEN * noise

    @cached_property
    def levels(self) -> Array:
        """Median of the newest 5 validations; NaN before there are so many."""
        found = np.full(len(self.series), np.nan)
        if len(self.series) >= LEVEL:
            found[LEVEL - 1 :] = moving_median(self.series.value.astype(float), LEVEL)
        return found

    @property
    def scatter(self) -> float:
        """Standard deviation of a single validation around its neighbours."""
        steps = np.diff(self.series.value.astype(float))
        return float(1.4826 * np.median(np.abs(steps)) / np.sqrt(2.0)) if len(steps) else 0.0

    @cached_property
    def best_at(self) -> Array:
        """Position of the best level so far; -1 before there is one."""
        levels = np.where(np.isfinite(self.levels), self.levels, -np.inf)
        before = np.concatenate([[-np.inf], np.maximum.accumulate(levels)[:-1]])
        places = np.where(levels > before, np.arange(len(levels)), -1)
        return np.maximum.accumulate(places)

    @property
    def fallen(self) -> Array:
        """The level fell from its best beyond noise while the reward rose beyond noise."""
        levels, best = self.levels, self.best_at
        known = best >= 0
        places = np.maximum(best, 0)
        fall = np.where(known, levels[places] - levels, 0.0)
        rise, margin = self.reward - self.reward[places], self.rewards.margin[self.at]
        apart = np.arange(len(levels)) - places >= LEVEL  # no validation is in both levels
        return known & apart & (fall > BEYOND * self.scatter) & (fall > 0) & (rise > margin)


def overfitting(moment: RunView) -> ScenarioResult:
    """WARNING while it lasts. Judged at every validation."""
    series, name = moment.series(SHARPE).finite(), Message("Sharpe")
    if not len(series):
        series, name = moment.series(FOREIGN).finite(), Message("reward")
    if not len(series):
        return no_data(
            Message(
                "No validation logged: neither {ours} nor {foreign}.", ours=SHARPE, foreign=FOREIGN
            )
        )
    if len(series) < LEAST:
        return no_data(
            plural(
                "{n} validation; {needed} are needed.",
                "{n} validations; {needed} are needed.",
                len(series),
                needed=LEAST,
            )
        )
    rewards = moment.reward_levels
    if rewards is None:
        return no_data(Message("The training reward has too few points for a level."))
    seen = _beside(series, rewards)
    return _never_positive(seen) or _past_its_best(seen, name) or _quiet(seen, name)


def _beside(series: Series, rewards: RewardLevels) -> _Validated:
    """The reward's level at the step of each validation."""
    at = np.searchsorted(rewards.series.step, series.step, side="right") - 1
    return _Validated(series, rewards, np.clip(at, 0, len(rewards.now) - 1))


def _never_positive(seen: _Validated) -> ScenarioResult | None:
    if seen.series.tag != SHARPE:
        return None  # the zero of another environment's reward means nothing
    status = _state(seen.losing)
    if status is FindingStatus.OK:
        return _both_lose(seen)
    value, step = seen.series.value, seen.series.step
    streak = _newest_streak(value < 0.0) if value[-1] < 0 else 0
    lost, n, best = int((value < 0).sum()), len(value), int(value.argmax())
    beside = seen.beside(n - 1)
    reward = {"start": seen.rewards.start, "now": float(np.median(beside))}
    if status is FindingStatus.RECOVERING:
        headline = Message(
            "Validation Sharpe {sharpe:.2f}: recovers from overfitting, {lost} of {n} validations "
            "were below 0.",
            sharpe=float(value[-1]),
            lost=lost,
            n=n,
        )
    elif lost == n:
        headline = Message(
            "Overfitting: validation Sharpe below 0 in all {n} validations, training reward "
            "{start:.4g} → {now:.4g}.",
            n=n,
            **reward,
        )
    else:
        headline = Message(
            "Overfitting: validation Sharpe below 0 in the last {streak} of {n} validations, "
            "training reward {start:.4g} → {now:.4g}.",
            streak=streak,
            n=n,
            **reward,
        )
    against = (
        (
            Message(
                "best validation Sharpe {best:.2f} at step {step:,}: that model is kept",
                best=float(value[best]),
                step=int(step[best]),
            ),
        )
        if value[best] > 0
        else ()
    )
    since = int(step[n - streak]) if streak else int(step[-1])
    return ScenarioResult(
        status,
        headline,
        Severity.WARNING,
        since,
        (
            Message(
                "last validation Sharpe {last:.2f}, mean of the last {count} {mean:.2f}",
                last=float(value[-1]),
                count=LEAST,
                mean=float(value[-LEAST:].mean()),
            ),
            Message(
                "training reward meanwhile: median {now:.4g}, {share:.0%} of its points above 0; at "
                "the start {start:.4g}",
                share=float((beside > 0.0).mean()),
                **reward,
            ),
        ),
        against,
        kind="NEVER_POSITIVE" if lost == n else "NOT_POSITIVE",
    )


def _both_lose(seen: _Validated) -> ScenarioResult | None:
    """Validation loses, and training has not learned to earn: not overfitting, not done either."""
    value, now = seen.series.value, float(np.median(seen.beside(len(seen.series) - 1)))
    if not (value[-LEAST:] < 0).all():
        return None
    return ScenarioResult(
        FindingStatus.PENDING,
        Message(
            "Validation Sharpe below 0 in the last {n} validations; the training reward ({now:.4g}) "
            "has not clearly risen above 0 either: not overfitting, not learned.",
            n=_newest_streak(value < 0.0),
            now=now,
        ),
        kind="BOTH_LOSE",
    )


def _past_its_best(seen: _Validated, name: Message) -> ScenarioResult | None:
    status = _state(seen.fallen)
    if status is FindingStatus.OK:
        return None
    levels, best = seen.levels, int(seen.best_at[-1])
    numbers = {
        "name": name,
        "best": float(levels[best]),
        "now": float(levels[-1]),
        "step": int(seen.series.step[best]),
        "then": float(seen.reward[best]),
        "reward": float(seen.reward[-1]),
    }
    return ScenarioResult(
        status,
        Message(
            "Overfitting: validation {name} {best:.4g} → {now:.4g} since step {step:,}, training "
            "reward {then:.4g} → {reward:.4g}.",
            **numbers,
        )
        if status is FindingStatus.FIRING
        else Message(
            "Validation {name} {now:.4g}, best median {best:.4g} at step {step:,}: recovers from "
            "overfitting.",
            **numbers,
        ),
        Severity.WARNING,
        int(seen.series.step[best]),
        (
            Message(
                "levels are medians of {count} validations; a fall below {noise:.3g} is noise",
                count=LEVEL,
                noise=BEYOND * seen.scatter,
            ),
        ),
        kind="PAST_ITS_BEST",
    )


def _quiet(seen: _Validated, name: Message) -> ScenarioResult:
    levels = seen.levels
    return clear(
        Message(
            "Validation {name} {now:.4g} (median of {count}), best median of {count} {best:.4g}: no "
            "overfitting.",
            name=name,
            now=float(levels[-1]),
            best=float(np.nanmax(levels)),
            count=LEVEL,
        )
    )


def _state(holds: Array) -> FindingStatus:
    return alarm_state([bool(each) for each in holds[-_REPLAYED:]], 1, CLEARS_AFTER)


def _held(holds: Array, count: int) -> Array:
    """Places at which it held ``count`` times in a row."""
    found = np.zeros(len(holds), dtype=bool)
    if len(holds) >= count:
        found[count - 1 :] = sliding_window_view(holds, count).all(axis=1)
    return found


def _newest_streak(holds: Array) -> int:
    """How often it held in a row, at the end."""
    missed = np.flatnonzero(~holds)
    return len(holds) - (int(missed[-1]) + 1 if len(missed) else 0)
