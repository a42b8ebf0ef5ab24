"""The sections of decision.json that ask whether it is skill: baselines and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.gates import Scorecard
from core.metrics.trades import chance_of_run_at_most
from core.playbook import Playbook
from core.trading.backtest_record import BacktestRecord
from core.trading.baselines import baselines, sma_rule
from core.trading.evidence import Evidence, Integrity, Skill, Trials, weigh
from core.trading.random_policies import (
    SEED,
    Style,
    percentile,
    run_random,
    sharpes,
    spread_of,
)
from core.trading.robustness import Judge


@dataclass(frozen=True)
class SkillSections:
    """``baselines`` and ``evidence`` of decision.json."""

    baselines: dict[str, Any]
    evidence: dict[str, Any]


def skill_sections(
    record: BacktestRecord,
    card: Scorecard,
    playbook: Playbook,
    trials: Trials,
    integrity: Integrity | None = None,
) -> SkillSections:
    """Compare with what needs no skill, then grade the record."""
    settings = playbook.revalidation
    exposure = record.mean_exposure
    found: dict[str, Any] = baselines(record.bars, record.costs, exposure, settings.bars_per_year)
    size = float(np.abs(record.levels).max()) if len(record.levels) else 0.0
    found["sma"] = sma_rule(record.track, record.costs, size, settings.bars_per_year)
    own = card.gate("sharpe").value
    found["random"] = _random(record, card, playbook)
    fair = found["exposure_matched"]["sharpe"]
    skill = Skill(
        random_percentile=None if found["random"] is None else found["random"]["percentile"],
        excess_sharpe=None if own is None or fair is None else own - fair,
    )
    graded = weigh(
        record.returns,
        len(record.trades),
        settings.bars_per_year,
        settings,
        trials,
        skill,
        integrity,
    )
    return SkillSections(found, {**graded.as_dict(), **_beside(card, graded, record)})


def _random(record: BacktestRecord, card: Scorecard, playbook: Playbook) -> dict[str, Any] | None:
    """Policies that trade as often at random moments; None for an agent that never traded."""
    settings = playbook.revalidation
    own = card.gate("sharpe").value
    style = Style.of(record.levels, record.episodes)
    if style is None or own is None:
        return None
    n = settings.random_policies
    played = run_random(record.track, style, record.costs, n)
    ratios = sharpes(played.equity, settings.bars_per_year)
    growth = (played.equity[-1] - 1.0) * 100.0
    judge = Judge(playbook.gates, playbook.decision, settings.bars_per_year)
    owners, results = played.trades["scenario"].to_numpy(), played.trades["pnl"].to_numpy()
    order = np.argsort(owners, kind="stable")
    pnls = np.split(results[order], np.searchsorted(owners[order], np.arange(1, n)))
    go = sum(judge.outcome(played.equity[:, i], pnls[i])["decision"] == "GO" for i in range(n))
    return {
        "n": n,
        "seed": SEED,
        "trades": len(style.holds),
        "mean_hold_bars": float(style.holds.mean()),
        "size": style.size,
        "percentile": percentile(own, ratios),
        "percentile_return": percentile(card.facts["return_pct"], growth),
        "sharpe": spread_of(ratios),
        "return_pct": spread_of(growth),
        "share_go": go / n,
    }


def _beside(card: Scorecard, graded: Evidence, record: BacktestRecord) -> Mapping[str, Any]:
    pnl = record.pnl
    limit = card.gate("consecutive_losses").threshold
    chance = None
    if len(pnl):
        lost = float(np.count_nonzero(pnl < 0)) / len(pnl)
        chance = chance_of_run_at_most(int(limit), len(pnl), lost)
    return {
        "expected_longest_losing_run": card.facts["expected_longest_losing_run"],
        "chance_of_longest_run": chance,
        "sharpe_daily": card.facts["sharpe_daily"],
    }
