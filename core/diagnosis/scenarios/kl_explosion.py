"""kl_explosion: updates change the policy far too much.

Rules on log10(KL), measured on 376 public runs by the share that is followed by a
reward drop above 30 % within 60 points (14.5 % without any rule): a jump above 0.5,
34 %; z above 6 and KL above 0.1, 45 %; three points in a row above 0.1, 55 %.

A spike is over when KL is usual again, and what is usual is the run's own: below 0.05, or
within 3 robust deviations (one of 700 updates is further away by chance) of its median. An
update of a dead policy (policy_dead) is no calm.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.medians import middles
from core.diagnosis.reward_gain import RewardGain, reward_gain
from core.diagnosis.trend import reward_trend
from core.language import Message, joined, plural
from core.state_words import capitals
from core.vocabulary import FindingStatus, Severity, Trend

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.playbook import Playbook
    from core.telemetry import Series

JUMP = 0.5  # the manual's, if the playbook has none
HIGH = 0.1
HIGH_IN_A_ROW = 3
# An update of a KL above 1 makes another policy: in a row, no rising reward excuses that.
REPLACED = 1.0
SPIKE_Z = 6.0
PAST, MIN_PAST = 30, 10
SPREAD_FLOOR = 0.1  # dex
CALM, USUAL_Z = 0.05, 3.0
DEAD_KL = 1e-6  # of an update that changes nothing: see policy_dead
JUDGED_AFTER = 10  # updates, until the mean reward of 100 episodes tells what a spike did
# Counted on the public runs: the share of healthy ones that cross the manual's limit.
COUNTED_AT, CROSSED_BY_HEALTHY = 0.01, 0.97
CALM_TO_RECOVER, CALM_TO_CLEAR = 3, 20
_TINY = 1e-12  # KL of 0, and the slightly negative ones of SB3 before 1.1


def kl_explosion(moment: RunView) -> ScenarioResult:
    """WARN: z > 6 and KL > 0.1. CRITICAL: 3 in a row > 0.1, a jump > 0.5, or NaN."""
    whole = moment.series("train/approx_kl")
    if not len(whole):
        return no_data(Message("No KL divergence logged yet."))
    jump = moment.playbook.scenario_limit("kl_explosion", "threshold", JUMP)
    values = whole.value
    # An earlier attempt's explosion ended with it.
    own = np.arange(len(whole)) >= len(whole) - len(moment.of_attempt(whole))
    with np.errstate(invalid="ignore"):
        high = values > HIGH
        scores = z_scores(values, np.flatnonzero(high & own))
        row, replaced = _in_a_row(high), _in_a_row(values > REPLACED)
        broken, jumped, spike = ~np.isfinite(values), values > jump, high & (scores > SPIKE_Z)
    critical = (broken | jumped | row) & own
    trigger = critical | (spike & own)
    newest, step = float(values[-1]), int(whole.step[-1])
    median = math.nan if np.isnan(values).all() else float(np.nanmedian(values))
    typical = plural(
        "median {median:.3g} over {n:,} update",
        "median {median:.3g} over {n:,} updates",
        len(whole),
        median=median,
    )
    if not trigger.any():
        if high[-1] and own[-1]:
            return ScenarioResult(
                FindingStatus.PENDING,
                Message("High KL {kl:.3g} at step {step:,}; not confirmed.", kl=newest, step=step),
                Severity.WARNING,
                step,
                (
                    Message(
                        "KL {kl:.3g} above {high} at step {step:,} ({typical})",
                        kl=newest,
                        high=HIGH,
                        step=step,
                        typical=typical,
                    ),
                ),
            )
        return clear(
            Message(
                "KL {kl:.3g} at step {step:,}; {typical}.", kl=newest, step=step, typical=typical
            ),
            *_normal(whole, moment.playbook),
        )
    last = int(np.flatnonzero(trigger)[-1])
    usual = _usual(values, trigger)
    calm = _calm_points(values[last + 1 :], usual)
    if calm >= CALM_TO_CLEAR:
        return clear(
            Message(
                "KL {kl:.3g} at step {step:,}: {calm} calm updates since the spike at step {spike:,}.",
                kl=newest,
                step=step,
                calm=calm,
                spike=int(whole.step[last]),
            ),
            *_normal(whole, moment.playbook),
        )
    begin = _episode_begin(trigger, last)
    kinds = (
        (broken, Message("KL NaN or infinite")),
        (jumped, Message("KL jumped above {jump:g}", jump=jump)),
        (
            row,
            Message(
                "KL above {high} in {count} consecutive updates", high=HIGH, count=HIGH_IN_A_ROW
            ),
        ),
        (
            spike,
            Message(
                "KL more than {z:g} robust deviations above the previous {past} updates",
                z=SPIKE_Z,
                past=PAST,
            ),
        ),
    )
    chosen = slice(begin, last + 1)
    evidence = tuple(
        Message("{fact}: {places}", fact=fact, places=_places(whole, mask & own, chosen))
        for mask, fact in kinds
        if (mask & own)[chosen].any()
    )
    gain = reward_gain(moment)
    rising = gain is not None and _rises_on(moment, int(whole.step[begin]), values, gain)
    excused = rising and not (broken | replaced)[chosen].any()
    severe = bool(critical[chosen].any()) and not excused
    finite = values[chosen][np.isfinite(values[chosen])]
    peak = (
        Message("up to {kl:.3g}", kl=float(finite.max()))
        if len(finite)
        else Message("NaN or infinite")
    )
    return ScenarioResult(
        FindingStatus.RECOVERING if calm >= CALM_TO_RECOVER else FindingStatus.FIRING,
        Message(
            "KL explosion since step {step:,}: {peak}, {typical}.",
            step=int(whole.step[begin]),
            peak=peak,
            typical=typical,
        ),
        Severity.CRITICAL if severe else Severity.WARNING,
        int(whole.step[begin]),
        evidence,
        _against(moment, calm, usual) + ((gain.sentence,) if gain is not None and rising else ()),
    )


def _in_a_row(holds: np.ndarray) -> np.ndarray:
    """Updates at which it held, as it did in the two before, shape (n,)."""
    row = holds.copy()
    for back in range(1, HIGH_IN_A_ROW):
        row[back:] &= holds[:-back]
        row[:back] = False
    return row


def z_scores(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """How far KL is above the 30 updates before it, in robust deviations of log10(KL).

    (log10(KL) - median) / (1.4826 MAD), the divisor at least 0.1.

    :param values: KL by update, shape (n,).
    :param places: positions to score.
    :returns: shape (n,); NaN elsewhere and with fewer than 10 updates before.
    """
    logs = np.log10(np.maximum(np.where(np.isfinite(values), values, np.nan), _TINY))
    scores = np.full(len(logs), np.nan)
    past = sliding_window_view(np.concatenate([np.full(PAST, np.nan), logs]), PAST)[places]
    whole = np.isfinite(past).all(axis=1)
    middle, spread = _middle(past[whole])
    scores[places[whole]] = (logs[places[whole]] - middle) / spread
    for i, window in zip(places[~whole], past[~whole], strict=True):
        if np.isfinite(window).sum() >= MIN_PAST:
            middle, spread = _middle(window[np.isfinite(window)])
            scores[i] = (logs[i] - middle) / spread
    return scores


def _middle(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Medians of log10(KL) of each row, and robust deviations (1.4826 MAD), at least 0.1."""
    middle = middles(np.sort(logs))
    apart = np.sort(np.abs(logs - middle[..., None]))
    return middle, np.maximum(SPREAD_FLOOR, 1.4826 * middles(apart))


