"""slowdown: steps a second against the run's own usual speed.

``time/fps`` is a mean since the start and lags far behind (a trial slowed from 3087 to
608 steps/s while it still said 893), so the rate is d(step)/d(wall).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.run_view import RunView
from core.telemetry import Series
from core.vocabulary import FindingStatus, Severity

WINDOW = 10  # iterations
EARLIER = 10  # iterations before the window, at least
SHARE = 0.7
MOST_SHARE = 0.8  # half of the window's iterations must be slower than this
HOLD_FOR, KEEP_FIRING = 3, 3
_REPLAYED = 12  # iterations: what HOLD_FOR and KEEP_FIRING can look back on


def slowdown(moment: RunView) -> ScenarioResult:
    """The last 10 iterations below 0.7 of what 10 usually reach, three times in a row.

    A pause makes one iteration slow and is no slowdown: most of the ten must be slow.
    A run that has ended slows down no more, whatever its last iterations were.
    """
    pace = moment.of_attempt(moment.pace())
    seen = len(pace)
    # The first iteration of a process holds no update, and is too fast.
    pace = pace.where(slice(1, None))
    if len(pace) < WINDOW + EARLIER + 1:
        needed = WINDOW + EARLIER + 2
        return no_data(
            Sentence(
                f"{seen} iteration{'' if seen == 1 else 's'}; the speed is judged from {needed} on.",
                f"{seen} {'iteração' if seen == 1 else 'iterações'}; a velocidade é julgada a partir de {needed}.",
            )
        )
    ends = range(max(WINDOW + EARLIER + 1, len(pace) - _REPLAYED), len(pace) + 1)
    measured = [_rates(pace, end) for end in ends]
    outcomes = [None if found is None else found.slow for found in measured]
    status = alarm_state(outcomes, HOLD_FOR, KEEP_FIRING)
    if measured[-1] is None:
        return no_data(
            Sentence(
                "The steps of this run do not advance in time.",
                "Os passos desta execução não avançam no tempo.",
            )
        )
    rate, usual = measured[-1].rate, measured[-1].usual
    fact = (
        f"{_told(rate)} steps/s over the last {WINDOW} iterations to step {int(pace.step[-1]):,}, "
        f"{rate / usual:.0%} of the earlier median {_told(usual)}"
    )
    fato = (
        f"{_told(rate)} passos/s nas últimas {WINDOW} iterações até o passo {int(pace.step[-1]):,}, "
        f"{rate / usual:.0%} da mediana anterior {_told(usual)}"
    )
    if not moment.active:
        return quiet(
            Sentence(
                f"It has ended, and slows down no more; {fact}.",
                f"Terminou, e não fica mais lento; {fato}.",
            )
        )
    if status is FindingStatus.OK:
        return quiet(Sentence(f"{fact}.", f"{fato}."))
    slow = [end for end, holds in zip(ends, outcomes, strict=True) if holds]
    since = int(pace.step[max(0, slow[0] - WINDOW - 1)]) if slow else int(pace.step[-1])
    words = {
        FindingStatus.PENDING: ("It may be slowing down", "Pode estar ficando lento"),
        FindingStatus.FIRING: ("It has slowed down", "Ficou mais lento"),
        FindingStatus.RECOVERING: (
            "It was slow, and is back at speed",
            "Esteve lento e voltou ao ritmo",
        ),
    }
    against = () if outcomes[-1] else (fact,)
    return ScenarioResult(
        status,
        Sentence(f"{words[status][0]}: {fact}.", f"{words[status][1]}: {fato}."),
        Severity.WARNING,
        since,
        (fact,) if outcomes[-1] else (f"below {SHARE:.0%} of the median around step {since:,}",),
        against,
    )


@dataclass(frozen=True)
class _Speed:
    """Steps a second of the newest window, and what the run usually reaches."""

    rate: float  # over the window
    usual: float  # median of all earlier windows of the same length
    middle: float  # median of the window's iterations
    usual_middle: float  # median of all earlier iterations

    @property
    def slow(self) -> bool:
        slower = self.middle < MOST_SHARE * self.usual_middle
        return slower and self.rate < SHARE * self.usual


def _rates(pace: Series, end: int) -> _Speed | None:
    """Speed of the window that ends there. None where steps or time stand still."""
    steps, walls = pace.step[:end].astype(float), pace.wall[:end]
    over = _forward(steps[WINDOW:] - steps[:-WINDOW], walls[WINDOW:] - walls[:-WINDOW])
    single = _forward(np.diff(steps), np.diff(walls))
    # Windows that share no iteration with the newest one.
    earlier, before = over[: -WINDOW or None], single[:-WINDOW]
    earlier, before = earlier[np.isfinite(earlier)], before[np.isfinite(before)]
    newest = single[-WINDOW:][np.isfinite(single[-WINDOW:])]
    if not np.isfinite(over[-1]) or not len(earlier) or not len(before) or not len(newest):
        return None
    return _Speed(
        float(over[-1]),
        float(np.median(earlier)),
        float(np.median(newest)),
        float(np.median(before)),
    )


def _told(rate: float) -> str:
    """Three digits, and no power of ten."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"


def _forward(steps: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Rates; NaN where steps or seconds do not advance."""
    rates = np.full(len(steps), np.nan)
    good = (steps > 0) & (seconds > 0)
    rates[good] = steps[good] / seconds[good]
    return rates
