"""The recipe's verdict: what its tries say together, and where the chosen model stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.language import Message, joined, plural
from core.sweep.spread import Interval, Spread, spread, wilson
from core.vocabulary import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_SPLIT = 0  # the number of the week's own split; walk-forward folds count from 1
FEWEST_TRIES = 5  # with fewer a rank or a share is not said in the sentence


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

    :ivar rank: 1 is the best; siblings with the same Sharpe don't count as better.
    :ivar premium: its Sharpe minus the siblings' IQM: what luck may have added.
    """

    sharpe: float
    rank: int
    siblings: int
    premium: float
    outlier: bool  # above all siblings and their interval's upper end


@dataclass(frozen=True)
class Recipe:
    """A sweep's tries together.

    :ivar own: of the week's own split; ``folds`` of the walk-forward folds.
    :ivar failed: tries that crashed or were refused; they are in no number above.
    """

    own: tuple[Try, ...]
    folds: tuple[Try, ...]
    failed: int
    planned: int

    @property
    def scored(self) -> int:
        """Tries with a result."""
        return len(self.own) + len(self.folds)

    @property
    def open(self) -> int:
        """Tries that have not ended."""
        return self.planned - self.scored - self.failed

    def go(self) -> int:
        """GOs on the week's own split."""
        return sum(each.decision is Decision.GO for each in self.own)

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

    def standing(self, sharpe: float | None) -> Standing | None:
        """Where a model with this Sharpe stands; None without it, or without siblings."""
        siblings = [each.values.get("sharpe") for each in self.own]
        known = [each for each in siblings if each is not None]
        if sharpe is None or len(known) < 2:
            return None
        among = spread([known])
        assert among.iqm is not None
        assert among.interval is not None
        return Standing(
            sharpe,
            1 + sum(each > sharpe for each in known),
            len(known),
            sharpe - among.iqm,
            sharpe > max(known) and sharpe > among.interval.high,
        )

    def sentence(self, sharpe: float | None) -> Message:
        """What a person reads first.

        :param sharpe: of the chosen model on the backtest data; None: not revalidated.
        """
        tries = len(self.own)
        if not tries:
            return Message("No try of this recipe has been scored on the week's own split yet.")
        said = [
            plural(
                "This recipe gives a GO in {go} of {n} try.",
                "This recipe gives a GO in {go} of {n} tries.",
                tries,
                go=self.go(),
            )
        ]
        if tries < FEWEST_TRIES:
            said.append(
                plural(
                    "One seed says nothing of luck: try at least {fewest}.",
                    "So few seeds say little of luck: try at least {fewest}.",
                    tries,
                    fewest=FEWEST_TRIES,
                )
            )
        elif (standing := self.standing(sharpe)) is not None:
            said += [_rank(standing), _expected(standing)]
        if self.failed:
            said.append(
                plural(
                    "{n} try crashed and is not counted.",
                    "{n} tries crashed and are not counted.",
                    self.failed,
                )
            )
        return joined(said)


def _rank(standing: Standing) -> Message:
    values = {"rank": standing.rank, "siblings": standing.siblings}
    if standing.rank == 1:
        return Message("The chosen model is better than all {siblings} of its siblings.", **values)
    if standing.rank > standing.siblings:
        return Message("The chosen model is worse than all {siblings} of its siblings.", **values)
    return Message("The chosen model would be number {rank} among {siblings} siblings.", **values)


def _expected(standing: Standing) -> Message:
    expected = standing.sharpe - standing.premium
    if standing.premium <= 0:
        return Message(
            "Its Sharpe {chosen:.2f} is not above the recipe's {expected:.2f}.",
            chosen=standing.sharpe,
            expected=expected,
        )
    return Message(
        "Expect Sharpe {expected:.2f}, not {chosen:.2f}.",
        expected=expected,
        chosen=standing.sharpe,
    )