def _usual(values: np.ndarray, trigger: np.ndarray) -> float:
    """The highest KL that is usual in this run: at least 0.05."""
    with np.errstate(invalid="ignore"):
        logs = np.log10(values[np.isfinite(values) & (values >= DEAD_KL) & ~trigger])
    if len(logs) < MIN_PAST:
        return CALM
    middle, spread = _middle(logs)
    return max(CALM, float(10 ** (middle + USUAL_Z * spread)))


def _calm_points(later: np.ndarray, usual: float) -> int:
    """Longest streak of calm updates since the trigger; one that is long enough clears it."""
    longest = row = 0
    for value in later:
        row = row + 1 if value < usual and abs(value) >= DEAD_KL else 0
        longest = max(longest, row)
        if longest >= CALM_TO_CLEAR:
            return longest
    return row


def _rises_on(moment: RunView, begin: int, values: np.ndarray, gain: RewardGain) -> bool:
    """Whether the reward rose to its best through the high KL: it is a warning then."""
    if not gain.healthy or (np.abs(values[-MIN_PAST:]) < DEAD_KL).any():
        return False
    reward = moment.series("rollout/ep_rew_mean").finite()
    before, since = reward.value[reward.step < begin], reward.value[reward.step >= begin]
    if len(since) < JUDGED_AFTER:
        return False
    return gain.now - float(before.max(initial=gain.start)) > gain.noise


