"""Checks of a revalidation's input: costs, candidate, number of trials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import InputError
from core.files import file_sha256
from core.language import Message
from core.trading.candidates import Candidate, with_backtest
from core.trading.evidence import Trials
from core.trading.hold_out import Meter, Window, symbol_of
from core.trading.significance import Moments

if TYPE_CHECKING:
    import numpy as np

    from core.market import Candles
    from core.trading.costs import CostModel
    from runner.agent.candidate import Candidate as Model
    from runner.jobs.attempt import Spec


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


def scored_candidate(spec: Spec, model: Model, candles: Candles) -> Candidate:
    """The model as a candidate that is scored on these candles."""
    return Candidate(
        week=spec.week_id,
        run=model.manifest["run"],
        settings={
            name: getattr(model.settings, name) for name in ("seed", "learning_rate", "ent_coef")
        },
        model=model.manifest["sha256"],
        data=candles.sha256,
        playbook=file_sha256(spec.playbook_path),
    )


def trials_with(spec: Spec, own: Candidate, declared: int | None) -> Trials:
    """The scored candidates with this one; a repetition of an earlier backtest adds nothing.

    :raises InputError: fewer are declared.
    """
    if spec.candidates is None:  # a spec of an older version
        return declared_trials(declared, spec.trial, spec.trial_of_week)
    scored = with_backtest(spec.candidates, own)
    of_week = sum(each.week == spec.week_id for each in scored)
    return replace(declared_trials(declared, len(scored), of_week), candidates=scored)


def window_of(spec: Spec, candles: Candles) -> Window:
    """The candles by hash, range and symbol."""
    found, symbol = candles.provenance(), symbol_of(candles.raw.symbols, spec.playbook.symbol)
    return Window(
        data=found.sha256, first=found.first, last=found.last, bars=found.rows, symbol=symbol
    )


def require_open(spec: Spec, candles: Candles) -> None:
    """Refuse to look at locked bars, whoever asked the program.

    :raises InputError: they are locked, or spent.
    """
    refusal = None if spec.hold_outs is None else spec.hold_outs.refusal(window_of(spec, candles))
    if refusal is not None:
        raise InputError(*refusal)


def meter_of(spec: Spec, own: Candidate, candles: Candles, returns: np.ndarray) -> Meter | None:
    """What the looks so far mean for this one; None: they are not listed."""
    if spec.hold_outs is None:
        return None
    settings = spec.playbook.revalidation
    return spec.hold_outs.meter(
        window_of(spec, candles),
        own.model,
        own.playbook,
        settings.adequate_dsr,
        Moments.of(returns),
        settings.bars_per_year,
    )


def rerun_line(
    model: str, candles: str, episodes: int, declared: int | None, *, save_report: bool
) -> str:
    """The command line that repeats a revalidation."""
    words = [
        "trainweek revalidate",
        f"--model-path {model}",
        f"--backtest-data-dir {candles}",
        f"--num-episodes {episodes}",
        f"--trials {declared}" if declared else "",
        "--save-report" if save_report else "",
    ]
    return " ".join(word for word in words if word)


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
