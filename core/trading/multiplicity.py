"""Several candidates on the same bars: how much of the best one is selection.

Pure functions of a matrix of returns, one column a candidate, so that a sweep can ask too:

- the variance of the candidates' Sharpe ratios, for the deflated Sharpe ratio (Bailey and Lopez de
  Prado 2014), in place of the variance that trials without skill would show;
- how many independent trials they are worth: clusters of the correlation of their returns (Lopez de
  Prado and Lewis 2019, with average linkage in place of k-means, so that nothing is drawn);
- the probability of backtest overfitting by combinatorially symmetric cross-validation (CSCV; Bailey,
  Borwein, Lopez de Prado and Zhu 2015);
- which candidates beat a benchmark after all comparisons: step-wise (Romano and Wolf 2005), and the
  test for superior predictive ability of the best one (Hansen 2005).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel, Sentence, Share
from core.language import Message, joined, plural
from core.metrics.conventions import NO_VOLATILITY
from core.trading.bar_resampling import chosen_block, optimal_blocks
from core.trading.resampling import SEED
from core.trading.significance import Moments, deflated_sharpe
from core.trading.superiority import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping

SPLITS = 16  # of CSCV: 12,870 ways to halve them
_REPETITIONS = 500
_SIZE = 0.05
FEWEST = 3  # candidates whose Sharpe ratios have a variance worth using


class AgainstBenchmark(JsonModel):
    """The candidates against one strategy without an agent."""

    superior: bool = Field(
        description="The judged candidate earns more at 5 %, whichever of them are compared "
        "(Romano and Wolf)."
    )
    spa_p: Share = Field(description="P value that none of them earns more (Hansen, consistent).")


class Multiplicity(JsonModel):
    """What the other candidates that were judged on the same bars mean for this one."""

    candidates: Count = Field(description="Candidates with a record on these bars, this included.")
    tries: Count = Field(
        default=0,
        description="Those of them that are tries of a sweep; absent: none was looked for.",
    )
    unrecorded: Count = Field(
        default=0,
        description="Tries on some of these bars without a record that can be compared: they count "
        "as trials, and are in no other figure; absent: none.",
    )
    idle: Count = Field(
        default=0, description="Those that never moved, and are in no figure; absent: none."
    )
    sharpe_variance: float | None = Field(
        default=None, description="Variance of their Sharpe ratios per bar."
    )
    effective_trials: Count | None = Field(
        default=None, description="Clusters by the correlation of their returns."
    )
    dsr_measured: Share | None = Field(
        default=None,
        description="Deflated Sharpe ratio with the measured variance and all counted trials; without "
        "one (sharpe_variance null), with that of trials without skill.",
    )
    dsr_effective: Share | None = Field(
        default=None,
        description="The same with the effective number in place of the candidates among them.",
    )
    pbo: Share | None = Field(
        default=None, description="Probability that the best in one half is below the median after."
    )
    against: dict[str, AgainstBenchmark] = Field(
        default_factory=dict, description="By benchmark: buy_and_hold, exposure_matched."
    )
    missing: Sentence | None = Field(
        default=None, description="What was not measured, and why; null: nothing is missing."
    )

    def sentence(self) -> Message:
        """What was measured, in one line."""
        if self.pbo is None:
            return self.missing or Message("Multiplicity: not measured")
        parts = [
            plural(
                "Multiplicity: {n} candidate on these bars",
                "Multiplicity: {n} candidates on these bars",
                self.candidates,
            ),
            *(
                [plural("{n} of them a try of a sweep", "{n} of them tries of a sweep", self.tries)]
                if self.tries
                else []
            ),
            *(
                [
                    plural(
                        "{n} never traded and is in no figure",
                        "{n} never traded and are in no figure",
                        self.idle,
                    )
                ]
                if self.idle
                else []
            ),
            plural(
                "worth {n} independent trial",
                "worth {n} independent trials",
                self.effective_trials or 1,
            ),
            Message("probability of backtest overfitting {pbo:.0%}", pbo=self.pbo),
        ]
        if self.dsr_measured is not None and self.sharpe_variance is not None:
            parts.append(Message("DSR with the measured variance {dsr:.1%}", dsr=self.dsr_measured))
        for name, found in self.against.items():
            parts.append(
                Message(
                    "{benchmark}: {result} (SPA p {p:.2f})",
                    benchmark=BENCHMARKS[name],
                    result=Message("beaten") if found.superior else Message("not beaten"),
                    p=found.spa_p,
                )
            )
        if self.missing is not None:
            parts.append(self.missing)
        return joined(parts, "; ")


BENCHMARKS = {
    "buy_and_hold": Message("buy and hold"),
    "exposure_matched": Message("the market at the agent's exposure"),
}


def multiplicity(
    returns: np.ndarray,
    others: np.ndarray,
    benchmarks: Mapping[str, np.ndarray],
    trials: int,
    tries: int = 0,
    unrecorded: int = 0,
) -> Multiplicity:
    """What the others mean for the judged candidate.

    :param returns: of the judged one, per bar, shape (bars,).
    :param others: of the other candidates on the same bars, shape (bars, n); n may be 0.
    :param benchmarks: returns of strategies without an agent on the same bars.
    :param trials: counted trials without those of ``tries``, at least the other candidates.
    :param tries: how many of the others, the last columns, are tries of a sweep.
    :param unrecorded: further tries, which have no column.
    """
    every = np.column_stack([returns, others])
    moving = every.std(axis=0) >= NO_VOLATILITY
    idle = int(np.count_nonzero(~moving))
    every, total = every[:, moving], every.shape[1]
    n = every.shape[1]
    moments, counted = Moments.of(returns), max(trials + tries, total) + unrecorded
    measured = deflated_sharpe(moments, counted) if moments and tries + unrecorded else None
    effective = None
    lost = Message(
        "{n} of {tries} tries on these bars without a record here that can be compared: each counts"
        " as a trial",
        n=unrecorded,
        tries=tries + unrecorded,
    )
    absent = [lost] if unrecorded else []
    if n < 2 or not moving[0] or len(every) < SPLITS * 4:
        return Multiplicity(
            candidates=total,
            tries=tries,
            unrecorded=unrecorded,
            dsr_measured=measured,
            missing=joined(
                [
                    Message(
                        "Multiplicity not measured: only this candidate has a usable record on these "
                        "bars. Missing: variance of the Sharpe ratios, clusters, overfitting (PBO), "
                        "Romano-Wolf; the deflated Sharpe takes the variance of trials without skill."
                    ),
                    *absent,
                ]
            ),
        )
    variance = float(np.var(sharpe_ratios(every), ddof=1)) if n >= FEWEST else None
    clusters = effective_trials(every)
    if moments is not None and variance is not None:
        measured = deflated_sharpe(moments, counted, variance)
        effective = deflated_sharpe(moments, max(counted - n + clusters, 1), variance)
    if variance is None:
        absent.append(Message("the variance of the Sharpe ratios needs {n} candidates", n=FEWEST))
    return Multiplicity(
        candidates=total,
        tries=tries,
        unrecorded=unrecorded,
        idle=idle,
        sharpe_variance=variance,
        effective_trials=clusters,
        dsr_measured=measured,
        dsr_effective=effective,
        pbo=overfitting(every),
        against={name: against(every, values) for name, values in benchmarks.items()},
        missing=joined(absent, "; ") if absent else None,
    )


def sharpe_ratios(returns: np.ndarray) -> np.ndarray:
    """Of each column, per bar."""
    found: np.ndarray = returns.mean(axis=0) / returns.std(axis=0, ddof=1)
    return found


def effective_trials(returns: np.ndarray) -> int:
    """Clusters of the columns by the correlation of their returns.

    The number of clusters is the one with the highest mean silhouette; where none is above that
    of noise, each column is a trial of its own.
    """
    n = int(returns.shape[1])
    correlation = np.clip(np.corrcoef(returns, rowvar=False), -1.0, 1.0)
    distance = np.sqrt((1.0 - correlation) / 2.0)
    if n < 3:
        return 1 if n == 1 or correlation[0, 1] > 0.5 else n
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if float(correlation.min()) > 0.5:
        return 1  # all are one: a silhouette needs two clusters
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average")
    best: float = _FEWEST_SILHOUETTE
    found: int = n
    for clusters in range(2, n):
        labels = fcluster(tree, clusters, "maxclust")
        score = _silhouette(distance, labels)
        if score > best:
            best, found = score, len(np.unique(labels))
    return found


_FEWEST_SILHOUETTE = 0.1


def _silhouette(distance: np.ndarray, labels: np.ndarray) -> float:
    """Mean over the columns; one that is alone in its cluster counts 0 (Rousseeuw 1987)."""
    scores = np.zeros(len(labels))
    for i, own in enumerate(labels):
        same = (labels == own) & (np.arange(len(labels)) != i)
        if not same.any():
            continue
        near = distance[i, same].mean()
        other = min(distance[i, labels == one].mean() for one in np.unique(labels) if one != own)
        scores[i] = (other - near) / max(near, other)
    return float(scores.mean())


def overfitting(returns: np.ndarray, splits: int = SPLITS) -> float:
    """PBO: how often the best column of one half of the bars is below the median of the other.

    All ways to halve the ``splits`` slices of the record, in their order of time.
    """
    bars = len(returns) // splits * splits
    parts = returns[:bars].reshape(splits, -1, returns.shape[1])
    length = parts.shape[1] * (splits // 2)
    sums, squares = parts.sum(axis=1), (parts**2).sum(axis=1)
    halves = np.array(list(combinations(range(splits), splits // 2)))
    inside, outside = np.zeros((2, len(halves), returns.shape[1]))
    for half, target in ((halves, inside), (_rest(halves, splits), outside)):
        mean = sums[half].sum(axis=1) / length
        spread = np.sqrt(np.maximum(squares[half].sum(axis=1) / length - mean**2, NO_VOLATILITY**2))
        target[:] = mean / spread
    chosen = inside.argmax(axis=1)
    own = outside[np.arange(len(halves)), chosen][:, None]
    rank = (outside < own).sum(axis=1) + 0.5 * ((outside == own).sum(axis=1) - 1) + 1.0
    # Relative rank omega = rank / (n + 1); a logit of at most 0 is overfitting.
    return float(np.mean(rank / (returns.shape[1] + 1.0) <= 0.5))


def _rest(halves: np.ndarray, splits: int) -> np.ndarray:
    """The slices that are not in each half."""
    kept = np.ones((len(halves), splits), bool)
    np.put_along_axis(kept, halves, False, axis=1)
    return np.nonzero(kept)[1].reshape(len(halves), -1)


def against(returns: np.ndarray, benchmark: np.ndarray) -> AgainstBenchmark:
    """Whether the first column earns more than the benchmark, given that all were compared."""
    block = round(chosen_block(optimal_blocks(benchmark), len(benchmark)))
    compared = Comparison.of(returns - benchmark[:, None], block, _REPETITIONS, SEED)
    return AgainstBenchmark(superior=0 in compared.superior(_SIZE), spa_p=compared.p_value())
