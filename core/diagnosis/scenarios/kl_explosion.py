"""kl_explosion: the policy is thrown about by its updates.

Rules on log10(KL), measured on 376 public runs by the share that is followed by a
reward drop above 30 % within 60 points (14.5 % without any rule): a jump above 0.5,
34 %; z above 6 and KL above 0.1, 45 %; three points in a row above 0.1, 55 %.
"""

from __future__ import annotations

import math

import numpy as np

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.run_view import RunView
from core.diagnosis.trend import reward_trend
from core.telemetry import Series
from core.vocabulary import FindingStatus, Severity, Trend

JUMP = 0.5  # the manual's, if the playbook has none
HIGH = 0.1
HIGH_IN_A_ROW = 3
SPIKE_Z = 6.0
PAST, FEWEST_PAST = 30, 10
SPREAD_FLOOR = 0.1  # dex
CALM = 0.05
CALM_TO_RECOVER, CALM_TO_CLEAR = 3, 20
_TINY = 1e-12  # KL of 0, and the slightly negative ones of SB3 before 1.1


def kl_explosion(moment: RunView) -> ScenarioResult:
    """WARN: z > 6 and KL > 0.1. CRITICAL: 3 in a row > 0.1, a jump > 0.5, or no number."""
    whole = moment.series("train/approx_kl")
    if not len(whole):
        return no_data(
            Sentence(
                "No KL divergence was logged up to here.",
                "Nenhuma divergência KL registrada até aqui.",
            )
        )
    jump = moment.playbook.scenario_limit("kl_explosion", "threshold", JUMP)
    values = whole.value
    own = np.ones(len(whole), bool)
    if (start := moment.attempt_start) is not None:
        own = whole.wall >= start  # an earlier attempt's explosion ended with it
    with np.errstate(invalid="ignore"):
        high = values > HIGH
        scores = z_scores(values, np.flatnonzero(high & own))
        row = high.copy()
        for back in range(1, HIGH_IN_A_ROW):
            row[back:] &= high[:-back]
            row[:back] = False
        broken, jumped, spike = ~np.isfinite(values), values > jump, high & (scores > SPIKE_Z)
    critical = (broken | jumped | row) & own
    trigger = critical | (spike & own)
    newest, step = float(values[-1]), int(whole.step[-1])
    median = math.nan if np.isnan(values).all() else float(np.nanmedian(values))
    typical = f"median {median:.3g} over {len(whole)} updates"
    if not trigger.any():
        if high[-1] and own[-1]:
            return ScenarioResult(
                FindingStatus.PENDING,
                Sentence(
                    f"KL {newest:.3g} at step {step} is high; one more look decides.",
                    f"KL {newest:.3g} no passo {step} está alta; mais uma olhada decide.",
                ),
                Severity.WARNING,
                step,
                (f"KL {newest:.3g} above {HIGH} at step {step} ({typical})",),
            )
        return quiet(
            Sentence(
                f"KL {newest:.3g} at step {step}; {typical}.",
                f"KL {newest:.3g} no passo {step}; mediana {median:.3g} em {len(whole)} atualizações.",
            ),
            *_normal(whole),
        )
    last = int(np.flatnonzero(trigger)[-1])
    calm = _calm_points(values[last + 1 :])
    if calm >= CALM_TO_CLEAR:
        return quiet(
            Sentence(
                f"KL {newest:.3g} at step {step}: calm for {calm} updates since the spike at step "
                f"{int(whole.step[last])}.",
                f"KL {newest:.3g} no passo {step}: calma por {calm} atualizações desde o pico no passo "
                f"{int(whole.step[last])}.",
            ),
            *_normal(whole),
        )
    begin = _episode_begin(trigger, last)
    kinds = (
        (broken, "was no finite number"),
        (jumped, f"jumped above {jump:g}"),
        (row, f"was above {HIGH} in {HIGH_IN_A_ROW} updates in a row"),
        (spike, f"lay more than {SPIKE_Z:g} robust deviations above the {PAST} updates before"),
    )
    chosen = slice(begin, last + 1)
    evidence = tuple(
        f"KL {text}: {_where(whole, mask & own, chosen)}"
        for mask, text in kinds
        if (mask & own)[chosen].any()
    )
    severe = bool(critical[chosen].any())
    finite = values[chosen][np.isfinite(values[chosen])]
    peak = f"up to {finite.max():.3g}" if len(finite) else "no finite value"
    alto = f"até {finite.max():.3g}" if len(finite) else "nenhum valor finito"
    return ScenarioResult(
        FindingStatus.RECOVERING if calm >= CALM_TO_RECOVER else FindingStatus.FIRING,
        Sentence(
            f"KL divergence explodes since step {int(whole.step[begin])}: {peak}, {typical}.",
            f"A divergência KL explode desde o passo {int(whole.step[begin])}: {alto}, mediana "
            f"{median:.3g} em {len(whole)} atualizações.",
        ),
        Severity.CRITICAL if severe else Severity.WARNING,
        int(whole.step[begin]),
        evidence,
        _against(moment, whole, calm),
    )


def z_scores(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """How far KL lies above the 30 before it, in robust deviations of log10(KL).

    Median and 1.4826 MAD, at least 0.1 dex; NaN with fewer than 10 before it, and at
    all places that were not asked for.
    """
    logs = np.log10(np.maximum(np.where(np.isfinite(values), values, np.nan), _TINY))
    scores = np.full(len(logs), np.nan)
    for i in places:
        past = logs[max(0, i - PAST) : i]
        past = past[np.isfinite(past)]
        if len(past) < FEWEST_PAST:
            continue
        middle = np.median(past)
        spread = max(SPREAD_FLOOR, 1.4826 * float(np.median(np.abs(past - middle))))
        scores[i] = (logs[i] - middle) / spread
    return scores


def _calm_points(behind: np.ndarray) -> int:
    """Longest row of calm updates since the trigger; a row long enough clears for good."""
    longest = row = 0
    for value in behind:
        row = row + 1 if value < CALM else 0
        longest = max(longest, row)
        if longest >= CALM_TO_CLEAR:
            return longest
    return row


def _episode_begin(trigger: np.ndarray, last: int) -> int:
    """The first trigger of the episode: none further than the clearing row apart."""
    places = np.flatnonzero(trigger[: last + 1])
    breaks = np.flatnonzero(np.diff(places) > CALM_TO_CLEAR)
    return int(places[breaks[-1] + 1] if len(breaks) else places[0])


def _where(series: Series, mask: np.ndarray, chosen: slice) -> str:
    places = np.flatnonzero(mask[chosen]) + chosen.start
    shown = ", ".join(f"{series.value[i]:.3g} at step {int(series.step[i])}" for i in places[-3:])
    return shown if len(places) <= 3 else f"{len(places)} times, lastly {shown}"


def _normal(series: Series) -> tuple[str, ...]:
    above = int((series.finite().value > 0.01).sum())
    if not above:
        return ()
    return (
        f"{above} of {len(series)} updates above 0.01: so it is in 97 % of healthy public runs",
    )


def _against(moment: RunView, series: Series, calm: int) -> tuple[str, ...]:
    found = []
    if calm:
        found.append(f"{calm} calm updates (below {CALM}) since; {CALM_TO_CLEAR} clear the alarm")
    trend = reward_trend(moment.reader, moment.until)
    if trend.label in (Trend.INCREASING, Trend.STABLE):
        found.append(f"the reward is {trend.label.value} ({trend.why})")
    return tuple(found)