def _episode_begin(trigger: np.ndarray, last: int) -> int:
    """The first trigger of the episode: triggers closer together than the clearing streak."""
    places = np.flatnonzero(trigger[: last + 1])
    breaks = np.flatnonzero(np.diff(places) > CALM_TO_CLEAR)
    return int(places[breaks[-1] + 1] if len(breaks) else places[0])


def _places(series: Series, mask: np.ndarray, chosen: slice) -> Message:
    """The newest three places, and how many there are if more."""
    places = np.flatnonzero(mask[chosen]) + chosen.start
    shown = joined(
        (
            Message(
                "{kl:.3g} at step {step:,}", kl=float(series.value[i]), step=int(series.step[i])
            )
            for i in places[-3:]
        ),
        ", ",
    )
    if len(places) <= 3:
        return shown
    return Message("{count} times, most recently {places}", count=len(places), places=shown)


def checked_limit(playbook: Playbook) -> float | None:
    """The limit of the playbook's check of the KL divergence; None without such a check."""
    limits = (c.threshold for c in playbook.checks.values() if c.metric == "kl_divergence")
    return next((float(limit) for limit in limits if isinstance(limit, (int, float))), None)


def _normal(series: Series, playbook: Playbook) -> tuple[Message, ...]:
    limit = checked_limit(playbook)
    above = 0 if limit is None else int((series.finite().value > limit).sum())
    if not above:
        return ()
    return (
        plural(
            "{above:,} of {n:,} update above {limit}; {healthy:.0%} of healthy public runs have "
            "updates above {counted}",
            "{above:,} of {n:,} updates above {limit}; {healthy:.0%} of healthy public runs have "
            "updates above {counted}",
            len(series),
            above=above,
            limit=limit,
            healthy=CROSSED_BY_HEALTHY,
            counted=COUNTED_AT,
        ),
    )


def _against(moment: RunView, calm: int, usual: float) -> tuple[Message, ...]:
    found = []
    if calm:
        found.append(
            plural(
                "{n} calm update (below {limit:.2g}) since; the alarm clears after {needed}",
                "{n} calm updates (below {limit:.2g}) since; the alarm clears after {needed}",
                calm,
                limit=usual,
                needed=CALM_TO_CLEAR,
            )
        )
    if moment.reader is None:
        return tuple(found)
    trend = reward_trend(moment.reader, moment.until)
    if trend.label in (Trend.INCREASING, Trend.STABLE):
        found.append(
            Message("reward {trend} ({numbers})", trend=capitals(trend.label), numbers=trend.why)
        )
    return tuple(found)
