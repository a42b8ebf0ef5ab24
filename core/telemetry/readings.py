"""Readings of a run for checks and pages, each with its source, step and time.

Every function takes a reader and a real moment; only events up to it count. None
means that there is no value; :func:`core.telemetry.absence.absence` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.language import Message, plural
from core.reading import LATEST, Reading
from core.telemetry.aliases import find
from core.telemetry.frameworks import is_positive_entropy
from core.telemetry.series import Series, empty
from core.timestamps import from_unix

if TYPE_CHECKING:
    from datetime import datetime

    from core.telemetry.run_events import RunEvents

RANGE_POINTS = 60  # iterations whose speeds give the range of the time remaining
RATE_POINTS = 10  # steps/s is taken over the last ten iterations (diagnostics.md section 4)

REWARD = "rollout/ep_rew_mean"  # SB3's mean of its last 100 episodes
OF_EPISODES = Message("last 100 episodes")
OF_UPDATE = Message("last update")
OF_MINIBATCH = Message("last minibatch")
OF_VALIDATION = Message("last validation")

# Written once an iteration by SB3 and CleanRL, in order of preference.
_PACE = (
    "time/fps", "rollout/ep_rew_mean", "train/loss", "train/approx_kl", "train/value_loss",
)  # fmt: skip


def _unix(until: datetime | None) -> float | None:
    return None if until is None else until.timestamp()


def known_series(reader: RunEvents, name: str, until: datetime | None = None) -> Series:
    """The stitched series of a metric, under whatever name it was logged."""
    tag = find(name, reader.tags())
    if tag is None:
        return empty(name)
    series = reader.series(tag, _unix(until))
    if is_positive_entropy(tag):
        return Series(tag, series.step, series.wall, -series.value, series.source)
    return series


def pace_series(reader: RunEvents, until: datetime | None = None) -> Series:
    """The series of a tag that is logged once per iteration; it measures progress.

    Without a known one, the tag with the most points.
    """
    tags = reader.tags()
    for name in _PACE:
        if find(name, tags) and len(series := known_series(reader, name, until)):
            return series
    every = [reader.series(tag, _unix(until)) for tag in tags]
    return max(every, key=len, default=empty(""))


def of_newest_attempt(reader: RunEvents, series: Series, until: datetime | None = None) -> Series:
    """The points that the newest attempt wrote; all points until it has written one."""
    return reader.newest_attempt(series, _unix(until))


def latest(
    reader: RunEvents, name: str, unit: str, until: datetime | None, window: Message = LATEST
) -> Reading | None:
    """The newest value of a metric as logged, so it may be NaN.

    :param window: what the value was taken over.
    """
    series = known_series(reader, name, until)
    if not len(series):
        return None
    step, value = series.last
    return Reading(value, unit, window, _source(series), step, _moment(series))


def _source(series: Series) -> str:
    return f"{series.source}: {series.tag}"


def _moment(series: Series) -> datetime | None:
    """None for a point without a usable wall time."""
    try:
        return series.last_at
    except (ValueError, OverflowError, OSError):
        return None


def last_reward(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """Mean reward of the last 100 episodes (``rollout/ep_rew_mean``)."""
    ours = find(REWARD, reader.tags()) == REWARD  # another trainer's own window is not known
    return latest(reader, REWARD, "", until, OF_EPISODES if ours else LATEST)


def last_kl(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """KL divergence of the last update (``train/approx_kl``)."""
    return latest(reader, "train/approx_kl", "", until, OF_UPDATE)


def policy_loss(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """Policy loss of the last update (``train/policy_gradient_loss``)."""
    return latest(reader, "train/policy_gradient_loss", "", until, OF_UPDATE)


def value_loss(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """Value loss of the last update (``train/value_loss``)."""
    return latest(reader, "train/value_loss", "", until, OF_UPDATE)


def total_loss(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """``train/loss``: of the last minibatch only."""
    return latest(reader, "train/loss", "", until, OF_MINIBATCH)


def entropy(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """Entropy of the policy in nats, positive for discrete actions (SB3 logs minus it)."""
    reading = latest(reader, "train/entropy_loss", "nats", until)
    if reading is None:
        return None
    return Reading(
        -reading.number, "nats", reading.window, reading.source, reading.step, reading.at
    )


def entropy_series(reader: RunEvents, until: datetime | None = None) -> Series:
    """The policy's entropy, whatever sign it was logged with: it falls while a policy settles."""
    minus = known_series(reader, "train/entropy_loss", until)
    return Series(minus.tag, minus.step, minus.wall, -minus.value, minus.source)


