"""Checks of a revalidation's input: costs, number of trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InputError
from core.language import Message
from core.trading.evidence import Trials

if TYPE_CHECKING:
    from core.trading.costs import CostModel


def other_costs(trained_at: CostModel, costs: CostModel) -> list[Message]:
    """A warning if the model was trained with other costs than the backtest's."""
    if trained_at == costs:
        return []
    return [
        Message(
            "The model was trained with {trained_fee:g} bps fee and {trained_slippage:g} bps"
            " slippage per side; the backtest uses the playbook's {fee:g} and {slippage:g} bps.",
            trained_fee=trained_at.fee_bps,
            trained_slippage=trained_at.slippage_bps,
            fee=costs.fee_bps,
            slippage=costs.slippage_bps,
        )
    ]


def declared_trials(declared: int | None, counted: int, of_week: int | None = None) -> Trials:
    """The number of trials; the lead may declare more than the ledger counts, never fewer.

    :param counted: by the ledger, over all weeks.
    :raises InputError: fewer are declared.
    """
    if declared is not None and declared < counted:
        raise InputError(
            Message(
                "Number of trials {declared} is below the ledger's {counted}.",
                declared=declared,
                counted=counted,
            ),
            Message("Give at least {counted}, or omit it.", counted=counted),
        )
    return Trials(counted, declared, of_week)
