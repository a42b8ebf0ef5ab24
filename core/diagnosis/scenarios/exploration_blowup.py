"""exploration_blowup: the policy becomes random, or random again after it had learned.

``train/std`` that grows is the reference's sign of it (diagnostics.md section 2); the sizes
are judgement. Box actions are clipped to their range, usually [-1, 1]: with a std of 3,
74 % of the actions lie on a bound. Public runs that learn stay within 0.8 to 1.1 of their
first std. SB3 issue reports show growth without end once the entropy bonus wins.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.action_spread import LEAST, action_spread, action_std, too_few
from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, clear
from core.diagnosis.reward_gain import reward_gain
from core.language import Message, literal
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.diagnosis.run_view import RunView

GREW, WIDE = 5.0, 3.0  # times the std at the start, and at least this std
ABSURD = 100.0  # times the std at the start: no reward excuses it
FELL, BACK = 0.8, 0.97  # of the highest entropy before
RANDOM = 0.99  # of it: a policy so random earns what it earned at the start, whatever is logged
SHRANK = 0.5  # of the std at the start
_START, _NOW = 5, 5  # updates
_HOLD_FOR, _KEEP_FIRING, _REPLAYED = 2, 3, 8  # updates


def exploration_blowup(moment: RunView) -> ScenarioResult:
    """WARN: std 5 times its start and above 3, or entropy back at its maximum."""
    std, spread = action_std(moment), action_spread(moment)
    if (few := too_few(spread)) is not None:
        return few
    if len(std):
        grown = _status(std.value, _grown)
        if grown is not FindingStatus.OK:
            return _blown_up(moment, grown)
    again = _status(spread.value, _random_again if not len(std) else _wide_again)
    if again is not FindingStatus.OK:
        return _back(moment, again)
    step, value = spread.last
    if len(std):
        return clear(
            Message(
                "Std {value:.3g} at step {step:,}, {start:.3g} at the start.",
                value=value,
                step=step,
                start=_start(std.value),
            )
        )
    return clear(
        Message(
            "Entropy {value:.3g} at step {step:,}, highest {top:.3g}.",
            value=value,
            step=step,
            top=float(spread.value.max()),
        )
    )


def _status(values: np.ndarray, holds: Callable[[np.ndarray], bool]) -> FindingStatus:
    ends = range(max(LEAST, len(values) - _REPLAYED), len(values) + 1)
    return alarm_state([holds(values[:end]) for end in ends], _HOLD_FOR, _KEEP_FIRING)


def _start(values: np.ndarray) -> float:
    return float(np.median(values[:_START]))


def _grown(values: np.ndarray) -> bool:
    now = float(np.median(values[-_NOW:]))
    return now >= WIDE and now >= GREW * _start(values)


def _random_again(values: np.ndarray) -> bool:
    """Whether entropy fell by a fifth and is back within 3 % of where it was before."""
    if len(values) < 2 * LEAST:
        return False
    means = np.convolve(values, np.full(_NOW, 1 / _NOW), "valid")
    top = np.maximum.accumulate(means)
    fallen = np.flatnonzero(means <= FELL * top)
    return bool(len(fallen)) and float(values[-_NOW:].min()) >= BACK * float(top[fallen[-1]])


def _wide_again(values: np.ndarray) -> bool:
    """Whether std was halved and is back at its start."""
    if len(values) < 2 * LEAST:
        return False
    low = np.median(np.lib.stride_tricks.sliding_window_view(values, _NOW), axis=1).min()
    return float(low) <= SHRANK * _start(values) and float(values[-_NOW:].min()) >= BACK * _start(
        values
    )


def _blown_up(moment: RunView, status: FindingStatus) -> ScenarioResult:
    std = action_std(moment)
    start, (step, now) = _start(std.value), std.last
    since = int(std.step[np.flatnonzero(std.value >= max(WIDE, GREW * start))[0]])
    fact = Message(
        "std {start:.3g} at the start, {now:.3g} at step {step:,}: {times:,.0f} times",
        start=start,
        now=now,
        step=step,
        times=now / max(start, 1e-12),
    )
    bounds = Message(
        "Box actions are clipped to their range: beyond a std of {wide:g} times its half "
        "width most of them are on a bound",
        wide=WIDE,
    )
    return _unless_at_its_best(
        moment,
        ScenarioResult(
            status,
            Message("Exploration blow-up since step {since:,}: {fact}.", since=since, fact=fact),
            Severity.WARNING,
            since,
            (fact, bounds),
            kind="STD",
        ),
        Message("Actions spread widely, but the reward rises: {fact}.", fact=fact),
        excusable=now < ABSURD * start,
    )


def _back(moment: RunView, status: FindingStatus) -> ScenarioResult:
    std = action_std(moment)
    spread = action_spread(moment)
    low = int(spread.value.argmin())
    top = float(spread.value[: low + 1].max())
    step, now = spread.last
    name = literal("std") if len(std) else Message("entropy")
    fact = Message(
        "{name} fell from {top:.3g} to {low:.3g} at step {low_step:,}, back at {now:.3g} at step {step:,}",
        name=name,
        top=top,
        low=float(spread.value[low]),
        low_step=int(spread.step[low]),
        now=now,
        step=step,
    )
    later = np.flatnonzero(spread.value[low:] >= BACK * top)
    since = int(spread.step[low + int(later[0])]) if len(later) else step
    entirely = float(spread.value[-_NOW:].min()) >= RANDOM * top and not len(std)
    return _unless_at_its_best(
        moment,
        ScenarioResult(
            status,
            Message(
                "The policy is random again since step {since:,}: {fact}.", since=since, fact=fact
            ),
            Severity.WARNING,
            since,
            (fact,),
            kind="RANDOM_AGAIN",
        ),
        Message("As random as at the start, but the reward holds: {fact}.", fact=fact),
        excusable=not entirely,
    )


def _unless_at_its_best(
    moment: RunView, found: ScenarioResult, excused: Message, excusable: bool
) -> ScenarioResult:
    """The finding with the reward beside it; only reported while the reward is at its best.

    :param excused: the headline then. :param excusable: False: no reward excuses it.
    """
    gain = reward_gain(moment)
    if gain is None:
        return found
    if gain.healthy and excusable:
        return replace(
            found,
            status=FindingStatus.PENDING,
            headline=excused,
            evidence_for=found.evidence_for[:1],
            evidence_against=(gain.sentence,),
        )
    if gain.gained:
        return replace(found, evidence_against=(gain.sentence,))
    return replace(found, evidence_for=(*found.evidence_for, gain.sentence))
