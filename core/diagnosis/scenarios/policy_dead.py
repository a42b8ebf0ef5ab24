"""policy_dead: updates that change nothing, although "KL < 0.01" passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.reward_evidence import flat_hours
from core.diagnosis.reward_state import Level, reward_state
from core.language import Message, plural
from core.state_words import capitals
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

DEAD_KL = 1e-6
UPDATES = 5
COLLAPSED = 0.05  # of the entropy at the beginning
UNCHANGED = 0.001  # relative, over the dead updates
KEEP_FIRING = 3
AT_REST = 0.02  # of a schedule's highest learning rate; KL falls with its square
_REPLAYED = 8  # updates


def policy_dead(moment: RunView) -> ScenarioResult:
    """KL below 1e-6 for 5 updates while it should learn, and entropy collapsed or frozen."""
    kl = moment.of_attempt(moment.series("train/approx_kl"))
    rest = _at_rest(moment, kl)
    kl, resting = kl.where(~rest), int(rest.sum())
    if len(kl) < UPDATES:
        return no_data(
            plural(
                "{n} update with a KL divergence; {needed} are needed.",
                "{n} updates with a KL divergence; {needed} are needed.",
                len(kl),
                needed=UPDATES,
            )
        )
    outcomes = [
        bool((np.abs(kl.value[end - UPDATES : end]) < DEAD_KL).all())
        for end in range(max(UPDATES, len(kl) - _REPLAYED), len(kl) + 1)
    ]
    status = alarm_state(outcomes, 1, KEEP_FIRING)
    step, newest = kl.last
    if status is FindingStatus.OK:
        return clear(
            Message("Policy is updating: KL {kl:.3g} at step {step:,}.", kl=newest, step=step),
            *_not_judged(resting),
        )
    dead = np.abs(kl.value) < DEAD_KL
    alive = np.flatnonzero(~dead[: len(dead) - (0 if dead[-1] else KEEP_FIRING)])
    since = int(kl.step[alive[-1] + 1 if len(alive) and alive[-1] + 1 < len(kl) else 0])
    fact = Message(
        "KL below {dead:g} since step {step:,}, now {kl:.3g}", dead=DEAD_KL, step=since, kl=newest
    )
    rate = moment.series("train/learning_rate")
    if len(rate) and rate.last[1] <= 0:
        return clear(
            Message("Learning rate is 0: the policy is not expected to change."),
            fact,
        )
    entropy = moment.series("train/entropy_loss").finite()
    if not len(entropy):
        return ScenarioResult(
            FindingStatus.PENDING,
            Message("{fact}; no entropy logged to confirm it.", fact=fact),
            Severity.WARNING,
            since,
            (fact,),
        )
    # The highest of the first few: a policy can be dead after its first update.
    first = float(np.abs(entropy.value[:UPDATES]).max())
    last = abs(entropy.last[1])
    entropy_fact = Message(
        "entropy {last:.4g} at step {step:,}, {first:.4g} at the start",
        last=last,
        step=entropy.last[0],
        first=first,
    )
    state = reward_state(moment, flat_hours(moment.playbook))
    if state.level is Level.CONVERGED:
        return clear(
            Message("Policy no longer updating: it has converged."),
            fact,
            *state.numbers,
        )
    if last < COLLAPSED * first:
        return ScenarioResult(
            status,
            Message("Policy collapsed: {fact}, {entropy}.", fact=fact, entropy=entropy_fact),
            Severity.CRITICAL,
            since,
            (fact, entropy_fact),
            kind="COLLAPSED",
        )
    later = np.abs(entropy.value[entropy.step >= since])
    frozen = len(later) > 0 and np.ptp(later) <= UNCHANGED * max(first, 1e-12)
    if frozen and state.level is not Level.MOVING:
        unchanged = Message(
            "entropy unchanged within {share:.1%} since step {step:,}", share=UNCHANGED, step=since
        )
        unknown = state.level is Level.UNKNOWN
        return ScenarioResult(
            status,
            Message("Policy frozen: {fact}, {entropy}.", fact=fact, entropy=entropy_fact),
            Severity.WARNING,
            since,
            (fact, entropy_fact, unchanged),
            (Message("not enough episodes for a trend"),) if unknown else (),
            kind="FROZEN",
        )
    return ScenarioResult(
        FindingStatus.PENDING,
        Message("{fact}, but entropy or reward still change.", fact=fact),
        Severity.WARNING,
        since,
        (fact,),
        (entropy_fact, Message("reward trend {trend}", trend=capitals(state.trend.label))),
    )


def _at_rest(moment: RunView, kl: Series) -> np.ndarray:
    """Updates with a learning rate that a schedule has lowered to almost 0.

    A KL of 0 is expected there. A policy that was dead earlier stays dead, and a constant
    rate never counts as lowered.
    """
    rate = moment.series("train/learning_rate").finite()
    own = moment.of_attempt(rate)
    if not len(own) or np.ptp(own.value) == 0.0:
        return np.zeros(len(kl), bool)
    order = np.argsort(rate.step, kind="stable")
    places = np.searchsorted(rate.step[order], kl.step, side="right") - 1
    known = rate.value[order][np.maximum(places, 0)]
    return (places >= 0) & (known < AT_REST * float(rate.value.max()))


def _not_judged(resting: int) -> tuple[Message, ...]:
    if not resting:
        return ()
    return (
        plural(
            "{n} update below {share:.0%} of the highest learning rate not evaluated",
            "{n} updates below {share:.0%} of the highest learning rate not evaluated",
            resting,
            share=AT_REST,
        ),
    )
