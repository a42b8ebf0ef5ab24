"""``decision.json``: the gates, how far to believe them, and what they were computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from core.decision.table import metrics_csv
from core.decision.text import approval_line
from core.decision.warnings import find_warnings
from core.errors import InputError
from core.gates import Scorecard, decide, score
from core.market import Candles
from core.moments import iso
from core.playbook import Playbook
from core.trading.baselines import baselines
from core.trading.costs import CostModel
from core.trading.episodes import dispersion, episode_table, share_of_episodes_that_pass
from core.trading.evidence import EvidenceRules, weigh
from core.trading.records import records_csv, require_equity
from core.trading.returns import bar_returns

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class BacktestRecord:
    """What a backtest leaves behind; see :mod:`core.trading.records` for the tables.

    :ivar bars: open and close of each marked bar, one row for each row of ``equity``
        after the first; see :func:`marked_bars`.
    """

    equity: pd.DataFrame
    trades: pd.DataFrame
    bars: pd.DataFrame
    costs: CostModel


def marked_bars(candles: Candles, equity: pd.DataFrame) -> pd.DataFrame:
    """Open and close of the bars that equity was marked on: those that closed at its times.

    :raises InputError: equity was marked at a moment at which no bar closes.
    """
    closes = pd.DatetimeIndex(pd.to_datetime(equity["time"].iloc[1:], utc=True))
    opens = closes - pd.Timedelta(candles.interval)
    absent = ~opens.isin(candles.frame.index)
    if absent.any():
        raise InputError(
            f"Equity is marked at {closes[absent][0]}, when no bar closes.",
            "Use the candles that the backtest ran on.",
        )
    return candles.frame.loc[opens, ["open", "close"]]


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
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Score a backtest and gather everything the decision rests on, as strict JSON values.

    :param data: provenance of the backtest candles, ``Candles.provenance()``.
    :param model: at least ``path`` and ``sha256``; ``train_range`` as ``[first, last]``
        (ISO) where the model's manifest knows it.
    :param created_at: real moment of the revalidation.
    :param day: week day of the decision, in the document and the file names.
    :param approval_at: week moment of the CTO's approval; 17:30 UTC of ``day`` if None.
    :param data_warnings: what :func:`core.market.quality` warned about.
    :param extra: further top-level records (versions, job id); never replaces ours.
    :raises InputError: see :func:`core.gates.score`.
    """
    bars_per_year = playbook.revalidation.bars_per_year
    card = score(record.equity, record.trades, playbook.gates, playbook.decision, bars_per_year)
    rule = decide(card.passed, playbook.decision)
    table = episode_table(record.equity, record.trades, playbook.gates, bars_per_year)
    returns = bar_returns(require_equity(record.equity))
    settings = playbook.revalidation
    evidence = weigh(
        returns,
        len(record.trades),
        bars_per_year,
        EvidenceRules.of(settings),
    )
    exposure = _mean_exposure(record.equity)
    references = baselines(record.bars, record.costs, exposure, bars_per_year)
    decision: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "decision": card.decision.value,
        "score": card.score,
        "gates_passed": card.passed,
        "recommendation": rule.recommendation,
        "reason": _reason(card),
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
        "gates": [gate.as_dict() for gate in card.gates],
        "evidence": evidence.as_dict(),
        "facts": {**card.facts, "mean_exposure": exposure},
        "baselines": references,
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
    decision["warnings"] = list(dict.fromkeys([*find_warnings(decision), *data_warnings]))
    for name, value in (extra or {}).items():
        decision.setdefault(name, value)
    return decision


def _reason(card: Scorecard) -> str:
    """One sentence: which gates fail, with value and limit."""
    failed = [gate for gate in card.gates if not gate.passed]
    if not failed:
        return "All gates pass."
    parts = []
    for gate in failed:
        name = gate.short if gate.short.isupper() else gate.short.lower()
        if gate.value is None:
            parts.append(f"{name} is undefined ({gate.status.value})")
            continue
        sign = "<" if gate.op == ">=" else ">"
        value = gate.value if isinstance(gate.value, int) else f"{gate.value:.4f}"
        parts.append(f"{name} {value} {sign} {gate.threshold:g}")
    gates = "1 gate fails" if len(failed) == 1 else f"{len(failed)} gates fail"
    return f"{gates}: {', '.join(parts)}."


def _mean_exposure(equity: pd.DataFrame) -> float | None:
    """Mean signed share of equity in the market over the marks; None if it wasn't recorded."""
    if "exposure" not in equity.columns or len(equity) < 2:
        return None
    return float(np.mean(equity["exposure"].to_numpy(float)[1:]))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
