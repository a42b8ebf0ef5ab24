"""The gates of any backtest with their uncertainty and the evidence, from two tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.decision.gate_record import with_uncertainty
from core.gates import score
from core.language import Message
from core.metrics.consistency import difference, require_trades_inside, until_end, utc
from core.metrics.records import require_equity, require_trades
from core.metrics.returns import bar_returns
from core.metrics.ruin import is_ruined
from core.metrics.spacing import Calendar, spacing
from core.trading.evidence import Trials, graded_evidence
from core.trading.grade import reasons_of
from core.trading.resampling import uncertainty

if TYPE_CHECKING:
    import pandas as pd

    from core.playbook import Playbook


def opinion(
    equity: pd.DataFrame,
    trades: pd.DataFrame | None,
    playbook: Playbook,
    bars_per_year: int | None = None,
    trials: Trials | None = None,
    calendar: Calendar | None = None,
) -> dict[str, Any]:
    """The scorecard, with ``ci95`` and ``p_pass`` of each gate, ``evidence``, ``times`` and
    ``warnings``.

    Without the market's bars nothing is compared with random policies or with buy and
    hold, so the evidence is WEAK at best.

    :param bars_per_year: declared; None: found from the times.
    :param calendar: declared; None: found from the times.
    :raises InputError: see :func:`core.gates.score`, :func:`core.metrics.spacing.spacing` and
        :func:`core.metrics.consistency.require_trades_inside`.
    """
    curve = require_equity(equity)
    times = spacing(equity["time"], calendar, bars_per_year)
    warnings = times.warnings()
    differs = None
    if trades is not None:
        trades = until_end(equity, trades) if is_ruined(curve) else trades
        require_trades_inside(equity, trades, times.interval)
        differs = difference(equity, trades)
    warnings += [] if differs is None else [differs]
    if is_ruined(curve):
        warnings.append(
            Message(
                "The equity was ruined at {time:%Y-%m-%d %H:%M} UTC; the rest is not counted.",
                time=utc(equity["time"].iloc[-1]),
            )
        )
    card = score(
        equity,
        trades,
        playbook.gates,
        playbook.decision,
        times.bars_per_year,
        span=times.days,
        trades_differ=differs is not None,
    )
    returns = bar_returns(curve)
    pnl = None if trades is None or differs is not None else require_trades(trades)
    settings = playbook.revalidation
    # Resamples without the ruin would give it a chance to pass.
    resampled = returns[:0] if is_ruined(curve) else returns
    doubt = uncertainty(
        resampled, pnl, playbook.gates, times.bars_per_year, settings.bootstrap_repetitions
    )
    count = None if pnl is None else len(pnl)
    evidence = graded_evidence(returns, count, times.bars_per_year, settings, trials)
    return {
        **card.as_dict(),
        "gates": [gate.as_dict() for gate in with_uncertainty(card.gates, doubt)],
        "uncertainty": doubt.record().as_dict(),
        "evidence": evidence.as_dict() | {"reasons": list(reasons_of(evidence))},
        "times": times.record(),
        "warnings": warnings,
    }
