"""Whether the agent learns: reward, losses, KL divergence, Sharpe on the validation slice."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.checks.case import Case, meets, plain
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.evidence_verdict import kl_opinion, loss_opinion
from core.checks.rules.series import (
    LoggedRun,
    missing,
    not_finite,
    real_window,
    run_or_answer,
    silent,
    too_few,
    untrusted,
)
from core.diagnosis.reward_level import RewardLevels, reward_levels
from core.diagnosis.trend import reward_trend
from core.language import Message, plural
from core.reading import Reading
from core.state_words import capitals
from core.telemetry.episodes import episode_lengths
from core.telemetry.readings import last_kl, last_reward, policy_loss, validation_sharpe
from core.vocabulary import Trend

if TYPE_CHECKING:
    from core.telemetry import Series

MIN_POINTS = 8  # points of a loss; with fewer, its block means are noise
BLOCKS = 10
VALUE_LOSS, TOTAL_LOSS = "train/value_loss", "train/loss"


@rule("last_reward")
def reward(case: Case) -> Judgement:
    """The newest mean reward against the limit."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = last_reward(run.events, run.until)
    if found is None:
        return missing(case, run, "rollout/ep_rew_mean")
    if bad := silent(case, run, run.series("rollout/ep_rew_mean")):
        return bad
    answer = _finite(case, found, Message("Mean reward"))
    if meets(found.value, case.spec):
        collapsed = _collapsed(run)
        return answer if collapsed is None else replace(answer, evidence=_fell(collapsed))
    return replace(
        answer,
        evidence=Message(
            "many healthy runs have a negative reward by design; check the trend instead"
        ),
    )


@rule("reward_trend")
def direction(case: Case) -> Judgement:
    """The direction of the mean reward, from block means."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = run.series("rollout/ep_rew_mean")
    if not len(found):
        return missing(case, run, "rollout/ep_rew_mean")
    if bad := untrusted(case, run, found):
        return bad
    result = reward_trend(run.events, run.until, real_window(case, run))
    if result.label is Trend.INSUFFICIENT:
        return too_few(case, run, result.why)
    reading = Reading(
        result.label.value,
        window=plural(
            "{n} block since step {step:,}",
            "{n} blocks since step {step:,}",
            result.blocks,
            step=result.since_step,
        ),
        source=f"{found.source}: {found.tag}",
        step=found.last[0],
        at=found.last_at,
    )
    why = Message("{trend}: {numbers}.", trend=capitals(result.label), numbers=result.why)
    collapsed = _collapsed(run)
    if collapsed is not None:
        # A trend that is measured from the bottom says nothing good.
        return case.failed(why, case.sourced(reading), _fell(collapsed))
    return case.judged(case.sourced(reading), why)


@rule("loss_change_pct")
def losses(case: Case) -> Judgement:
    """Value loss and ``train/loss``: last third of the blocks against the first third.

    Both fall: PASS; one falls: WARN; none: FAIL.
    """
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    tags = (VALUE_LOSS, TOTAL_LOSS)
    for tag in tags:
        if bad := untrusted(case, run, run.series(tag)):
            return bad
    windows = [_windowed(case, run, run.series(tag)).finite() for tag in tags]
    for tag, series in zip(tags, windows, strict=True):
        if not len(series):
            return missing(case, run, tag)
        if len(series) < MIN_POINTS:
            why = plural(
                "{tag} has {n} point; {needed} are needed.",
                "{tag} has {n} points; {needed} are needed.",
                len(series),
                tag=tag,
                needed=MIN_POINTS,
            )
            return too_few(case, run, why)
    newest = windows[0]
    of_value, total = (_block_change_pct(series.value) for series in windows)
    reading = Reading(
        max(of_value, total),
        "%",
        plural("blocks of {n} update", "blocks of {n} updates", len(newest)),
        f"{newest.source}: {', '.join(tags)}",
        newest.last[0],
        newest.last_at,
    )
    why = Message(
        "value loss {value_loss:+.1f} %, train/loss {loss:+.1f} %.", value_loss=of_value, loss=total
    )
    falling = [meets(change, case.spec) for change in (of_value, total)]
    if all(falling):
        return case.judged(case.sourced(reading), why)
    answer = case.warned if any(falling) else case.failed
    return answer(why, case.sourced(reading), loss_opinion(run))


@rule("policy_loss")
def policy(case: Case) -> Judgement:
    """The size of the policy loss, whatever its sign."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = policy_loss(run.events, run.until)
    if found is None:
        return missing(case, run, "train/policy_gradient_loss")
    if bad := silent(case, run, run.series("train/policy_gradient_loss")):
        return bad
    size = replace(found, value=abs(found.number))
    return _finite(case, size, Message("Absolute policy loss"))


@rule("kl_divergence")
def kl(case: Case) -> Judgement:
    """The newest KL divergence against the manual's limit, with the evidence's opinion."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = last_kl(run.events, run.until)
    if found is None:
        return missing(case, run, "train/approx_kl")
    series = run.series("train/approx_kl")
    if bad := silent(case, run, series):
        return bad
    answer = _finite(case, found, Message("KL divergence"))
    return replace(answer, evidence=kl_opinion(series, meets(found.value, case.spec)))


@rule("approx_sharpe")
def sharpe(case: Case) -> Judgement:
    """The Sharpe ratio of the last evaluation on the validation slice."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = validation_sharpe(run.events, run.until)
    if found is None:
        return missing(case, run, "eval/sharpe")
    if bad := silent(case, run, run.series("eval/sharpe")):
        return bad
    return _finite(case, found, Message("Sharpe on the validation slice"))


def _collapsed(run: LoggedRun) -> RewardLevels | None:
    """The levels of a reward that has collapsed; None if it has not, or too few points."""
    levels = reward_levels(
        run.series("rollout/ep_rew_mean"), episode_lengths(run.events, run.until)
    )
    return levels if levels is not None and levels.collapsed[-1] else None


def _fell(levels: RewardLevels) -> Message:
    return Message(
        "the reward has collapsed: level now (last 3 points) {now:.4g}, at the start {start:.4g}, "
        "best {best:.4g}",
        now=float(levels.now[-1]),
        start=levels.start,
        best=float(levels.best[-1]),
    )


def _finite(case: Case, found: Reading, name: Message) -> Judgement:
    if not math.isfinite(found.number):
        return case.failed(not_finite(name, found.step))
    why = Message(
        "{name} {value} at step {step:,}.", name=name, value=plain(found.number), step=found.step
    )
    return case.judged(case.sourced(found), why)


def _windowed(case: Case, run: LoggedRun, series: Series) -> Series:
    window = real_window(case, run)
    if window is None:
        return series
    return series.between((run.until - window).timestamp(), None)


def _block_change_pct(values: np.ndarray) -> float:
    """Change of the block means from the first third to the last third, in percent.

    Relative to the size of the first third; a loss that starts at zero is compared with
    the largest block.
    """
    blocks = np.array(
        [part.mean() for part in np.array_split(values, min(BLOCKS, len(values) // 2))]
    )
    third = max(1, len(blocks) // 3)
    first, last = float(blocks[:third].mean()), float(blocks[-third:].mean())
    scale = abs(first) or float(np.abs(blocks).max()) or 1.0
    return 100 * (last - first) / scale
