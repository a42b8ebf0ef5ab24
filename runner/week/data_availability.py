"""The check of the market data, as ``check_data_availability`` prints it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import MarketDataError
from core.language import Message, joined
from core.market import load_candles
from core.market.pair_rules import pair_errors, pair_warnings, symbol_errors
from core.market.quality import quality
from core.playbook.settings import RevalidationSettings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.market import Candles
    from core.paths import Home
    from core.playbook import Playbook


TRAIN, BACKTEST = "train", "backtest"
_NAMES = {TRAIN: Message("Training data"), BACKTEST: Message("Backtest data")}


def check_datasets(
    home: Home,
    folders: dict[str, Path] | None = None,
    now: datetime | None = None,
    playbook: Playbook | None = None,
) -> tuple[dict[str, Any], Message]:
    """Check the candles of each folder, and training and backtest data together.

    :param folders: name to folder; by default what the week's training and revalidation read.
    :param playbook: the week's, for its symbol and its rules of evidence; None: the built-in
        rules, and any symbol.
    :returns: the result as a JSON object (``ok``, ``errors``, ``warnings``,
        ``datasets``), and the report as text.
    """
    folders = folders or _folders(home, playbook)
    read: dict[str, Candles] = {}
    datasets: list[dict[str, Any]] = []
    errors: list[Message] = []
    warnings: list[Message] = []
    text: list[Message] = []
    for name, folder in folders.items():
        heading = _issue(name, home.relative(folder))
        try:
            candles = load_candles(folder)
        except MarketDataError as error:
            errors.append(_issue(name, joined([error.what, error.remedy])))
            datasets.append({"name": name, "folder": home.relative(folder), "ok": False})
            problem = joined(["  ERROR ", error.what, "\n  ", error.remedy], "")
            text.append(joined([heading, problem], "\n"))
            continue
        read[name] = candles
        report = quality(candles, now=now)
        if playbook is not None:
            report = replace(
                report, errors=(*report.errors, *symbol_errors(candles, playbook.symbol))
            )
        errors += [_issue(name, issue.message) for issue in report.errors]
        warnings += [_issue(name, issue.message) for issue in report.warnings]
        datasets.append({"name": name, "folder": home.relative(folder), **report.as_dict()})
        text.append(joined([heading, report.text()], "\n"))
    if TRAIN in read and BACKTEST in read:
        together = pair_errors(read[TRAIN], read[BACKTEST])
        errors += [issue.message for issue in together]
        text += [joined(["❌", issue.message]) for issue in together]
    if BACKTEST in read:
        rules = playbook.revalidation if playbook else RevalidationSettings()
        short = pair_warnings(read[BACKTEST], rules.min_days)
        warnings += [issue.message for issue in short]
        text += [joined(["⚠️", issue.message]) for issue in short]
    result = {"ok": not errors, "errors": errors, "warnings": warnings, "datasets": datasets}
    return result, joined(text, "\n\n")


def _folders(home: Home, playbook: Playbook | None) -> dict[str, Path]:
    if playbook is None:
        return {TRAIN: home.train_data, BACKTEST: home.backtest_data}
    backtest = home.resolve(playbook.revalidation.backtest_data_dir)
    return {TRAIN: home.train_data_of(playbook.symbol), BACKTEST: backtest}


def _issue(name: str, problem: str) -> Message:
    return Message("{dataset}: {problem}", dataset=_NAMES.get(name, name), problem=problem)
