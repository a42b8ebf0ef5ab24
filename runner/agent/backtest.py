"""The revalidation's backtest: one continuous record, equity and trades of each bar.

It uses the training environment with one account, so fills are the same. Episodes are
slices of the record: they label its rows and change nothing that is traded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.metrics.records import EQUITY_COLUMNS, records_csv
from runner.agent.episodes import ChronologicalEpisodes
from runner.agent.market_env import MarketEnv
from runner.agent.round_trips import RoundTrips

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.agent.env_settings import EnvSettings
    from runner.agent.evaluation import Policy
    from runner.agent.market import Market


@dataclass(frozen=True)
class Backtest:
    """The record of one account over all bars.

    :ivar equity: ``time`` (UTC, close of the bar), ``equity`` (USDT), ``exposure``
        (share of equity in coins), ``episode`` (the slice, from 1), ``target`` (the level that was
        held on the bar, a signed share of equity; with it every cost can be replayed).
        The first row is the start capital at the close on which the first decision
        was made.
    :ivar trades: round trips, see :mod:`runner.agent.round_trips`.
    :ivar components: sum of the unscaled reward by component.
    :ivar observations: what the policy decided on at each bar, float32, shape (bars, K + 3).
    """

    equity: pd.DataFrame
    trades: pd.DataFrame
    components: dict[str, float]
    observations: np.ndarray


def run_backtest(
    policy: Policy,
    market: Market,
    features: np.ndarray,
    spans: list[tuple[int, int]],
    settings: EnvSettings,
    on_episode: Callable[[int, pd.DataFrame, pd.DataFrame], None] | None = None,
) -> Backtest:
    """Step through all bars of ``spans``; flat at the start, forced exit at the end.

    A position is held through the border of two episodes. A round trip belongs to the
    episode in which it ends.

    :param spans: adjacent episodes, see :mod:`runner.agent.episodes`.
    :param on_episode: called after each with its number (from 1) and the records so far.
    """
    whole = [(spans[0][0], spans[-1][1])]
    env = MarketEnv(market, features, ChronologicalEpisodes(whole), settings, num_envs=1)
    closes = list(pd.DatetimeIndex(market.open_time + market.interval, tz="UTC"))
    opens = list(pd.DatetimeIndex(market.open_time, tz="UTC"))
    rows: list[tuple] = [(closes[spans[0][0]], settings.start_capital, 0.0, 1, 0.0)]
    trips = RoundTrips()
    components: dict[str, float] = {}
    observation, seen = env.reset(), []
    number, ended, held = 1, False, 0.0
    while not ended:
        seen.append(observation[0])
        actions = policy(observation, env)
        observation, _, _, _ = env.step(actions)
        outcome = env.outcome
        bar, ended = int(outcome.bar[0]), bool(outcome.ended[0])
        if not market.filled[bar]:
            held = float(settings.levels[int(actions[0])])
        trips.fill(number, opens[bar], outcome.fills)
        if outcome.exits is not None:
            trips.fill(number, closes[bar], outcome.exits, forced=True)
        rows.append(
            (closes[bar], float(outcome.equity[0]), float(outcome.exposure[0]), number, held)
        )
        for name, values in outcome.components.items():
            components[name] = components.get(name, 0.0) + float(values[0])
        if bar == spans[number - 1][1] or ended:
            if on_episode is not None:
                on_episode(number, pd.DataFrame(rows, columns=EQUITY_COLUMNS), trips.frame())
            number += 1
    equity = pd.DataFrame(rows, columns=EQUITY_COLUMNS)
    return Backtest(equity, trips.frame(), components, np.stack(seen))


def same_tables(first: Backtest, again: Backtest) -> bool:
    """Whether a rerun gave byte-identical tables."""
    return all(
        records_csv(one) == records_csv(other)
        for one, other in ((first.equity, again.equity), (first.trades, again.trades))
    )
