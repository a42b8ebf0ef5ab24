"""The forward filter of the planted market: an estimate of its hidden drift.

The benchmark for a learned policy: the filtered state holds all information in past
candles, so dynamic programming over it gives the best reachable policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.market.synthetic import SignalModel


def filtered_state(
    returns: np.ndarray, model: SignalModel, closes_before: np.ndarray | None = None
) -> np.ndarray:
    """P(state[t] | returns up to and including t), shape (n, states).

    Hamilton's forward filter for Gaussian noise, started from the stationary
    distribution. To predict the next bar, multiply by ``model.transition``.

    :param returns: ln(close[t] / close[t-1]), shape (n,).
    :param closes_before: close[t-1] of each return, to take the known pull to the
        anchor price out of it. Without it the pull counts as noise.
    """
    drifts, transition = model.drifts, model.transition
    surprise = np.asarray(returns, dtype=float)
    if closes_before is not None:
        surprise = surprise + model.pull * np.log(np.asarray(closes_before) / model.anchor_price)
    log_likelihood = -0.5 * ((surprise[:, None] - drifts) / model.noise_vol) ** 2
    # Only ratios between states matter; this keeps a far outlier from underflowing.
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    beliefs: np.ndarray = np.empty_like(likelihood)
    belief = model.stationary
    for bar, evidence in enumerate(likelihood):
        # The first bar's state is drawn from the stationary distribution itself.
        belief = (belief if bar == 0 else belief @ transition) * evidence
        belief /= belief.sum()
        beliefs[bar] = belief
    return beliefs


def expected_drift(beliefs: np.ndarray, model: SignalModel) -> np.ndarray:
    """Expected log drift of the next hour, shape (n,), from the filtered state."""
    drift: np.ndarray = beliefs @ model.transition @ model.drifts
    return drift
