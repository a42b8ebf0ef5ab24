"""critic_useless: the value function predicts nothing, or its loss left the reward's scale.

Explained variance: 1 is perfect, 0 as good as a constant, below 0 worse. Below 0 in 8 block
means after a grace period is the reference's warning (diagnostics.md section 4). In the last
quarter of public runs its median is -0.05 / 0.30 / 0.95 (5 / 50 / 95 %), so values that
change sign around 0 say little: sparse rewards give them. It is blind to a constant error: a
critic that first learns the level of the returns stays at 0 while its loss falls. Value loss has the scale of the
reward squared; SB3 issue #737 names 1e7 as a reason to scale rewards, but only the
comparison with the run's own reward says whether it is too high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.reward_gain import RewardGain, reward_gain
from core.diagnosis.trend import BLOCK_POINTS, WANTED_BLOCKS, block_means, trend
from core.language import Message, plural
from core.telemetry import Series
from core.vocabulary import FindingStatus, Severity, Trend

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView

GRACE = 10  # updates: a new critic predicts nothing
NOTHING = 1e-3  # explained variance of a constant, with the rounding of single precision
NEGATIVE = -0.05  # mean of the blocks: below the 5 % of public runs
LONG = 3 * WANTED_BLOCKS  # blocks, for values nearer to 0
ABSURD_EV = -1.0  # errors with twice the variance of the returns
PREDICTS = 0.3  # the median of public runs
HALVED = 0.5  # value loss, against the run's first updates or since it explains nothing
TRIPLED = 3.0  # value loss, against its lowest level: the critic got worse
PREDICTED = PREDICTS / 2  # median of the 8 blocks before: a critic that did its work
SMALL_ERROR = 0.05  # of the highest reward: such a critic is good enough, whatever its share
ABSURD_LOSS = 1e10
BEYOND = 1e6  # times the highest reward squared
GROWTH = 1e3  # times, beyond the growth of the reward squared
LEAST_GROWTH_UPDATES = 20
_NOW = 5  # updates


def critic_useless(moment: RunView) -> ScenarioResult:
    """WARN: explained variance not above 0 for 8 blocks, or a value loss out of scale.

    PENDING while the reward rises all the same, or the value loss falls.
    """
    explained = moment.of_attempt(moment.series("train/explained_variance")).finite()
    loss = moment.of_attempt(moment.series("train/value_loss")).finite()
    if not len(explained) and not len(loss):
        return no_data(Message("No explained variance and no value loss logged yet."))
    gain = reward_gain(moment)
    predicted = float(np.median(explained.value[-_NOW:])) if len(explained) else None
    scale = _out_of_scale(moment, loss, gain, predicted)
    if scale is not None:
        since, why = scale
        return ScenarioResult(
            FindingStatus.FIRING,
            Message("Value loss out of scale: {why}.", why=why),
            Severity.WARNING,
            since,
            (why, *_explained_now(explained)),
            () if gain is None else (gain.sentence,),
            kind="VALUE_LOSS",
        )
    return _by_explained_variance(moment, explained, loss, gain)


def _by_explained_variance(
    moment: RunView, explained: Series, loss: Series, gain: RewardGain | None
) -> ScenarioResult:
    later = explained.where(slice(GRACE, None))
    means = block_means(later)
    if len(means) < WANTED_BLOCKS:
        if not len(explained):
            return clear(Message("Value loss {loss:.3g}: in scale.", loss=loss.last[1]))
        return no_data(
            plural(
                "{n} block of {size} updates with an explained variance; {wanted} are needed.",
                "{n} blocks of {size} updates with an explained variance; {wanted} are needed.",
                len(means),
                size=BLOCK_POINTS,
                wanted=WANTED_BLOCKS,
            )
        )
    recent = means[-WANTED_BLOCKS:]
    row = _row_not_above(means)
    constant = bool((np.abs(recent) <= NOTHING).all())
    # One update of returns that hardly differ makes a mean of any size.
    middle = float(np.median(recent))
    # Healthy runs stay a little below 0 for long while they learn: without a reward that
    # shows whether they do, only a constant or an absurd critic is useless.
    negative = middle <= (NEGATIVE if gain is not None else ABSURD_EV)
    useless = row >= WANTED_BLOCKS and (constant or negative or row >= LONG)
    if not useless:
        step, value = explained.last
        return clear(
            Message(
                "Explained variance {value:.2f} at step {step:,}; {row} of the last {blocks} blocks "
                "not above 0.",
                value=value,
                step=step,
                row=int((recent <= NOTHING).sum()),
                blocks=WANTED_BLOCKS,
            )
        )
    since = int(later.step[max(0, len(later) - row * BLOCK_POINTS)])
    fact = Message(
        "explained variance not above 0 in {row} blocks of {size} updates, since step {since:,}; "
        "median of the last {blocks}: {middle:.3g}",
        row=row,
        size=BLOCK_POINTS,
        since=since,
        blocks=WANTED_BLOCKS,
        middle=middle,
    )
    evidence = (fact, *_loss_now(loss))
    gained = () if gain is None else (gain.sentence,)
    if gain is not None and gain.constant:
        return clear(
            Message("The reward never changed: there is nothing that a critic could predict."),
            fact,
            *gained,
        )
    small = gain is not None and len(loss) > 0 and _error(loss) <= SMALL_ERROR * gain.scale
    if middle <= ABSURD_EV:
        learned = gain is not None and gain.healthy and small
    else:
        # A critic that predicted before is excused only by what was gained since.
        earlier = means[:-row][-WANTED_BLOCKS:]
        lost = len(earlier) > 0 and float(np.median(earlier)) >= PREDICTED
        if negative and (worse := _worse_since(loss)) is not None:
            lost, since = True, max(since, worse)
        learned = gain is not None and gain.gained and (not lost or _gained_since(moment, since))
    fallen = _fallen(loss, since, all_the_while=middle <= ABSURD_EV)
    if learned or fallen is not None:
        return ScenarioResult(
            FindingStatus.PENDING,
            Message("The critic explains nothing, but the policy has learned: {fact}.", fact=fact)
            if learned
            else Message("The critic explains nothing yet, but its loss falls: {fact}.", fact=fact),
            Severity.WARNING,
            since,
            evidence,
            (*((fallen,) if fallen is not None else ()), *gained),
            kind="EXPLAINED_VARIANCE",
        )
    return ScenarioResult(
        FindingStatus.FIRING,
        Message("The critic is useless: {fact}.", fact=fact),
        Severity.WARNING,
        since,
        evidence,
        gained,
        kind="EXPLAINED_VARIANCE",
    )


def _row_not_above(means: np.ndarray) -> int:
    """Blocks in a row up to the newest whose explained variance is not above 0."""
    above = np.flatnonzero(means > NOTHING)
    return len(means) - (int(above[-1]) + 1 if len(above) else 0)


def _gained_since(moment: RunView, since: int) -> bool:
    """Whether the reward rose beyond its noise since a step."""
    levels = moment.reward_levels
    if levels is None:
        return False
    place = min(int(np.searchsorted(levels.series.step, since)), len(levels.now) - 1)
    return bool(levels.now[-1] - levels.now[place] > levels.margin[-1])


def _worse_since(loss: Series) -> int | None:
    """Since which step the value loss is 3 times its lowest level of 24 updates; None: it is not."""
    width = WANTED_BLOCKS * BLOCK_POINTS
    if len(loss) < 2 * width:
        return None
    levels = np.median(np.lib.stride_tricks.sliding_window_view(loss.value, width), axis=1)
    place = int(levels[:-width].argmin())
    if float(levels[-1]) < TRIPLED * float(levels[place]):
        return None
    later = loss.value[place + width :] >= TRIPLED * float(levels[place])
    return int(loss.step[place + width + int(later.argmax())])


def _fallen(loss: Series, since: int, all_the_while: bool) -> Message | None:
    """Evidence that the critic learns the level of the returns, before their differences.

    Explained variance ignores a constant error, value loss does not: while it is halved
    against the run's first updates, or falls all the while, the critic learns.

    :param all_the_while: only the second counts.
    """
    row = loss.where((loss.step >= since) & (loss.value > 0.0))
    if len(row) < WANTED_BLOCKS:
        return None
    before = float(np.median(loss.value[:GRACE]))
    now = float(np.median(row.value))
    if all_the_while or now > HALVED * before:
        logs = Series(row.tag, row.step, row.wall, np.log10(row.value), row.source)
        falls = trend(logs)
        if falls.label is not Trend.DECREASING or (falls.change or 0.0) > np.log10(HALVED):
            return None
        ends = block_means(logs)[[0, -1]]
        before, now = (float(10.0**end) for end in ends)
    return Message(
        "value loss {before:.3g} before, {now:.3g} since step {since:,}: the critic learns",
        before=before,
        now=now,
        since=since,
    )


def _error(loss: Series) -> float:
    return float(np.sqrt(max(0.0, float(np.median(loss.value[-_NOW:])))))


def _out_of_scale(
    moment: RunView, loss: Series, gain: RewardGain | None, predicted: float | None
) -> tuple[int, Message] | None:
    """Since when, and why the value loss can't be that of this reward; None if it can."""
    if len(loss) < _NOW:
        return None
    now = float(np.median(loss.value[-_NOW:]))
    predicts = predicted is not None and predicted >= PREDICTS
    known = gain is not None and gain.scale > 0.0
    square = gain.scale**2 if gain is not None else 0.0
    if now > ABSURD_LOSS and (now > BEYOND * square if known else not predicts):
        place = int(np.flatnonzero(loss.value > ABSURD_LOSS)[0])
        seen = _against_reward(now, gain) if known else Message("value loss {now:.3g}", now=now)
        return int(loss.step[place]), seen
    count = len(loss)
    if count < LEAST_GROWTH_UPDATES:
        return None
    early = loss.where(slice(count // 10, max(count // 10 + LEAST_GROWTH_UPDATES // 2, count // 3)))
    before = float(np.median(early.value))
    if before <= 0.0:
        return None
    growth = now / before
    if known:
        reward = moment.series("rollout/ep_rew_mean").finite()
        then = float(np.abs(reward.value[reward.step <= early.step[-1]]).max(initial=0.0))
        growth = growth / max(1.0, square / then**2) if then > 0.0 else 0.0
        beyond = now > (100.0 if predicts else 1.0) * square
    else:
        beyond = not predicts
    if growth < GROWTH or not beyond:
        return None
    place = int(np.flatnonzero(loss.value > min(now, np.sqrt(GROWTH) * before))[0])
    fact = Message(
        "value loss {before:.3g} around step {step:,}, {now:.3g} now",
        before=before,
        step=int(early.step[len(early) // 2]),
        now=now,
    )
    if known and gain is not None:
        fact = Message("{fact}; the highest reward is {scale:.3g}", fact=fact, scale=gain.scale)
    return int(loss.step[place]), fact


def _against_reward(now: float, gain: RewardGain | None) -> Message:
    scale = 0.0 if gain is None else gain.scale
    return Message(
        "value loss {now:.3g}, an error of {error:.3g}, for rewards up to {scale:.3g}",
        now=now,
        error=float(np.sqrt(now)),
        scale=scale,
    )


def _explained_now(explained: Series) -> tuple[Message, ...]:
    if not len(explained):
        return ()
    step, value = explained.last
    return (Message("explained variance {value:.2f} at step {step:,}", value=value, step=step),)


def _loss_now(loss: Series) -> tuple[Message, ...]:
    if not len(loss):
        return ()
    step, value = loss.last
    return (Message("value loss {value:.3g} at step {step:,}", value=value, step=step),)
