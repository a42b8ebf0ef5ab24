"""A recipe's tries in numbers, and where a model stands among them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.metrics.wilson import Interval, wilson
from core.sweep.spread import Spread, iqm, spread
from core.vocabulary import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_TRIES = 5  # with fewer a rank says nothing
ORDINARY = 0.05  # an outlier is among the best so many of the tries
FEWEST_SIBLINGS = 19  # among fewer even the best is one of more than so many


@dataclass(frozen=True)
class Try:
    """One seed on one fold, scored.

    :ivar values: of the six gates by id; None: undefined.
    :ivar passed: ids of the gates that it passes.
    """

    seed: int
    fold: int
    values: Mapping[str, float | None]
    passed: frozenset[str]
    decision: Decision

    @property
    def has_diverged(self) -> bool:
        """Its training gave no model to judge: every record has a drawdown at least."""
        return all(value is None for value in self.values.values())


@dataclass(frozen=True)
class GateShare:
    """How many tries pass exactly so many gates."""

    gates: int
    tries: int
    share: float
    interval: Interval


@dataclass(frozen=True)
class Standing:
    """The chosen model among its siblings of the week's own split, by Sharpe.

    :ivar rank: 1 is the best; the middle of its places with those that have the same Sharpe.
    :ivar siblings: that have a Sharpe; ``without`` have none, and are not ranked.
    :ivar premium: its Sharpe minus the siblings' IQM: what luck may have added.
    :ivar as_good: share of the tries, itself included, that are at least as good; None: with so few
        siblings it says nothing.
    """

    sharpe: float
    rank: float
    siblings: int
    level: int  # siblings with exactly its Sharpe
    without: int
    premium: float
    as_good: float | None = None

    @property
    def outlier(self) -> bool | None:
        """Whether the recipe gives such a model in 5 % of its tries at most; None: not known."""
        return None if self.as_good is None else self.as_good <= ORDINARY


@dataclass(frozen=True)
class Recipe:
    """A sweep's tries together.

    :ivar own: of the week's own split; ``folds`` of the walk-forward folds.
    :ivar failed: tries of the week's own split that crashed or were refused: the machine's
        failures say nothing of the recipe and are in no number above. A try that diverged is the
        recipe's own failure, and is a try.
    :ivar failed_folds: the same of the walk-forward folds.
    :ivar open_own: tries of the week's own split that have not ended.
    """

    own: tuple[Try, ...]
    folds: tuple[Try, ...]
    failed: int
    failed_folds: int
    planned: int
    open_own: int = 0

    @property
    def planned_own(self) -> int:
        """Tries of the week's own split, with and without a result."""
        return len(self.own) + self.failed + self.open_own

    @property
    def scored(self) -> int:
        """Tries with a result."""
        return len(self.own) + len(self.folds)

    @property
    def open(self) -> int:
        """Tries that have not ended."""
        return self.planned - self.scored - self.failed - self.failed_folds

    def go(self) -> int:
        """GOs on the week's own split."""
        return sum(each.decision is Decision.GO for each in self.own)

    def diverged(self) -> int:
        """Tries on the week's own split whose training diverged; they are no GO."""
        return sum(each.has_diverged for each in self.own)

    def shares(self, gates: int) -> tuple[GateShare, ...]:
        """On the week's own split, from none to all gates."""
        counts, of = Counter(len(each.passed) for each in self.own), len(self.own)
        return tuple(
            GateShare(
                number,
                counts[number],
                counts[number] / of if of else 0.0,
                wilson(counts[number], of),
            )
            for number in range(gates + 1)
        )

    def spread(self, gate: str, *, own: bool) -> Spread:
        """A gate's metric on the week's own split, or over the walk-forward folds."""
        tries = self.own if own else self.folds
        numbers = sorted({each.fold for each in tries})
        return spread(
            [[each.values.get(gate) for each in tries if each.fold == fold] for fold in numbers]
        )

    def siblings(self, seed: int | None) -> tuple[Try, ...]:
        """The tries on the week's own split without the model's own: its seed gives the model again.

        :param seed: of the model; None: unknown.
        """
        return tuple(each for each in self.own if each.seed != seed)

    def standing(self, sharpe: float | None, seed: int | None = None) -> Standing | None:
        """Where a model with this Sharpe stands; None without it, or without siblings.

        It is an outlier if its Sharpe is among the best 5 % of the tries, itself included. The rank of
        an ordinary seed is as likely to be each one, so that it gets there in 5 % of recipes at most;
        among fewer than 19 siblings nobody could, and it is not known. The best of 20 seeds always
        does: what it has above the others is luck that the next training does not repeat. A sibling
        without a Sharpe is not as good as a model with one.

        :param seed: of the model, whose own try is no sibling; None: unknown.
        """
        siblings = [each.values.get("sharpe") for each in self.siblings(seed)]
        known = [each for each in siblings if each is not None]
        if sharpe is None or len(known) < 2:
            return None
        level, as_good = known.count(sharpe), 1 + sum(each >= sharpe for each in known)
        enough = len(siblings) >= FEWEST_SIBLINGS
        return Standing(
            sharpe,
            1 + sum(each > sharpe for each in known) + level / 2,
            len(known),
            level,
            len(siblings) - len(known),
            sharpe - iqm(known),
            as_good / (len(siblings) + 1) if enough else None,
        )
