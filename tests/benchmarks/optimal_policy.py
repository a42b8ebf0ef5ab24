"""The best policy that past candles allow: dynamic programming with costs.

The planted signal is a hidden Markov drift, so all that candles tell about it is the
forward filter's belief b = P(up). With the position held, (b, position) is the whole
state. Per bar, an action a in {flat, long} earns

    g(a, b) = E[ln(1 + w (e^r - 1))] for long, 0 for flat, minus the cost of changing,

and the belief moves on with the return that is seen. Value iteration over a grid of
beliefs (even in log odds) gives the action to take in each state. The policy is then
stepped in the agent's own environment, where nothing is approximated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from core.market.hidden_state import filtered_state
from runner.agent.features import log_returns

if TYPE_CHECKING:
    from core.market.synthetic import SignalModel
    from runner.agent.env_settings import EnvSettings
    from runner.agent.evaluation import Policy
    from runner.agent.market import Market
    from runner.agent.market_env import MarketEnv

GRID = 241
LARGEST_LOG_ODDS = 9.0
QUADRATURE = 32  # Gauss-Hermite nodes for the noise
DISCOUNT = 0.9995  # a horizon of 2000 bars, long against any regime
SWEEPS = 20_000
CONVERGED = 1e-12


@dataclass(frozen=True)
class OptimalPolicy:
    """:ivar long: for each belief of ``log_odds`` and held position (flat, long), go long?"""

    log_odds: np.ndarray  # (GRID,)
    long: np.ndarray  # bool, (GRID, 2)
    model: SignalModel

    def on(self, market: Market) -> Policy:
        """The policy on one market, as the environment takes it."""
        before = np.concatenate([market.close[:1], market.close[:-1]])
        beliefs = filtered_state(log_returns(market.close), self.model, before)[:, -1]
        clipped = np.clip(beliefs, 1e-12, 1 - 1e-12)
        odds = np.log(clipped / (1 - clipped))
        step = self.log_odds[1] - self.log_odds[0]
        nearest = np.rint((odds - self.log_odds[0]) / step).astype(int)
        nearest = nearest.clip(0, len(self.log_odds) - 1)

        def act(_: np.ndarray, env: MarketEnv) -> np.ndarray:
            return self.long[nearest[env.bar], env.held].astype(int)

        return act

    @property
    def thresholds(self) -> tuple[float, float]:
        """Belief at which a flat account buys, and below which a long one sells."""
        belief = 1 / (1 + np.exp(-self.log_odds))
        return float(belief[self.long[:, 0]].min()), float(belief[self.long[:, 1]].min())


@cache
def solve(model: SignalModel, settings: EnvSettings) -> OptimalPolicy:
    """Value iteration for a two-regime model and a long-or-flat account."""
    if model.flat_regime or len(settings.levels) != 2:
        raise ValueError("The benchmark knows two regimes and two actions.")
    exposure = max(settings.levels)
    cost = exposure * float(settings.costs.per_side(model.anchor_price))
    odds = np.linspace(-LARGEST_LOG_ODDS, LARGEST_LOG_ODDS, GRID)
    belief = 1 / (1 + np.exp(-odds))
    leave = 1 / model.regime_hours
    up = belief * (1 - leave) + (1 - belief) * leave  # P(up) in the next bar
    nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE)
    weights = weights / weights.sum()
    moves = np.zeros((GRID, GRID))
    earned = np.zeros(GRID)
    for drift, share in ((model.drift, up), (-model.drift, 1 - up)):
        returns = drift + model.noise_vol * nodes
        growth = weights @ np.log1p(exposure * np.expm1(returns))
        earned += share * growth
        # Two Gaussians of equal width: the log likelihood ratio is linear in the return.
        shift = 2 * model.drift * returns / model.noise_vol**2
        seen = np.clip(np.log(up / (1 - up))[:, None] + shift, odds[0], odds[-1])
        place = (seen - odds[0]) / (odds[1] - odds[0])
        below = np.minimum(place.astype(int), GRID - 2)
        part = place - below
        rows = np.repeat(np.arange(GRID), QUADRATURE)
        mass = share[:, None] * weights
        np.add.at(moves, (rows, below.ravel()), (mass * (1 - part)).ravel())
        np.add.at(moves, (rows, below.ravel() + 1), (mass * part).ravel())
    value = np.zeros((GRID, 2))  # by position: flat, long
    for _ in range(SWEEPS):
        later = DISCOUNT * moves @ value
        stay_out, go_in = later[:, 0], earned + later[:, 1]
        new = np.column_stack(
            [np.maximum(stay_out, go_in - cost), np.maximum(stay_out - cost, go_in)]
        )
        change = np.abs(new - value).max()
        value = new
        if change < CONVERGED:
            break
    later = DISCOUNT * moves @ value
    stay_out, go_in = later[:, 0], earned + later[:, 1]
    long = np.column_stack([go_in - cost > stay_out, go_in > stay_out - cost])
    return OptimalPolicy(odds, long, model)
