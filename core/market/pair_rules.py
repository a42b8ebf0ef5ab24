"""Rules for training and backtest candles together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.language import Message, plural
from core.market.bar_rules import EXAMPLES, Issue
from core.market.repeated_bars import repeated_stretches

if TYPE_CHECKING:
    from core.market.candles import Candles


def pair_errors(train: Candles, backtest: Candles) -> list[Issue]:
    """What makes a backtest on these candles worthless, whatever each is by itself."""
    issues = []
    shared = int(train.frame.index.isin(backtest.frame.index).sum())
    if shared:
        first, last = max(train.first, backtest.first), min(train.last, backtest.last)
        message = plural(
            "Training and backtest data share {n:,} bar, from {first:%Y-%m-%d %H:%M} to"
            " {last:%Y-%m-%d %H:%M} UTC: the model would be tested on what it was trained on.",
            "Training and backtest data share {n:,} bars, from {first:%Y-%m-%d %H:%M} to"
            " {last:%Y-%m-%d %H:%M} UTC: the model would be tested on what it was trained on.",
            shared,
            first=first,
            last=last,
        )
        issues.append(Issue("overlap", message, shared))
    elif backtest.first <= train.last:
        message = Message(
            "The backtest data begin on {backtest:%Y-%m-%d %H:%M} UTC, before the training data end"
            " ({train:%Y-%m-%d %H:%M} UTC): the model would know the future of the test.",
            backtest=backtest.first,
            train=train.last,
        )
        issues.append(Issue("wrong_order", message))
    if not shared:  # the same bars under other times
        for stretch in repeated_stretches(train.frame, backtest.frame)[:EXAMPLES]:
            message = Message("The backtest data: {stretch}.", stretch=stretch.sentence())
            issues.append(Issue("repeated_bars", message, stretch.bars))
    ours, theirs = set(train.raw.symbols), set(backtest.raw.symbols)
    if ours and theirs and not ours & theirs:
        message = Message(
            "The training data are of {train}, the backtest data of {backtest}.",
            train=", ".join(sorted(ours)),
            backtest=", ".join(sorted(theirs)),
        )
        issues.append(Issue("symbols_differ", message))
    return issues


def pair_warnings(backtest: Candles, min_days: float) -> list[Issue]:
    """A backtest that is too short for the rule of evidence.

    :param min_days: the playbook's minimum.
    """
    days = len(backtest) * (backtest.interval / timedelta(days=1))
    if days >= min_days:
        return []
    length = (
        plural("{n:,} day", "{n:,} days", int(days))
        if days >= 2
        else plural("{n:,} bar", "{n:,} bars", len(backtest))
    )
    message = Message(
        "The backtest data cover {length}; with fewer than {least:g} days the evidence of a"
        " revalidation is INSUFFICIENT.",
        length=length,
        least=min_days,
    )
    return [Issue("short_backtest", message)]


def symbol_errors(candles: Candles, symbol: str) -> list[Issue]:
    """Candles of another symbol than the week trades; nothing if the files name none."""
    named = candles.raw.symbols
    if not named or symbol in named:
        return []
    message = Message(
        "The candles are of {found}, the week trades {symbol}.",
        found=", ".join(named),
        symbol=symbol,
    )
    return [Issue("wrong_symbol", message)]
