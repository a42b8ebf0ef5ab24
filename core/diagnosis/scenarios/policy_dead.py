"""policy_dead: updates that change nothing, although "KL < 0.01" passes.

KL below 1e-6 for 5 updates, with the entropy below 5 % of its start or unchanged within
0.1 %: the reference's rule (diagnostics.md section 4). After a jump of KL, a hundredth of the
run's own median is as dead: single updates of a killed policy exceed any fixed limit. KL falls with the square of the learning
rate, so at a schedule's end it is compared with what is left of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.reward_evidence import flat_hours
from core.diagnosis.reward_state import Level, reward_state
from core.diagnosis.scenarios.kl_explosion import DEAD_KL, HIGH, MIN_PAST
from core.diagnosis.update_strength import (
    AT_REST,
    KILLED_WITHIN,
    jump_before,
    rate_at,
    strengths,
)
from core.language import Message, joined, plural
from core.state_words import capitals
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

UPDATES = 5
COLLAPSED = 0.05  # of the entropy at the beginning
BARELY = 0.01  # of the median KL before a jump
UNCHANGED = 0.001  # relative, over the dead updates
KEEP_FIRING = 3
_REPLAYED = 8  # updates


def policy_dead(moment: RunView) -> ScenarioResult:
    """KL below 1e-6 for 5 updates while it should learn, and entropy collapsed or frozen."""
    every = moment.of_attempt(moment.series("train/approx_kl"))
    left = strengths(moment, every)
    judged = left >= AT_REST
    kl, resting = every.where(judged), int((~judged).sum())
    is_dead = np.abs(kl.value) < DEAD_KL * left[judged] ** 2
    if len(kl) < UPDATES:
        return no_data(
            plural(
                "{n} update with a KL divergence; {needed} are needed.",
                "{n} updates with a KL divergence; {needed} are needed.",
                len(kl),
                needed=UPDATES,
            )
        )
    own = kl.value / left[judged] ** 2
    ends = range(max(UPDATES, len(kl) - _REPLAYED), len(kl) + 1)
    deaths = [_killed(own[:end]) for end in ends]
    outcomes = [
        bool(is_dead[end - UPDATES : end].all()) or killed is not None
        for end, killed in zip(ends, deaths, strict=True)
    ]
    status = alarm_state(outcomes, 1, KEEP_FIRING)
    step, newest = kl.last
    if status is FindingStatus.OK and not np.isfinite(newest):
        return no_data(Message("KL is NaN or infinite at step {step:,}: not evaluated.", step=step))
    if status is FindingStatus.OK:
        return clear(
            Message("Policy is updating: KL {kl:.3g} at step {step:,}.", kl=newest, step=step),
            *_not_judged(resting),
        )
    killed = next((place for place in reversed(deaths) if place is not None), None)
    if is_dead[-UPDATES:].all() or killed is None:
        since = int(kl.step[_death(is_dead, kl.value)])
        fact = Message(
            "KL below {dead:g} since step {step:,}, now {kl:.3g}",
            dead=DEAD_KL,
            step=since,
            kl=newest,
        )
    else:
        since = int(kl.step[killed])
        fact = Message(
            "KL since step {step:,} below {share:.0%} of the run's median before, now {kl:.3g}",
            step=since,
            share=BARELY,
            kl=newest,
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
    # A level near its own best is none to keep if the first episodes earned more.
    if state.level is Level.CONVERGED and not _fell(moment):
        return clear(
            Message("Policy no longer updating: it has converged."),
            fact,
            *state.numbers,
        )
    cause = _cause(moment, every, since)
    if last < COLLAPSED * first:
        return ScenarioResult(
            status,
            Message(
                "Policy collapsed: {fact}, {entropy}.", fact=cause or fact, entropy=entropy_fact
            ),
            Severity.CRITICAL,
            since,
            (*((cause,) if cause else ()), fact, entropy_fact),
            kind="COLLAPSED",
            advice_of="kl_explosion" if cause else "",
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
            Message("Policy frozen: {fact}, {entropy}.", fact=cause or fact, entropy=entropy_fact),
            Severity.CRITICAL if cause else Severity.WARNING,
            since,
            (*((cause,) if cause else ()), fact, entropy_fact, unchanged),
            (Message("not enough episodes for a trend"),) if unknown else (),
            kind="FROZEN",
            advice_of="kl_explosion" if cause else "",
        )
    return ScenarioResult(
        FindingStatus.PENDING,
        Message("{fact}, but entropy or reward still change.", fact=fact),
        Severity.WARNING,
        since,
        (fact,),
        (entropy_fact, Message("reward trend {trend}", trend=capitals(state.trend.label))),
    )


def _killed(kl: np.ndarray) -> int | None:
    """Position of the first update after a jump of KL since which hardly any changes the policy.

    The median of the newest 10, against that of all before the jump: single updates of a dead
    policy may exceed any fixed limit. None: no such jump, or too few updates on a side.
    """
    high = np.flatnonzero(~(kl <= HIGH))
    if not len(high) or len(kl) - high[-1] <= MIN_PAST:
        return None
    gaps = np.flatnonzero(np.diff(high) > KILLED_WITHIN)
    first = int(high[gaps[-1] + 1] if len(gaps) else high[0])
    if first < MIN_PAST:
        return None
    usual = float(np.median(np.abs(kl[:first])))
    low = float(np.median(np.abs(kl[-MIN_PAST:]))) < BARELY * usual
    return int(high[-1]) + 1 if low else None


def _death(is_dead: np.ndarray, kl: np.ndarray) -> int:
    """Position of the first dead update; a few that barely move in between revive nothing."""
    place = int(np.flatnonzero(is_dead)[-1])
    first = place
    while place >= 0 and first - place <= KEEP_FIRING and not kl[place] > HIGH:
        first = place if is_dead[place] else first
        place -= 1
    return first


def _fell(moment: RunView) -> bool:
    """Whether the first episodes earned more than the newest: the policy lost by its death.

    Levels are of no use here: a policy may be dead after its first update. So the first point
    is compared, and has to be above the newest ones by twice what those span.
    """
    reward = moment.series("rollout/ep_rew_mean").finite().value
    newest = reward[-UPDATES:]
    return len(reward) > UPDATES and float(reward[0] - newest.max()) > 2 * float(np.ptp(newest))


def _cause(moment: RunView, kl: Series, since: int) -> Message | None:
    """The jump of KL that the policy died of, with the learning rate of that update."""
    found = jump_before(kl, since, HIGH)
    if found is None:
        return None
    step, height = found
    rate = rate_at(moment, kl, step)
    died = Message(
        "died at step {since:,} after KL jumped to {kl:.3g} at step {step:,}",
        since=since,
        kl=height,
        step=step,
    )
    return died if rate is None else joined([died, rate], "; ")


def _not_judged(resting: int) -> tuple[Message, ...]:
    if not resting:
        return ()
    return (
        plural(
            "{n} update below {share:.0%} of the usual learning rate or clip range not evaluated",
            "{n} updates below {share:.0%} of the usual learning rate or clip range not evaluated",
            resting,
            share=AT_REST,
        ),
    )
