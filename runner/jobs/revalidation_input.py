"""What a revalidation is asked for, and whether its candles are the playbook's."""

from __future__ import annotations

import pandas as pd

from core.errors import InputError, MarketDataError
from core.market import Candles
from core.trading.costs import CostModel
from core.trading.evidence import Trials


def require_interval(candles: Candles, interval: str) -> None:
    """Refuse bars of another length than the playbook's, before filling passes for trading.

    :raises MarketDataError: names both lengths.
    """
    times = candles.frame.index[~candles.frame["is_filled"]]
    found = times.to_series().diff().mode()
    if len(found) and found.iloc[0] != pd.Timedelta(interval):
        raise MarketDataError(
            f"The backtest candles are {found.iloc[0] / pd.Timedelta(hours=1):g} h apart,"
            f" the playbook's interval is {interval}.",
            f"Give {interval} candles.",
        )


def other_costs(trained_at: CostModel, costs: CostModel) -> list[str]:
    if trained_at == costs:
        return []
    return [
        f"The model was trained at {trained_at.fee_bps:g} bps fee and"
        f" {trained_at.slippage_bps:g} bps slippage a side; the backtest charges the playbook's"
        f" {costs.fee_bps:g} and {costs.slippage_bps:g} bps."
    ]


def declared_trials(declared: int | None, counted: int, of_week: int | None = None) -> Trials:
    """The lead may declare more trials than the ledger counts, never fewer.

    :param counted: over all weeks of the home.
    :raises InputError: fewer.
    """
    if declared is not None and declared < counted:
        raise InputError(
            f"{declared} trials are declared, the ledger counts {counted}.",
            f"Declare at least {counted}, or none.",
        )
    return Trials(counted, declared, of_week)
