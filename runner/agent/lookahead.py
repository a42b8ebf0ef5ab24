"""Look-ahead tests: whether the model uses any information from future bars.

Three tests, run with the features, environment and weights under revalidation: later bars
are removed or changed, and no earlier value may change by one bit; a planted oracle must be
detected by that test; and on bars in random order there must be no profit.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.decision import lookahead as words
from core.decision.lookahead import Lookahead, LookaheadTest
from core.trading.costs import CostModel
from core.trading.warm_up import WARM_UP
from runner.agent.episodes import ChronologicalEpisodes
from runner.agent.evaluation import Policy, evaluate
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv

if TYPE_CHECKING:
    from runner.agent.env_settings import EnvSettings

SEED = 20_260_227
CUTS = 4  # bars after which the future is removed
WALKED = 48  # bars that the policy steps through before each cut
TAKEN = 2  # fewest bars after a cut: a single bar can't be reordered
SHUFFLES = 12
EPISODES = 16  # run in parallel, so that a shuffled market takes a second
SURE = 4.0  # standard errors; a dozen shuffles exceed it by chance once in 1000
FREE = CostModel(0.0, 0.0, 0.0)

FeaturesOf = Callable[[Market], np.ndarray]


def lookahead_tests(
    policy: Policy, market: Market, features_of: FeaturesOf, settings: EnvSettings
) -> Lookahead:
    """All three tests.

    :param features_of: the candidate's features of any market.
    """
    return Lookahead(
        prefix_invariance=prefix_invariance(policy, market, features_of, settings),
        planted_oracle=planted_oracle(policy, market, features_of, settings),
        shuffled_returns=shuffled_returns(policy, market, features_of, settings),
    )


def prefix_invariance(
    policy: Policy, market: Market, features_of: FeaturesOf, settings: EnvSettings
) -> LookaheadTest:
    """Observations and actions up to a bar may not depend on any later bar.

    At each cut the later bars are deleted, set to NaN, and shuffled; the features up to the
    cut, and the observations and actions of the last bars before it, must not change.
    """
    cuts = _cuts(len(market))
    if not cuts:
        needed = WARM_UP + WALKED + TAKEN + 1
        return LookaheadTest(passed=None, checked=0, detail=words.few_bars(len(market), needed))
    random = np.random.default_rng(SEED)
    full = features_of(market)
    compared, differing = 0, []  # name of the future, and its cut
    for cut in cuts:
        seen = _walk(policy, market, full, cut, settings)
        for name, other in _futures(market, cut, random).items():
            features = features_of(other)
            again = _walk(policy, other, features, cut, settings)
            same = full[: cut + 1].tobytes() == features[: cut + 1].tobytes() and seen == again
            compared += 1
            if not same:
                differing.append((name, cut))
    if differing:
        changed, cut = differing[0]
        return LookaheadTest(passed=False, checked=compared, detail=words.depends(changed, cut))
    return LookaheadTest(passed=True, checked=compared, detail=words.same(len(cuts)))


def planted_oracle(
    policy: Policy, market: Market, features_of: FeaturesOf, settings: EnvSettings
) -> LookaheadTest:
    """The next bar's return as a feature, which :func:`prefix_invariance` must detect."""

    def with_oracle(other: Market) -> np.ndarray:
        features = features_of(other).copy()
        following = np.diff(np.log(other.close), append=np.log(other.close[-1:]))
        features[:, 0] = following
        return features

    found = prefix_invariance(policy, market, with_oracle, settings)
    if found.passed is None:
        return found
    if found.passed:
        return LookaheadTest(passed=False, checked=found.checked, detail=words.oracle_missed())
    return LookaheadTest(passed=True, checked=found.checked, detail=words.oracle_noticed())


