"""The check of the market data, as ``check_data_availability`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import MarketDataError
from core.language import Message, joined
from core.market import load_candles, quality

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home


def check_datasets(
    home: Home, folders: dict[str, Path] | None = None, now: datetime | None = None
) -> tuple[dict[str, Any], Message]:
    """Check the candles of each folder.

    :param folders: name to folder; by default the training and backtest data of the data directory.
    :returns: the result as a JSON object (``ok``, ``errors``, ``warnings``,
        ``datasets``), and the report as text.
    """
    folders = folders or {"train": home.train_data, "backtest": home.backtest_data}
    datasets: list[dict[str, Any]] = []
    errors: list[Message] = []
    warnings: list[Message] = []
    text: list[Message] = []
    for name, folder in folders.items():
        heading = f"{name}: {home.relative(folder)}"
        try:
            report = quality(load_candles(folder), now=now)
        except MarketDataError as error:
            errors.append(_issue(name, joined([error.what, error.remedy])))
            datasets.append({"name": name, "folder": home.relative(folder), "ok": False})
            problem = joined(["  ERROR ", error.what, "\n  ", error.remedy], "")
            text.append(joined([heading, problem], "\n"))
            continue
        errors += [_issue(name, issue.message) for issue in report.errors]
        warnings += [_issue(name, issue.message) for issue in report.warnings]
        datasets.append({"name": name, "folder": home.relative(folder), **report.as_dict()})
        text.append(joined([heading, report.text()], "\n"))
    result = {"ok": not errors, "errors": errors, "warnings": warnings, "datasets": datasets}
    return result, joined(text, "\n\n")


def _issue(name: str, problem: str) -> Message:
    return Message("{dataset}: {problem}", dataset=name, problem=problem)