def entropy_share(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """Entropy as a share of the highest so far, 1 at random and 0 at collapse.

    Events don't contain the number of actions, so the maximum is the run's own highest
    entropy; a new policy starts near ln(n). None with continuous actions (negative entropies,
    or a std is logged): theirs has no highest value.
    """
    series = entropy_series(reader, until).finite()
    entropies = series.value
    if (
        len(known_series(reader, "train/std", until))
        or not len(entropies)
        or entropies.min() < 0
        or entropies.max() <= 0
    ):
        return None
    share = float(entropies[-1] / entropies.max())
    return Reading(
        share,
        "",
        Message("of its highest so far"),
        _source(series),
        int(series.step[-1]),
        _moment(series),
    )


def learning_rate(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """The learning rate in force (``train/learning_rate``)."""
    return latest(reader, "train/learning_rate", "", until)


def validation_sharpe(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """Sharpe ratio on the validation slice at the last evaluation (``eval/sharpe``)."""
    return latest(reader, "eval/sharpe", "", until, OF_VALIDATION)


def steps_per_second(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """Steps per second over the last ten iterations, from step and wall-time differences.

    Not ``time/fps``, which is a mean since the start and hides a slowdown. A window never
    spans a restart.
    """
    series = of_newest_attempt(reader, pace_series(reader, until), until)
    if not len(series):
        return None
    first = max(0, len(series) - 1 - RATE_POINTS)
    steps, walls = series.step[first:], series.wall[first:]
    if len(steps) < 2 or not walls[-1] > walls[0] or steps[-1] <= steps[0]:
        return None
    rate = float(steps[-1] - steps[0]) / float(walls[-1] - walls[0])
    window = plural("last iteration", "last {n} iterations", len(steps) - 1)
    source = Message("{tag}, step and wall time", tag=_source(series))
    return Reading(rate, "steps/s", window, source, int(steps[-1]), _moment(series))


def last_step(reader: RunEvents, until: datetime | None = None) -> Reading | None:
    """The newest step of the run."""
    series = pace_series(reader, until)
    if not len(series):
        return None
    return Reading(
        int(series.step[-1]), "steps", source=_source(series), step=int(series.step[-1]),
        at=_moment(series),
    )  # fmt: skip


def progress(
    reader: RunEvents, until: datetime | None = None, total_steps: int | None = None
) -> Reading | None:
    """Share of the total steps that is done, from 0 to 1; without a total, the step."""
    step = last_step(reader, until)
    if step is None or not total_steps:
        return step
    share = min(1.0, max(0.0, step.number / total_steps))
    window = Message("{done:,} of {total:,} steps", done=step.value, total=total_steps)
    return Reading(share, "", window, step.source, step.step, step.at)


def time_remaining(
    reader: RunEvents, total_steps: int, until: datetime | None = None
) -> Reading | None:
    """Real seconds until the total is reached, at the measured speed. 0 when it is."""
    step = last_step(reader, until)
    if step is None:
        return None
    left = max(0, total_steps - step.number)
    if left == 0:
        return Reading(0.0, "s", Message("all steps done"), step.source, step.step, step.at)
    rate = steps_per_second(reader, until)
    if rate is None:
        return None
    return Reading(left / rate.number, "s", rate.window, rate.source, step.step, step.at)


def time_remaining_range(
    reader: RunEvents, total_steps: int, until: datetime | None = None
) -> tuple[float, float] | None:
    """Shortest and longest real seconds remaining, at recent speeds.

    From the 10th and 90th percentile of the ten-iteration speeds among the last
    :data:`RANGE_POINTS` iterations of the newest attempt. None with fewer than five speeds.
    """
    series = of_newest_attempt(reader, pace_series(reader, until), until)
    steps, walls = series.step[-RANGE_POINTS:], series.wall[-RANGE_POINTS:]
    passed = walls[RATE_POINTS:] - walls[:-RATE_POINTS]
    gained = steps[RATE_POINTS:] - steps[:-RATE_POINTS]
    rates = gained[passed > 0] / passed[passed > 0]
    rates = rates[rates > 0]
    if len(rates) < 5:
        return None
    left = max(0, total_steps - int(series.step[-1]))
    slow, fast = np.quantile(rates, (0.1, 0.9))
    return left / float(fast), left / float(slow)


def freshness(reader: RunEvents, until: datetime) -> Reading | None:
    """Real seconds between the newest scalar and ``until``."""
    last = reader.last_event(until.timestamp())
    if last is None:
        return None
    age = max(0.0, until.timestamp() - last.wall)
    return Reading(age, "s", source="newest event", step=last.step, at=from_unix(last.wall))


def readings(
    reader: RunEvents, total_steps: int | None = None, until: datetime | None = None
) -> dict[str, Reading]:
    """All readings by name; those without a value are left out."""
    found: dict[str, Reading | None] = {
        "step": last_step(reader, until),
        "steps_per_second": steps_per_second(reader, until),
        "last_reward": last_reward(reader, until),
        "validation_sharpe": validation_sharpe(reader, until),
        "kl": last_kl(reader, until),
        "policy_loss": policy_loss(reader, until),
        "value_loss": value_loss(reader, until),
        "total_loss": total_loss(reader, until),
        "entropy": entropy(reader, until),
        "entropy_share": entropy_share(reader, until),
        "learning_rate": learning_rate(reader, until),
    }
    if total_steps:
        found["progress"] = progress(reader, until, total_steps)
        found["time_remaining"] = time_remaining(reader, total_steps, until)
    if until is not None:
        found["freshness"] = freshness(reader, until)
    return {name: reading for name, reading in found.items() if reading is not None}