def shuffled_returns(
    policy: Policy, market: Market, features_of: FeaturesOf, settings: EnvSettings
) -> LookaheadTest:
    """On the same bars in random order, without their mean, there must be no profit.

    Without costs, which could hide an edge: the mean gain over the shuffles must not be more
    than :data:`SURE` standard errors above 0.
    """
    random = np.random.default_rng(SEED)
    free = replace(settings, costs=FREE)
    gains = []
    for _ in range(SHUFFLES):
        shuffled = shuffle_bars(market, random)
        spans = _spans(len(shuffled))
        env = MarketEnv(
            shuffled, features_of(shuffled), ChronologicalEpisodes(spans), free, len(spans)
        )
        gains.append(float(np.mean(evaluate(policy, env).returns)))
    mean = float(np.mean(gains))
    error = float(np.std(gains, ddof=1)) / np.sqrt(len(gains))
    score = float(mean / error) if error > 0.0 else 0.0
    return LookaheadTest(
        passed=score <= SURE,
        checked=SHUFFLES,
        detail=words.shuffled(SHUFFLES, gain=mean * 1e4, errors=score, limit=SURE),
    )


def shuffle_bars(market: Market, random: np.random.Generator) -> Market:
    """The bars in random order, joined at their closes.

    The mean gap and the mean move from open to close are removed, so that neither holding
    nor the time of the fill makes a profit.
    """
    before = np.concatenate([market.open[:1], market.close[:-1]])
    order = random.permutation(len(market))
    gaps, moves = market.open / before, market.close / market.open
    gaps, moves = (gaps / gaps.mean())[order], (moves / moves.mean())[order]
    close = market.close[0] * np.cumprod(gaps * moves)
    opening = np.concatenate([market.close[:1], close[:-1]]) * gaps
    high, low = ((side / market.open)[order] * opening for side in (market.high, market.low))
    # Without their means open and close may exceed the extremes, which must enclose them.
    high, low = np.maximum.reduce([high, opening, close]), np.minimum.reduce([low, opening, close])
    filled, volume = market.filled[order], market.volume[order]
    return Market(market.open_time, opening, high, low, close, volume, filled)


def _cuts(bars: int) -> list[int]:
    """The cuts, spread over the bars after warm-up and walk; few bars have few or none."""
    first, last = WARM_UP + WALKED, bars - 1 - TAKEN
    if last < first:
        return []
    last = min(last, max(first, bars - WALKED))
    return np.unique(np.linspace(first, last, CUTS).astype(int)).tolist()


def _futures(market: Market, cut: int, random: np.random.Generator) -> dict[str, Market]:
    """Markets equal up to ``cut`` with different futures, by the name of the change."""
    later = np.arange(cut + 1, len(market))
    order = np.concatenate([np.arange(cut + 1), random.permutation(later)])
    names = [name for name in Market.__dataclass_fields__ if name != "open_time"]
    shuffled = Market(market.open_time, *(getattr(market, name)[order] for name in names))
    empty = {name: getattr(market, name).copy() for name in names}
    for name in names:
        empty[name][later] = False if name == "filled" else np.nan
    return {
        "deleted": market[: cut + 1],
        "empty": Market(market.open_time, **empty),
        "shuffled": shuffled,
    }


def _walk(
    policy: Policy, market: Market, features: np.ndarray, cut: int, settings: EnvSettings
) -> list[bytes]:
    """Observations and actions of the last bars before ``cut``, as bytes."""
    # Only values up to the cut are compared; later ones may be anything.
    known = np.nan_to_num(features, nan=0.0, posinf=0.0, neginf=0.0)
    span = ChronologicalEpisodes([(cut - WALKED, cut)])
    env = MarketEnv(market, known, span, settings, 1)
    observation, seen = env.reset(), []
    for _ in range(WALKED):
        actions = policy(observation, env)
        seen += [observation.tobytes(), np.asarray(actions).tobytes()]
        observation, _, ended, infos = env.step(actions)
        if ended[0]:
            seen.append(infos[0]["terminal_observation"].tobytes())
            break
    return seen


def _spans(bars: int) -> list[tuple[int, int]]:
    edges = np.linspace(WARM_UP, bars - 1, EPISODES + 1).round().astype(int)
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges) if b > a]
