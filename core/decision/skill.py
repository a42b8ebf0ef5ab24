"""The sections of decision.json that tell skill from luck: baselines and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import JsonModel, Share
from core.metrics.trades import chance_of_run_at_most
from core.trading.baselines import Baseline, SmaBaseline, baselines, sma_rule
from core.trading.evidence import Integrity, OfRecipe, Skill, Trials, graded_evidence
from core.trading.grade import Evidence
from core.trading.outcome import Judge
from core.trading.random_policies import (
    FEWEST_FREE,
    RandomComparison,
    Style,
    few_free_bars,
    free_bars,
    percentile,
    run_random,
    sharpes,
    spread_of,
)
from core.trading.resampling import SEED
from core.vocabulary import Decision

if TYPE_CHECKING:
    from core.gates import Scorecard
    from core.playbook import Playbook
    from core.trading.backtest_record import BacktestRecord


class Baselines(JsonModel):
    """Strategies without an agent, on the same bars with the same costs."""

    flat: Baseline = Field(description="Out of the market.")
    buy_and_hold: Baseline = Field(description="Buy and hold, full exposure.")
    exposure_matched: Baseline | None = Field(
        default=None, description="Buy and hold at the agent's mean exposure."
    )
    sma: SmaBaseline | None = Field(
        description="Crossing of two moving averages, at the agent's size; null: not measured."
    )
    random: RandomComparison | None = Field(
        default=None,
        description="Policies without skill, matched on trade count and holding time; null for an "
        "agent that never traded.",
    )

    def lines(self) -> dict[str, Baseline]:
        """Those with a line of their own, by name, in their order."""
        named = {
            "flat": self.flat,
            "buy_and_hold": self.buy_and_hold,
            "exposure_matched": self.exposure_matched,
            "sma": self.sma,
        }
        return {name: line for name, line in named.items() if line is not None}


class EvidenceRecord(Evidence):
    """The evidence, with figures of the gates that belong to it."""

    expected_longest_losing_run: float | None = Field(
        description="For n independent trades at this loss rate."
    )
    chance_of_longest_run: Share | None = Field(
        description="P(longest losing run within the gate's limit) for n and p."
    )
    sharpe_daily: float | None = Field(description="Annual Sharpe of daily returns.")


@dataclass(frozen=True)
class SkillSections:
    """``baselines`` and ``evidence`` of decision.json."""

    baselines: Baselines
    evidence: EvidenceRecord


def skill_sections(
    record: BacktestRecord,
    card: Scorecard,
    playbook: Playbook,
    trials: Trials,
    integrity: Integrity | None = None,
    recipe: OfRecipe | None = None,
) -> SkillSections:
    """Compare the record with strategies without skill, then grade it."""
    settings = playbook.revalidation
    exposure = record.mean_exposure
    lines = baselines(record.bars, record.costs, exposure, settings.bars_per_year)
    size = float(np.abs(record.levels).max()) if len(record.levels) else 0.0
    own = card.gate("sharpe").value
    found = Baselines(
        flat=lines["flat"],
        buy_and_hold=lines["buy_and_hold"],
        exposure_matched=lines["exposure_matched"],
        sma=sma_rule(record.track, record.costs, size, settings.bars_per_year),
        random=_random(record, card, playbook),
    )
    fair = lines["exposure_matched"].sharpe
    skill = Skill(
        random_percentile=None if found.random is None else found.random.percentile,
        free_bars=None if found.random is None else found.random.free_bars,
        excess_sharpe=None if own is None or fair is None else own - fair,
    )
    graded = graded_evidence(
        record.returns,
        len(record.trades),
        settings.bars_per_year,
        settings,
        trials,
        skill,
        integrity,
        recipe,
    )
    facts = card.facts
    return SkillSections(
        found,
        EvidenceRecord(
            **dict(graded),
            expected_longest_losing_run=facts.expected_longest_losing_run,
            chance_of_longest_run=_chance_of_longest_run(card, record),
            sharpe_daily=facts.sharpe_daily,
        ),
    )


def _random(record: BacktestRecord, card: Scorecard, playbook: Playbook) -> RandomComparison | None:
    """Policies that trade as often at random moments; None for an agent that never traded."""
    settings = playbook.revalidation
    own = card.gate("sharpe").value
    style = Style.of(record.levels)
    if style is None or own is None:
        return None
    n = settings.random_policies
    played = run_random(record.track, style, record.costs, n)
    ratios = sharpes(played.equity, settings.bars_per_year)
    growth = (played.equity[-1] - 1.0) * 100.0
    judge = Judge(playbook.gates, playbook.decision, settings.bars_per_year)
    owners, results = played.trades["scenario"].to_numpy(), played.trades["pnl"].to_numpy()
    free = free_bars(record.levels)
    compared = free >= FEWEST_FREE
    order = np.argsort(owners, kind="stable")
    pnls = np.split(results[order], np.searchsorted(owners[order], np.arange(1, n)))
    go = sum(judge.outcome(played.equity[:, i], pnls[i]).decision is Decision.GO for i in range(n))
    return RandomComparison(
        n=n,
        seed=SEED,
        trades=len(style.holds),
        mean_hold_bars=float(style.holds.mean()),
        size=style.size,
        percentile=percentile(own, ratios) if compared else None,
        percentile_return=percentile(card.facts.return_pct, growth) if compared else None,
        sharpe=spread_of(ratios),
        return_pct=spread_of(growth),
        share_go=go / n,
        free_bars=free,
        not_compared=None if compared else few_free_bars(free),
    )


def _chance_of_longest_run(card: Scorecard, record: BacktestRecord) -> float | None:
    pnl = record.pnl
    if not len(pnl):
        return None
    limit = card.gate("consecutive_losses").threshold
    lost = float(np.count_nonzero(pnl < 0)) / len(pnl)
    return chance_of_run_at_most(int(limit), len(pnl), lost)
