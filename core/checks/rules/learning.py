"""Whether the agent learns: reward, losses, KL divergence, Sharpe on the validation slice."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.checks.case import Case, meets, plain
from core.checks.judgement import Judgement
from core.checks.registry import rule
from core.checks.rules.opinion import explained_variance, kl_opinion
from core.checks.rules.series import missing, real_window, run_or_answer, silent, too_few, untrusted
from core.diagnosis.trend import reward_trend
from core.facts import RunFacts
from core.reading import Reading
from core.telemetry import Series
from core.telemetry.readings import (
    known_series,
    last_kl,
    last_reward,
    policy_loss,
    validation_sharpe,
)
from core.vocabulary import Trend

FEWEST_POINTS = 8  # of a loss, before its blocks say anything
BLOCKS = 10
_LOSSES = {"train/value_loss": "value loss", "train/loss": "train/loss"}


@rule("last_reward")
def reward(case: Case) -> Judgement:
    """The newest mean reward against the line."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = last_reward(run.reader, run.until)
    if found is None:
        return missing(case, run, "rollout/ep_rew_mean")
    if bad := silent(case, run, known_series(run.reader, "rollout/ep_rew_mean", run.until)):
        return bad
    answer = _finite(case, found, "The mean reward")
    if meets(found.value, case.spec):
        return answer
    return replace(
        answer,
        evidence="many healthy runs are negative by their reward's design; the trend says more",
    )


@rule("reward_trend")
def direction(case: Case) -> Judgement:
    """The direction of the mean reward, from block means."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = known_series(run.reader, "rollout/ep_rew_mean", run.until)
    if not len(found):
        return missing(case, run, "rollout/ep_rew_mean")
    if bad := untrusted(case, run, found):
        return bad
    result = reward_trend(run.reader, run.until, real_window(case, run))
    if result.label is Trend.INSUFFICIENT:
        return too_few(case, run, result.why)
    reading = Reading(
        result.label.value,
        window=f"{result.blocks} blocks since step {result.since_step}",
        source=f"{found.source}: {found.tag}",
        step=found.last[0],
        at=found.last_at,
    )
    return case.judged(case.sourced(reading), f"{result.label.value}: {result.why}.")


@rule("loss_change_pct")
def losses(case: Case) -> Judgement:
    """Value loss and ``train/loss``: last third of the blocks against the first third.

    Both fall: PASS; one falls: WARN; none: FAIL.
    """
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    for tag in _LOSSES:
        if bad := untrusted(case, run, known_series(run.reader, tag, run.until)):
            return bad
    changes: dict[str, float] = {}
    newest: Series | None = None
    for tag, name in _LOSSES.items():
        series = _windowed(case, run, known_series(run.reader, tag, run.until)).finite()
        if len(series) >= FEWEST_POINTS:
            changes[name] = _block_change_pct(series.value)
            newest = series if newest is None else newest
        elif not len(series):
            return missing(case, run, tag)
        else:
            left = FEWEST_POINTS - len(series)
            return too_few(case, run, f"{name} has {len(series)} points; {left} more are needed.")
    worst = max(changes.values())
    reading = Reading(
        worst,
        "%",
        f"blocks of {len(newest)} updates",
        f"{newest.source}: {' and '.join(_LOSSES)}",
        newest.last[0],
        newest.last_at,
    )
    why = ", ".join(f"{name} {change:+.1f} %" for name, change in changes.items()) + "."
    falling = [meets(change, case.spec) for change in changes.values()]
    if all(falling):
        return case.judged(case.sourced(reading), why)
    opinion = "the loss falls in only half of all healthy runs" + explained_variance(run)
    answer = case.warned if any(falling) else case.failed
    return answer(why, case.sourced(reading), opinion)


@rule("policy_loss")
def policy(case: Case) -> Judgement:
    """The size of the policy loss, whatever its sign."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = policy_loss(run.reader, run.until)
    if found is None:
        return missing(case, run, "train/policy_gradient_loss")
    series = known_series(run.reader, "train/policy_gradient_loss", run.until)
    if bad := silent(case, run, series):
        return bad
    size = replace(found, value=abs(found.value))
    return _finite(case, size, "The policy loss is in size")


@rule("kl_divergence")
def kl(case: Case) -> Judgement:
    """The newest KL divergence against the manual's line, with the evidence's opinion."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = last_kl(run.reader, run.until)
    if found is None:
        return missing(case, run, "train/approx_kl")
    series = known_series(run.reader, "train/approx_kl", run.until)
    if bad := silent(case, run, series):
        return bad
    answer = _finite(case, found, "The KL divergence")
    return replace(answer, evidence=kl_opinion(series, meets(found.value, case.spec)))


@rule("approx_sharpe")
def sharpe(case: Case) -> Judgement:
    """The Sharpe ratio of the last evaluation on the validation slice."""
    run = run_or_answer(case)
    if isinstance(run, Judgement):
        return run
    found = validation_sharpe(run.reader, run.until)
    if found is None:
        return missing(case, run, "eval/sharpe")
    if bad := silent(case, run, known_series(run.reader, "eval/sharpe", run.until)):
        return bad
    return _finite(case, found, "The Sharpe ratio on the validation slice")


def _finite(case: Case, found: Reading, name: str) -> Judgement:
    if not math.isfinite(found.value):
        return case.failed(f"{name} is not a finite number at step {found.step}.")
    verb = "" if name.endswith("size") else " is"
    return case.judged(
        case.sourced(found), f"{name}{verb} {plain(found.value)} at step {found.step:,}."
    )


def _windowed(case: Case, run: RunFacts, series: Series) -> Series:
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
    first, last = blocks[:third].mean(), blocks[-third:].mean()
    scale = abs(first) or np.abs(blocks).max() or 1.0
    return float(100 * (last - first) / scale)
