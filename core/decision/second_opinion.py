"""The gates of any backtest with their uncertainty and the evidence, from two tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.decision.gate_record import with_uncertainty
from core.gates import score
from core.metrics.conventions import HOURS_PER_YEAR
from core.metrics.records import require_equity, require_trades
from core.metrics.returns import bar_returns
from core.trading.evidence import Trials, graded_evidence
from core.trading.resampling import uncertainty

if TYPE_CHECKING:
    import pandas as pd

    from core.playbook import Playbook


def opinion(
    equity: pd.DataFrame,
    trades: pd.DataFrame | None,
    playbook: Playbook,
    bars_per_year: int = HOURS_PER_YEAR,
    trials: Trials | None = None,
) -> dict[str, Any]:
    """The scorecard, with ``ci95`` and ``p_pass`` of each gate, and ``evidence``.

    Without the market's bars nothing is compared with random policies or with buy and
    hold, so the evidence is WEAK at best.

    :raises InputError: see :func:`core.gates.score`.
    """
    card = score(equity, trades, playbook.gates, playbook.decision, bars_per_year)
    returns = bar_returns(require_equity(equity))
    pnl = None if trades is None else require_trades(trades)
    settings = playbook.revalidation
    doubt = uncertainty(returns, pnl, playbook.gates, bars_per_year, settings.bootstrap_repetitions)
    count = None if pnl is None else len(pnl)
    evidence = graded_evidence(returns, count, bars_per_year, settings, trials)
    return {
        **card.as_dict(),
        "gates": [gate.as_dict() for gate in with_uncertainty(card.gates, doubt)],
        "uncertainty": doubt.record().as_dict(),
        "evidence": evidence.as_dict(),
    }
