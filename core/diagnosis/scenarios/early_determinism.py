"""early_determinism: the policy stopped exploring before it had learned.

A policy counts as collapsed below 5 % of its first entropy (diagnostics.md section 4). 24 of
343 public runs end below 2 %, most of them converged: so the reward decides. A policy whose
updates are dead is ``policy_dead``'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.action_spread import action_spread, action_std, too_few
from core.diagnosis.finding import ScenarioResult, clear
from core.diagnosis.reward_gain import reward_gain
from core.diagnosis.scenarios.kl_explosion import DEAD_KL
from core.diagnosis.scenarios.policy_dead import COLLAPSED, UPDATES
from core.language import Message, literal, plural
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

EARLY = 50  # updates; judgement: PPO that learns needs more than that to lose 95 % of it
_HOLDS = 3  # newest updates that must all be so low


def early_determinism(moment: RunView) -> ScenarioResult:
    """WARN: entropy (or std) below 5 % of its start before the reward gained anything, or
    within 50 updates in a run that is below its best.
    """
    std = action_std(moment)
    spread = action_spread(moment)
    if (few := too_few(spread)) is not None:
        return few
    name = literal("std") if len(std) else Message("entropy")
    # The highest of the first few: the first update may already have taken it.
    first = float(spread.value[:UPDATES].max())
    step, now = spread.last
    low = spread.value < COLLAPSED * first
    if not low[-1]:
        return clear(
            Message(
                "The policy explores: {name} {now:.3g} at step {step:,}, {first:.3g} at the start.",
                name=name,
                now=now,
                step=step,
                first=first,
            )
        )
    above = np.flatnonzero(~low)
    place = int(above[-1]) + 1 if len(above) else 0
    since = int(spread.step[place])
    took = plural("after {n} update", "after {n} updates", place + 1)
    fact = Message(
        "{name} {first:.3g} at the start, below {share:.0%} of it since step {since:,} ({took}), "
        "now {now:.2g}",
        name=name,
        first=first,
        share=COLLAPSED,
        since=since,
        took=took,
        now=now,
    )
    if _dead(moment.of_attempt(moment.series("train/approx_kl"))):
        return clear(Message("Not evaluated: explained by {scenarios}.", scenarios="policy_dead"))
    gain = reward_gain(moment)
    if gain is not None and gain.ever_gained and (place >= EARLY or gain.healthy):
        if place >= EARLY:
            return clear(
                Message("The policy is nearly deterministic, and had learned before."),
                fact,
                gain.sentence,
            )
        return ScenarioResult(
            FindingStatus.PENDING,
            Message("Deterministic early, at its best reward so far: {fact}.", fact=fact),
            Severity.WARNING,
            since,
            (fact,),
            (gain.sentence,),
        )
    unknown = gain is None
    if len(spread) - place < _HOLDS or (unknown and place >= EARLY):
        return ScenarioResult(
            FindingStatus.PENDING,
            Message("Hardly any exploration left; not confirmed: {fact}.", fact=fact),
            Severity.WARNING,
            since,
            (fact,),
        )
    return ScenarioResult(
        FindingStatus.FIRING,
        (
            Message("Deterministic before it learned: {fact}.", fact=fact)
            if gain is None or not gain.ever_gained
            else Message("Deterministic early, and below its best since: {fact}.", fact=fact)
        ),
        Severity.WARNING,
        since,
        (fact, *(() if gain is None else (gain.sentence,))),
        (Message("no reward is logged that could show learning"),) if unknown else (),
    )


def _dead(kl: Series) -> bool:
    return len(kl) >= UPDATES and bool((np.abs(kl.value[-UPDATES:]) < DEAD_KL).all())
