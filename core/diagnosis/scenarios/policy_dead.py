"""policy_dead: updates that change nothing. What "KL < 0.01" calls healthy."""

from __future__ import annotations

import numpy as np

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.reward_evidence import flat_hours
from core.diagnosis.reward_state import Level, reward_state
from core.diagnosis.run_view import RunView
from core.telemetry import Series
from core.vocabulary import FindingStatus, Severity

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
            Sentence(
                f"{len(kl)} updates with a KL divergence; {UPDATES} are needed.",
                f"{len(kl)} atualizações com divergência KL; são necessárias {UPDATES}.",
            )
        )
    outcomes = [
        bool((np.abs(kl.value[end - UPDATES : end]) < DEAD_KL).all())
        for end in range(max(UPDATES, len(kl) - _REPLAYED), len(kl) + 1)
    ]
    status = alarm_state(outcomes, 1, KEEP_FIRING)
    step, newest = kl.last
    if status is FindingStatus.OK:
        return quiet(
            Sentence(
                f"The policy moves: KL {newest:.3g} at step {step}.",
                f"A política se move: KL {newest:.3g} no passo {step}.",
            ),
            *_not_judged(resting),
        )
    dead = np.abs(kl.value) < DEAD_KL
    alive = np.flatnonzero(~dead[: len(dead) - (0 if dead[-1] else KEEP_FIRING)])
    since = int(kl.step[alive[-1] + 1 if len(alive) and alive[-1] + 1 < len(kl) else 0])
    fato = f"KL abaixo de {DEAD_KL:g} desde o passo {since}, agora {newest:.3g}"
    fact = f"KL below {DEAD_KL:g} since step {since}, now {newest:.3g}"
    rate = moment.series("train/learning_rate")
    if len(rate) and rate.last[1] <= 0:
        return quiet(
            Sentence(
                "The learning rate is 0: the policy is meant to stand still.",
                "O learning rate é 0: a política deve ficar parada.",
            ),
            fact,
        )
    entropy = moment.series("train/entropy_loss").finite()
    if not len(entropy):
        return ScenarioResult(
            FindingStatus.PENDING,
            Sentence(
                f"{fact}; no entropy to confirm it.",
                f"{fato}; sem entropia para confirmar.",
            ),
            Severity.WARNING,
            since,
            (fact,),
        )
    # The highest of the first few: a policy can be dead after its first update.
    first = float(np.abs(entropy.value[:UPDATES]).max())
    last = abs(entropy.last[1])
    told = f"entropy {last:.4g} at step {entropy.last[0]}, {first:.4g} at the beginning"
    state = reward_state(moment, flat_hours(moment.playbook))
    if state.level is Level.CONVERGED:
        return quiet(
            Sentence(
                "The policy stands still because it has converged.",
                "A política está parada porque convergiu.",
            ),
            fact,
            *state.numbers,
        )
    if last < COLLAPSED * first:
        return ScenarioResult(
            status, Sentence(
f"The policy has collapsed: {fact}, {told}.",
f"A política colapsou: {fato}, entropia {last:.4g}, no início {first:.4g}.",
), Severity.CRITICAL, since,
            (fact, told), kind="COLLAPSED",
        )  # fmt: skip
    behind = np.abs(entropy.value[entropy.step >= since])
    frozen = len(behind) > 0 and np.ptp(behind) <= UNCHANGED * max(first, 1e-12)
    if frozen and state.level is not Level.MOVING:
        against = () if state.level is not Level.UNKNOWN else ("too few episodes for a trend",)
        return ScenarioResult(
            status, Sentence(
f"The policy learns nothing: {fact}, {told}.",
f"A política não aprende nada: {fato}, entropia {last:.4g}, no início {first:.4g}.",
), Severity.WARNING, since,
            (fact, told, f"entropy within {UNCHANGED:.1%} since step {since}"), against, kind="FROZEN",
        )  # fmt: skip
    return ScenarioResult(
        FindingStatus.PENDING,
        Sentence(
            f"{fact}, but entropy or reward still move.",
            f"{fato}, mas entropia ou reward ainda se movem.",
        ),
        Severity.WARNING,
        since,
        (fact,),
        (told, f"the reward's trend is {state.trend.label.value}"),
    )


def _at_rest(moment: RunView, kl: Series) -> np.ndarray:
    """Which updates a schedule has brought to rest: they prove no dead policy.

    A policy that was dead before stays so. A constant rate is somebody's choice, and
    excuses nothing, however low.
    """
    rate = moment.series("train/learning_rate").finite()
    own = moment.of_attempt(rate)
    if not len(own) or np.ptp(own.value) == 0.0:
        return np.zeros(len(kl), bool)
    order = np.argsort(rate.step, kind="stable")
    places = np.searchsorted(rate.step[order], kl.step, side="right") - 1
    known = rate.value[order][np.maximum(places, 0)]
    return (places >= 0) & (known < AT_REST * float(rate.value.max()))


def _not_judged(resting: int) -> tuple[str, ...]:
    if not resting:
        return ()
    return (
        f"{resting} updates at less than {AT_REST:.0%} of the highest learning rate are not judged",
    )
