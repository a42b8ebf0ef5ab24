"""``decision.json``: the gates, how far to believe them, and what they were computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from core.decision.change import Earlier, change_since, lapsed_record
from core.decision.documents import approval_line
from core.decision.metrics_csv import metrics_csv
from core.decision.second_opinion import with_uncertainty
from core.decision.skill import skill_sections
from core.decision.trust import Checks, integrity_of, trust_section
from core.decision.warning_words import reason_of
from core.decision.warnings import find_warnings
from core.gates import decide, score
from core.metrics.records import records_csv
from core.playbook import Playbook
from core.timestamps import iso
from core.trading.backtest_record import BacktestRecord, marked_bars
from core.trading.earning import earning
from core.trading.episodes import dispersion, episode_table, share_of_episodes_that_pass
from core.trading.evidence import Trials
from core.trading.going_live import going_live
from core.trading.resampling import uncertainty
from core.trading.robustness import Judge, Stress, best_trades, parts, stress

__all__ = ["SCHEMA_VERSION", "BacktestRecord", "build_decision", "marked_bars"]

SCHEMA_VERSION = 2
STAGES = ("gates", "uncertainty", "skill", "robustness", "documents")
"""What :func:`build_decision` tells ``on_stage``, in this order."""


def build_decision(
    record: BacktestRecord,
    *,
    playbook: Playbook,
    playbook_sha256: str,
    data: Mapping[str, Any],
    model: Mapping[str, Any],
    created_at: datetime,
    day: date,
    week: str | None = None,
    approval_at: datetime | None = None,
    seeds: Mapping[str, Any] | None = None,
    data_warnings: Sequence[str] = (),
    trials: Trials | None = None,
    checks: Checks | None = None,
    previous: Earlier | None = None,
    production: Earlier | None = None,
    lapsed: Earlier | None = None,
    on_stage: Callable[[str, list[dict[str, Any]]], None] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Score a backtest and gather everything the decision rests on, as strict JSON values.

    The result follows ``core/decision/decision.schema.json``.

    :param data: provenance of the backtest candles, ``Candles.provenance()``.
    :param model: at least ``path`` and ``sha256``; ``train_range`` as ``[first, last]``
        (ISO) where the model's manifest knows it.
    :param created_at: real moment of the revalidation.
    :param day: week day of the decision, in the document and the file names.
    :param approval_at: week moment of the CTO's approval; 17:30 UTC of ``day`` if None.
    :param data_warnings: what :func:`core.market.quality` warned about.
    :param trials: how often the week trained and revalidated; one if None.
    :param checks: what the program checked while it ran.
    :param previous: the revalidation before this one.
    :param production: the newest approval, if its signature stands.
    :param lapsed: the newest approval, if it stands no longer.
    :param on_stage: called with each of :data:`STAGES` when it begins, and the gates so far.
    :param extra: further top-level records (versions, job id); never replaces ours.
    :raises InputError: see :func:`core.gates.score` and :class:`BacktestRecord`.
    """
    say = on_stage or (lambda stage, gates: None)
    settings = playbook.revalidation
    bars_per_year = settings.bars_per_year
    card = score(record.equity, record.trades, playbook.gates, playbook.decision, bars_per_year)
    gates = [gate.as_dict() for gate in card.gates]
    say("gates", gates)
    rule = decide(card.passed, playbook.decision)
    levels, track = record.levels, record.track  # before anything is computed on them
    table = episode_table(record.equity, record.trades, playbook.gates, bars_per_year)
    say("uncertainty", gates)
    doubt = uncertainty(
        record.returns, record.pnl, playbook.gates, bars_per_year, settings.bootstrap_repetitions
    )
    gates = with_uncertainty(gates, doubt)
    say("skill", gates)
    trust = trust_section(
        checks or Checks(),
        data,
        data_warnings,
        model,
        playbook_sha256,
        record.equity["time"],
    )
    skill = skill_sections(record, card, playbook, trials or Trials(), integrity_of(trust))
    say("robustness", gates)
    judge = Judge(playbook.gates, playbook.decision, bars_per_year)
    strained = stress(track, levels, record.costs, judge)
    gates = [{**gate, "costs_x2": strained.doubled[gate["id"]]} for gate in gates]
    say("documents", gates)
    size = float(abs(levels).max()) if len(levels) else 0.0
    drawdown = next(gate for gate in gates if gate["id"] == "max_drawdown_pct")
    decision: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "decision": card.decision.value,
        "score": card.score,
        "gates_passed": card.passed,
        "recommendation": rule.recommendation,
        "reason": reason_of(gates),
        "next_steps": {
            "line": approval_line(day, approval_at),
            "en": rule.next_steps.en,
            "pt": rule.next_steps.pt,
        },
        "day": day.isoformat(),
        "week": week,
        "tag": playbook.tag,
        "symbol": playbook.symbol,
        "interval": playbook.interval,
        "created_at": iso(created_at),
        "gates": gates,
        "uncertainty": doubt.as_dict(),
        "evidence": skill.evidence,
        "facts": {**card.facts, "mean_exposure": record.mean_exposure},
        "baselines": skill.baselines,
        "earning": earning(
            record.equity,
            record.trades,
            levels,
            strained.same,
            pd.Timedelta(playbook.interval),
            bars_per_year,
        ),
        "robustness": _robustness(record, strained, table, bars_per_year),
        "trust": trust,
        "if_go": going_live(
            record.curve,
            record.bars,
            size,
            drawdown["threshold"],
            drawdown["ci95"],
            settings,
            day,
        ),
        "episodes": table,
        "dispersion": dispersion(table, playbook.gates),
        "episodes_that_pass": share_of_episodes_that_pass(table, playbook.gates),
        "data": dict(data),
        "model": dict(model),
        "playbook": {"id": playbook.id, "sha256": playbook_sha256},
        "costs": record.costs.as_dict(),
        "seeds": dict(seeds or {}),
        "conventions": card.conventions,
        "artifacts": {
            "equity.csv": _sha256(records_csv(record.equity)),
            "trades.csv": _sha256(records_csv(record.trades)),
            "metrics.csv": _sha256(metrics_csv(table)),
        },
    }
    decision["change"] = {
        "previous": change_since(previous, decision),
        "production": change_since(production, decision),
    }
    if gone := lapsed_record(lapsed):
        decision["change"]["lapsed"] = gone
    decision["warnings"] = list(dict.fromkeys([*find_warnings(decision), *data_warnings]))
    for name, value in (extra or {}).items():
        decision.setdefault(name, value)
    return decision


def _robustness(
    record: BacktestRecord,
    strained: Stress,
    table: Sequence[Mapping[str, Any]],
    bars_per_year: int,
) -> dict[str, Any]:
    curve = record.curve / record.curve[0]
    off = abs(strained.same.equity[:, 0] / curve - 1.0)
    rows = [row for row in table if row["episode"] not in ("ALL", "WORST")]
    worst = min(rows, key=lambda row: row["return_pct"], default=None)
    return {
        **strained.grid,
        "break_even_cost_bps": strained.break_even_bps,
        "replay_error": float(off.max()),
        **parts(record.equity, record.track, record.trades, bars_per_year),
        "worst_episode": None
        if worst is None
        else {"episode": int(worst["episode"]), "return_pct": worst["return_pct"]},
        **best_trades(record.curve, record.pnl),
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
