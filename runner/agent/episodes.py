"""The bars of an episode.

An episode ``(start, stop)`` begins flat at the close of bar ``start``; its last equity is
marked at the close of bar ``stop``. It has ``stop - start`` steps.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.errors import MarketDataError
from core.language import Message, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

Spans = tuple[np.ndarray, np.ndarray]  # starts and stops, int64, one per account


class Episodes(Protocol):
    """A source of episodes."""

    def first(self, rng: np.random.Generator, n: int) -> Spans:
        """The first episodes of n accounts."""

    def following(self, rng: np.random.Generator, n: int) -> Spans:
        """The next episodes of n accounts whose episode has just ended."""


@dataclass(frozen=True)
class RandomEpisodes:
    """Training: episodes of ``bars`` steps, anywhere in ``first_bar .. last_bar``.

    The first ones are shortened, evenly spaced up to ``bars`` steps, so that episode ends are
    staggered and reward statistics exist after the first rollout.
    """

    first_bar: int
    last_bar: int
    bars: int = 168

    def __post_init__(self) -> None:
        if self.last_bar - self.first_bar < self.bars:
            raise MarketDataError(
                Message(
                    "Not enough data: bars {first} to {last} for an episode of {bars} bars.",
                    first=self.first_bar,
                    last=self.last_bar,
                    bars=self.bars,
                ),
                Message("Give more training data, or a smaller training.episode_bars."),
            )

    def _starts(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return rng.integers(self.first_bar, self.last_bar - self.bars, n, endpoint=True)

    def first(self, rng: np.random.Generator, n: int) -> Spans:
        """Random starts; lengths from ``bars / n`` to ``bars``, in random order."""
        starts = self._starts(rng, n)
        lengths = np.ceil(np.arange(1, n + 1) * self.bars / n).astype(np.int64)
        return starts, starts + rng.permutation(lengths)

    def following(self, rng: np.random.Generator, n: int) -> Spans:
        """Random starts, each with the full ``bars`` steps."""
        starts = self._starts(rng, n)
        return starts, starts + self.bars


class ChronologicalEpisodes:
    """Evaluation: the given episodes in order, then again from the first one."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self.spans = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
        self._next = 0

    def first(self, rng: np.random.Generator, n: int) -> Spans:
        """Start over at the first episode; ``rng`` is not used."""
        self._next = 0
        return self.following(rng, n)

    def following(self, rng: np.random.Generator, n: int) -> Spans:
        """The next n episodes in order; ``rng`` is not used."""
        chosen = self.spans[(self._next + np.arange(n)) % len(self.spans)]
        self._next += n
        return chosen[:, 0].copy(), chosen[:, 1].copy()


def slices(first_bar: int, last_bar: int, episodes: int) -> list[tuple[int, int]]:
    """Cut ``first_bar .. last_bar`` into adjacent episodes of nearly equal length.

    :raises MarketDataError: fewer than two steps per episode.
    """
    if last_bar - first_bar < 2 * episodes:
        raise MarketDataError(
            plural(
                "Not enough data: {bars} usable bars for {n} episode.",
                "Not enough data: {bars} usable bars for {n} episodes.",
                episodes,
                bars=max(last_bar - first_bar, 0),
            ),
            Message("Give more data, or fewer episodes."),
        )
    edges = np.linspace(first_bar, last_bar, episodes + 1).round().astype(int)
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
