"""The trading environment: many accounts on one market, stepped together in numpy.

One step, for an account whose last known bar is t:

1. the policy gets features of bars <= t and its own position at the close of t;
2. the order is filled at the open of t+1, with slippage and fee, if the requested level
   differs from the held one and bar t+1 is real (no trades in a filled bar). A position
   that has outgrown its level by :data:`TRIM_BAND` is trimmed to it: the level is a cap.
   A smaller position is not changed;
3. equity is marked at the close of t+1; the reward is its log change.

Levels are shares of the equity. The default is long or flat: OGNUSDT is a spot market, and
a short position would need borrowed coins, whose cost is not in the candles.

An episode that reaches its last bar is truncated (SB3 bootstraps its value); a ruined
account is terminated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv

from core.trading.replay import TRIM_BAND
from runner.agent.account import RUIN, Account, Fills
from runner.agent.exploring_starts import held_since
from runner.agent.features import AGES, POSITION_NAMES
from runner.agent.reward import COMPONENTS, Reward

if TYPE_CHECKING:
    from runner.agent.env_settings import EnvSettings
    from runner.agent.episodes import Episodes
    from runner.agent.exploring_starts import ExploringStarts
    from runner.agent.market import Market

PNL_UNIT = 0.1  # a price move of 10 % makes the unrealised-pnl feature 1
POSITION_CLIP = 3.0


@dataclass(frozen=True)
class StepOutcome:
    """One step of all accounts before any reset. Shape (n,) each."""

    bar: np.ndarray  # index of the bar at whose close equity is marked
    equity: np.ndarray  # USDT, after a forced exit
    exposure: np.ndarray  # value of the coins / equity at the close, before a forced exit
    fills: Fills  # at the open
    exits: Fills | None  # forced, at the close; None: no account had one
    components: dict[str, np.ndarray]  # unscaled rewards by name
    ended: np.ndarray  # bool
    ruined: np.ndarray  # bool


class MarketEnv(VecEnv):
    """n independent accounts as one SB3 ``VecEnv``.

    :param features: normalised features, float32, shape (T, K), row t from bars <= t.
    :param exploring: positions that are open at the start of an episode; None: all begin flat.
    :raises ValueError: features and market differ in length, or features are not finite.
    """

    def __init__(
        self,
        market: Market,
        features: np.ndarray,
        episodes: Episodes,
        settings: EnvSettings,
        num_envs: int,
        seed: int = 0,
        exploring: ExploringStarts | None = None,
    ) -> None:
        if len(features) != len(market):
            raise ValueError(f"{len(features)} rows of features for {len(market)} bars.")
        if not np.isfinite(features).all():
            raise ValueError("Features are not finite; check the candles.")
        size = features.shape[1] + len(POSITION_NAMES)
        self.render_mode = None
        super().__init__(
            num_envs,
            spaces.Box(-np.inf, np.inf, (size,), np.float32),
            spaces.Discrete(len(settings.levels)),
        )
        self.market, self.features, self.settings = market, features, settings
        self.episodes, self.exploring = episodes, exploring
        self.np_random = np.random.default_rng(seed)
        self.account = Account(num_envs, settings.start_capital, settings.costs)
        self.reward = Reward(num_envs, settings.reward)
        self._outcome: StepOutcome | None = None
        self._levels = np.asarray(settings.levels)
        self._unit = float(np.abs(self._levels).max()) or 1.0
        self._bar = np.zeros(num_envs, dtype=np.int64)
        self._stop = np.zeros(num_envs, dtype=np.int64)
        self._start = np.zeros(num_envs, dtype=np.int64)
        self._held = np.full(num_envs, settings.flat)
        self._age_of = AGES[settings.position]
        self._entered = np.zeros(num_envs, dtype=np.int64)  # bar of the opening fill
        self._episode_reward = np.zeros(num_envs)
        self._actions = self._held
        self.sums = dict.fromkeys(COMPONENTS, 0.0)  # of scaled rewards, see take_sums
        self._steps = 0

    @property
    def bar(self) -> np.ndarray:
        """Index of each account's last known bar, shape (n,)."""
        return self._bar.copy()

    @property
    def held(self) -> np.ndarray:
        """The action whose level each account holds, shape (n,)."""
        return self._held.copy()

    @property
    def outcome(self) -> StepOutcome:
        """The outcome of the last step.

        :raises ValueError: there was no step yet.
        """
        if self._outcome is None:
            raise ValueError("No step yet.")
        return self._outcome

    # SB3's interface
    def reset(self, seed: int | None = None) -> np.ndarray:
        """Reset all accounts; the same seed gives the same episodes."""
        seed = self._seeds[0] if seed is None else seed
        if seed is not None:
            self.np_random = np.random.default_rng(seed)
        self._reset_seeds()
        self._reset_options()
        all_accounts = np.ones(self.num_envs, dtype=bool)
        self._begin(all_accounts, *self.episodes.first(self.np_random, self.num_envs))
        return self._observe()

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Observations, rewards, ends and infos after one step of all accounts."""
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: np.ndarray) -> None:
        """Set the actions of the next step, shape (n,)."""
        self._actions = np.asarray(actions).reshape(self.num_envs)

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Step all accounts; those that ended begin their next episode."""
        outcome = self._outcome = self._advance(self._actions)
        rewards = self.reward.total(outcome.components)
        self._episode_reward += rewards
        for name, values in outcome.components.items():
            self.sums[name] += self.settings.reward.scale * float(values.sum())
        self._steps += self.num_envs
        observation = self._observe()
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if outcome.ended.any():
            for i in np.flatnonzero(outcome.ended):
                infos[i] = {
                    "episode": {
                        "r": float(self._episode_reward[i]),
                        "l": int(self._bar[i] - self._start[i]),
                    },
                    "equity": float(outcome.equity[i]),
                    "terminal_observation": observation[i].copy(),
                    "TimeLimit.truncated": not bool(outcome.ruined[i]),
                }
            count = int(outcome.ended.sum())
            self._begin(outcome.ended, *self.episodes.following(self.np_random, count))
            observation = self._observe()
        return observation, rewards.astype(np.float32), outcome.ended.copy(), infos

    def take_sums(self) -> dict[str, float]:
        """Mean scaled reward per step and component since the last call."""
        steps = max(self._steps, 1)
        means = {name: total / steps for name, total in self.sums.items()}
        self.sums, self._steps = dict.fromkeys(COMPONENTS, 0.0), 0
        return means

    def _begin(self, which: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> None:
        self._start[which] = self._bar[which] = starts
        self._stop[which] = stops
        self._held[which] = self.settings.flat
        self._episode_reward[which] = 0.0
        self.account.reset(which)
        self.reward.reset(which)
        if self.exploring is not None:
            self._hold_earlier(np.flatnonzero(which), self.exploring)

    def _hold_earlier(self, accounts: np.ndarray, exploring: ExploringStarts) -> None:
        """Some accounts begin inside a position; its past moves and costs are no reward."""
        costs, capital = self.settings.costs, self.settings.start_capital
        starts, entries = self._bar[accounts], exploring.draw(self.np_random, self._bar[accounts])
        for i, start, entry in zip(accounts, starts, entries, strict=True):
            if entry < 0:
                continue
            action = int(self.np_random.choice(np.flatnonzero(self._levels)))
            held = held_since(
                self.market, int(entry), int(start), self._levels[action], costs, capital
            )
            if held is not None:
                self.account.hold(int(i), held)
                self._held[i], self._entered[i] = action, entry

    def _advance(self, actions: np.ndarray) -> StepOutcome:
        market, account = self.market, self.account
        before = account.equity(market.close[self._bar])
        bar = self._bar = self._bar + 1
        opening, closing = market.open[bar], market.close[bar]
        at_open = account.equity(opening)
        tradable = ~market.filled[bar]
        changing = (actions != self._held) & tradable
        self._held = np.where(changing, actions, self._held)
        level = self._levels[self._held]
        share = np.abs(account.units * opening / at_open)
        outgrown = tradable & ~changing & (share > np.abs(level) * (1.0 + TRIM_BAND))
        fills = account.trade_to(level, opening, changing | outgrown)
        self._entered = np.where(changing, bar, self._entered)
        after_fill = account.equity(opening)
        at_close = account.equity(closing)
        exposure = account.units * closing / at_close
        ruined = at_close <= RUIN * self.settings.start_capital
        ended = (bar >= self._stop) | ruined
        exits, after_exit = None, at_close
        leaving = ended & (account.units != 0.0)
        if self.settings.exit_at_end and leaving.any():
            exits = account.trade_to(np.zeros(self.num_envs), closing, leaving)
            after_exit = account.equity(closing)
        components = self.reward.components(before, at_open, after_fill, at_close, after_exit)
        # A copy: the start of the next episode writes to self._bar.
        return StepOutcome(
            bar.copy(), after_exit, exposure, fills, exits, components, ended, ruined
        )

    def _observe(self) -> np.ndarray:
        """The observation at the close of each account's bar, float32 (n, K + 3)."""
        price = self.market.close[self._bar]
        width = self.features.shape[1]
        observed = np.empty((self.num_envs, width + len(POSITION_NAMES)), dtype=np.float32)
        observed[:, :width] = self.features[self._bar]
        held = self._levels[self._held]
        gain = self.account.unrealised(price) / (self.account.equity(price) * self._unit)
        observed[:, width] = held / self._unit
        observed[:, width + 1] = np.clip(gain / PNL_UNIT, -POSITION_CLIP, POSITION_CLIP)
        bars_held = np.where(held != 0.0, self._bar - self._entered + 1, 0)
        observed[:, width + 2] = self._age_of(bars_held)
        return observed

    def close(self) -> None:
        """Nothing to close."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The attribute, once for each account."""
        return [getattr(self, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Not supported.

        :raises NotImplementedError: always.
        """
        raise NotImplementedError("The accounts share one environment; create a new one instead.")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list:
        """Not supported.

        :raises NotImplementedError: always.
        """
        raise NotImplementedError("The accounts share one environment; call the method on it.")

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """False for each account."""
        return [False] * len(list(self._get_indices(indices)))
