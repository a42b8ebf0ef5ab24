"""Could this test have noticed? Each gate's power to tell a model that earns from one that does not.

A gate notices a model if its value is better than 95 % of those of runs whose true Sharpe ratio is 0
(:mod:`core.trading.planted_runs`). Its power is the share of runs with a true Sharpe ratio of 1 that
it notices. The gates' limits play no part in that; how often such runs pass them stands beside it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.gates import decide
from core.json_model import Count, JsonModel, Sentence, Share
from core.language import Message
from core.metrics.returns import days
from core.playbook.gates import GateId
from core.trading.bar_resampling import MIN_BARS
from core.trading.planted_runs import PlantedRuns, Records
from core.trading.random_policies import Style
from core.trading.resampling import SEED, passes
from core.vocabulary import Decision, GateNotice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.playbook import DecisionRule, GateSpec
    from core.trading.costs import CostModel
    from core.trading.replay import Track

TRUE_SHARPE = 1.0
WANTED = 0.80  # share of the runs with an edge that a gate should notice
FALSE_ALARMS = 0.05  # share of the runs without one that it notices all the same
_EDGES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)  # true Sharpe ratios that are tried
LONGEST_DAYS = 3650.0  # ten years: nobody waits longer for a verdict
METHOD = (
    "runs with the agent's holding times and sides at random places, on its bars resampled in blocks, "
    "with its costs; each held bar earns the same extra return, so that the true annual Sharpe ratio "
    "is the planted one; noticed: a value better than 95 % of runs whose true Sharpe ratio is 0"
)


class GatePower(JsonModel):
    """What one gate would have noticed."""

    verdict: GateNotice = Field(
        description="ABLE: notices a true annual Sharpe of 1 in 80 % of such tests; UNDERPOWERED: "
        "would with more days; BLIND: not even with ten years."
    )
    power: Share = Field(description="Share of runs with a true annual Sharpe of 1 noticed.")
    smallest_sharpe: float | None = Field(
        description="Smallest true annual Sharpe noticed in 80 %; null: none of up to 12."
    )
    more_days: Count | None = Field(
        description="Days that are missing to notice a Sharpe of 1 in 80 %; null: ten years "
        "are not enough."
    )
    passes_with: Share = Field(description="Share of runs with a Sharpe of 1 that pass the gate.")
    passes_without: Share = Field(description="Share of runs with a Sharpe of 0 that pass it.")

    def sentence(self) -> Message:
        """What it would have noticed, in short."""
        if self.verdict is GateNotice.ABLE:
            return Message("would notice in {power:.0%}", power=self.power)
        if self.more_days is None:
            return Message(
                "would notice in {power:.0%}; ten years would not be enough", power=self.power
            )
        return Message(
            "would notice in {power:.0%}; {days:,} more days needed",
            power=self.power,
            days=self.more_days,
        )


class Power(JsonModel):
    """Whether the gates could have noticed an edge in a backtest like this one."""

    runs: Count = Field(description="Planted runs of each Sharpe ratio.")
    seed: Count = Field(description="Of their draw.")
    true_sharpe: float = Field(description="Planted annual Sharpe ratio, net of costs.")
    trades: Count = Field(description="Round trips of each run, as the agent's.")
    days: float = Field(description="Length of each run, as the record's.")
    method: str = Field(description="How the runs were made.")
    gates: dict[GateId, GatePower] = Field(description="Of each gate; empty: see not_measured.")
    go_with: Share | None = Field(description="Share of runs with a Sharpe of 1 that are a GO.")
    go_without: Share | None = Field(description="Share of runs with a Sharpe of 0 that are a GO.")
    not_measured: Sentence | None = Field(
        default=None, description="Why nothing was measured; null or absent: it was."
    )

    def sentence(self) -> Message:
        """The whole test in one sentence."""
        if self.not_measured is not None:
            return self.not_measured
        return Message(
            "Could this test have noticed? A model with a true Sharpe of {sharpe:g} would get a GO "
            "in {go:.0%} of such tests, one that earns nothing in {none:.0%}.",
            sharpe=self.true_sharpe,
            go=self.go_with or 0.0,
            none=self.go_without or 0.0,
        )


def measured_power(
    track: Track,
    levels: np.ndarray,
    costs: CostModel,
    gates: Sequence[GateSpec],
    rules: Sequence[DecisionRule],
    bars_per_year: int,
    runs: int = 1000,
) -> Power:
    """The power of each gate in a test of as many bars and trades.

    :param levels: held by the agent on each bar, signed shares of equity, shape (n,).
    """
    style, length = Style.of(levels), days(len(track), bars_per_year)
    if style is None:
        return _nothing(
            Message("Power not measured: the agent never traded."), runs, length, trades=0
        )
    trades = len(style.holds)
    if len(track) < MIN_BARS:
        return _nothing(
            Message(
                "Power not measured: {bars} bars are fewer than {least}.",
                bars=len(track),
                least=MIN_BARS,
            ),
            runs,
            length,
            trades,
        )
    planted = PlantedRuns(track, style, costs, runs)
    with_edge, without = (planted.edge(sharpe, bars_per_year) for sharpe in (TRUE_SHARPE, 0.0))
    if with_edge is None or without is None:
        return _nothing(
            Message(
                "Power not measured: the agent is so rarely in the market that no return on its "
                "bars makes a Sharpe of {sharpe:g}.",
                sharpe=TRUE_SHARPE,
            ),
            runs,
            length,
            trades,
        )
    useless, skilled = planted.records(without), planted.records(with_edge)
    null, found = useless.values(bars_per_year), skilled.values(bars_per_year)
    by_edge = {TRUE_SHARPE: found}
    for sharpe in _EDGES:
        if sharpe not in by_edge and (edge := planted.edge(sharpe, bars_per_year)) is not None:
            by_edge[sharpe] = planted.records(edge).values(bars_per_year)
    times = list(_longer(useless, skilled, max(1, math.ceil(LONGEST_DAYS / length)), bars_per_year))
    measured = {}
    for gate in sorted(gates, key=lambda gate: gate.number):
        power = noticed(found[gate.id], null[gate.id], gate.op)
        multiple = _crossing(
            [
                (math.sqrt(m), noticed(more[gate.id], none[gate.id], gate.op))
                for m, more, none in times
            ]
        )
        missing = None if multiple is None else math.ceil((multiple**2 - 1.0) * length - 1e-9)
        smallest = _crossing(
            [(0.0, FALSE_ALARMS)]
            + [
                (sharpe, noticed(values[gate.id], null[gate.id], gate.op))
                for sharpe, values in sorted(by_edge.items())
            ]
        )
        measured[gate.id] = GatePower(
            verdict=_verdict(power, missing),
            power=power,
            smallest_sharpe=smallest,
            more_days=missing,
            passes_with=float(np.mean(passes(found[gate.id], gate.op, gate.threshold))),
            passes_without=float(np.mean(passes(null[gate.id], gate.op, gate.threshold))),
        )
    return Power(
        runs=runs,
        seed=SEED,
        true_sharpe=TRUE_SHARPE,
        trades=trades,
        days=length,
        method=METHOD,
        gates=measured,
        go_with=_share_go(found, gates, rules),
        go_without=_share_go(null, gates, rules),
    )


def noticed(values: np.ndarray, without: np.ndarray, op: str) -> float:
    """Share of the values that are better than 95 % of those without an edge; NaN is the worst."""
    own, null = (_oriented(each, op) for each in (values, without))
    return float(np.mean(own > critical(null)))


def critical(null: np.ndarray) -> float:
    """The value that at most 5 % of these exceed."""
    place = math.ceil((1.0 - FALSE_ALARMS) * len(null) - 1e-9) - 1
    return float(np.sort(null)[place])


def _oriented(values: np.ndarray, op: str) -> np.ndarray:
    better = values if op == ">=" else -values
    return np.where(np.isnan(better), -np.inf, better)


def _verdict(power: float, missing: int | None) -> GateNotice:
    if power >= WANTED:
        return GateNotice.ABLE
    return GateNotice.BLIND if missing is None else GateNotice.UNDERPOWERED


def _longer(
    useless: Records, skilled: Records, most: int, bars_per_year: int
) -> Iterator[tuple[int, Mapping[GateId, np.ndarray], Mapping[GateId, np.ndarray]]]:
    """Values of records that are 1, 2, ... ``most`` times as long: runs drawn one after another."""
    random = np.random.default_rng([SEED, 2])
    none, more, n = useless, skilled, len(useless.bars)
    checked = {round(1.25**k) for k in range(60)} | {most}
    for times in range(1, most + 1):
        if times > 1:
            none = none.then(useless.take(random.integers(0, n, n)))
            more = more.then(skilled.take(random.integers(0, n, n)))
        if times in checked:
            yield times, more.values(bars_per_year), none.values(bars_per_year)


def _crossing(points: Sequence[tuple[float, float]]) -> float | None:
    """Where a rising share reaches 80 %, by its normal quantiles between two points; None: nowhere."""
    from scipy.special import ndtri

    before: tuple[float, float] | None = None
    for place, share in points:
        if share >= WANTED:
            if before is None:
                return place
            low, high = (float(ndtri(np.clip(s, 0.001, 0.999))) for s in (before[1], share))
            part = (float(ndtri(WANTED)) - low) / (high - low) if high > low else 1.0
            return before[0] + part * (place - before[0])
        before = (place, share)
    return None


def _share_go(
    values: Mapping[GateId, np.ndarray], gates: Sequence[GateSpec], rules: Sequence[DecisionRule]
) -> float:
    passed = sum(passes(values[gate.id], gate.op, gate.threshold).astype(int) for gate in gates)
    go = [decide(n, rules).decision is Decision.GO for n in range(len(gates) + 1)]
    return float(np.mean(np.array(go)[passed]))


def _nothing(why: Message, runs: int, length: float, trades: int) -> Power:
    return Power(
        runs=runs,
        seed=SEED,
        true_sharpe=TRUE_SHARPE,
        trades=trades,
        days=length,
        method=METHOD,
        gates={},
        go_with=None,
        go_without=None,
        not_measured=why,
    )
