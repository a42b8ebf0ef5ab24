"""Which bars an episode runs over.

An episode ``(start, stop)`` begins flat at the close of bar ``start``; its last
equity is marked at the close of bar ``stop``. It has ``stop - start`` steps.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.errors import MarketDataError

Spans = tuple[np.ndarray, np.ndarray]  # starts and stops, int64, one per account


class Episodes(Protocol):
    """Where episodes come from."""

    def first(self, rng: np.random.Generator, n: int) -> Spans:
        """The episodes that n accounts begin with."""

    def following(self, rng: np.random.Generator, n: int) -> Spans:
        """The episodes of n accounts whose episode has just ended."""


@dataclass(frozen=True)
class RandomEpisodes:
    """Training: episodes of ``bars`` steps, anywhere in ``first_bar .. last_bar``.

    The first ones are cut short, evenly from 1 to ``bars`` steps: episode ends are
    staggered from then on, and reward statistics exist after the first rollout.
    """

    first_bar: int
    last_bar: int
    bars: int = 168

    def __post_init__(self) -> None:
        if self.last_bar - self.first_bar < self.bars:
            raise MarketDataError(
                f"Bars {self.first_bar} to {self.last_bar} are too few for an episode"
                f" of {self.bars} bars.",
                "Give more training data, or a smaller training.episode_bars.",
            )

    def _starts(self, rng: np.random.Generator, n: int) -> np.ndarray:
        return rng.integers(self.first_bar, self.last_bar - self.bars, n, endpoint=True)

    def first(self, rng: np.random.Generator, n: int) -> Spans:
        starts = self._starts(rng, n)
        lengths = np.ceil(np.arange(1, n + 1) * self.bars / n).astype(np.int64)
        return starts, starts + rng.permutation(lengths)

    def following(self, rng: np.random.Generator, n: int) -> Spans:
        starts = self._starts(rng, n)
        return starts, starts + self.bars


class ChronologicalEpisodes:
    """Evaluation: given episodes in order; after the last one, again from the first."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self.spans = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
        self._next = 0

    def first(self, rng: np.random.Generator, n: int) -> Spans:
        self._next = 0
        return self.following(rng, n)

    def following(self, rng: np.random.Generator, n: int) -> Spans:
        chosen = self.spans[(self._next + np.arange(n)) % len(self.spans)]
        self._next += n
        return chosen[:, 0].copy(), chosen[:, 1].copy()


def slices(first_bar: int, last_bar: int, episodes: int) -> list[tuple[int, int]]:
    """Cut ``first_bar .. last_bar`` into adjacent episodes of nearly equal length.

    :raises MarketDataError: fewer than two steps an episode.
    """
    if last_bar - first_bar < 2 * episodes:
        raise MarketDataError(
            f"{max(last_bar - first_bar, 0)} usable bars are too few for {episodes} episodes.",
            "Give more data, or fewer episodes.",
        )
    edges = np.linspace(first_bar, last_bar, episodes + 1).round().astype(int)
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]
