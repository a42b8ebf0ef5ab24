"""The decision memo: one HTML page that needs nothing else, and prints on one or two."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.decision.documents import SYMBOLS
from core.decision.sentences import in_language, news
from core.metrics.records import require_equity
from core.report.charts import episode_chart, equity_chart
from core.report.memo_text import lapsed_line, memo_text, other_blocks, own_line, verdict
from core.report.numbers import chance, figure, interval, percent
from core.report.spark import gate_spark
from core.report.wording import WORDS
from core.trading.baselines import buy_and_hold
from core.trading.costs import CostModel

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE = Path(__file__).with_name("memo.html.j2")


def memo_documents(
    decision: Mapping[str, Any], equity: pd.DataFrame, trades: pd.DataFrame, bars: pd.DataFrame
) -> dict[str, str]:
    """The memo's files by name: text and page, in English and in Portuguese."""
    return {
        "decision.txt": memo_text(decision, "en"),
        "decision_pt.txt": memo_text(decision, "pt"),
        "memo.html": memo_html(decision, equity, trades, bars, "en"),
        "memo_pt.html": memo_html(decision, equity, trades, bars, "pt"),
    }


def memo_html(
    decision: Mapping[str, Any],
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    bars: pd.DataFrame,
    language: str = "en",
) -> str:
    """The memo of a decision; the same inputs give the same bytes.

    :param decision: as :func:`core.decision.build_decision` makes it.
    :param bars: open and close of each marked bar, for the buy-and-hold line.
    :param language: ``en`` or ``pt``; another one gives English.
    """
    language = language if language in WORDS else "en"
    decision = in_language(decision, language)
    words = WORDS[language]
    rows = [row for row in decision["episodes"] if row["episode"] not in ("ALL", "WORST")]
    lines = [(words["agent"], own_line(decision))]
    lines += [
        (words[name], line)
        for name, line in decision["baselines"].items()
        if name != "random" and line
    ]
    return _template().render(
        d=decision,
        w=words,
        language=language,
        gates=[_gate_row(gate, decision, words) for gate in decision["gates"]],
        lines=lines,
        verdict=verdict(decision, words),
        other_blocks=other_blocks(decision, words).replace("-", "−"),
        warnings=news(decision),
        lapsed=lapsed_line(gone) if (gone := decision["change"].get("lapsed")) else "",
        names={gate["id"]: gate["short"] for gate in decision["gates"]},
        equity_svg=_equity_svg(decision, equity, bars, words),
        episode_svg=episode_chart(
            [row["episode"] for row in rows],
            [row["return_pct"] for row in rows],
            words["episode_return"],
        ),
    )


def _equity_svg(
    decision: Mapping[str, Any], equity: pd.DataFrame, bars: pd.DataFrame, words: dict[str, str]
) -> str:
    costs = CostModel(**decision["costs"])
    references = [
        (words[name], buy_and_hold(bars, costs, exposure=decision["baselines"][name]["exposure"]))
        for name in ("exposure_matched", "buy_and_hold")
        if name in decision["baselines"]
    ]
    limit = next(g["threshold"] for g in decision["gates"] if g["id"] == "max_drawdown_pct")
    return equity_chart(equity["time"], require_equity(equity), references, limit, words)


def _gate_row(
    gate: Mapping[str, Any], decision: Mapping[str, Any], words: Mapping[str, str]
) -> dict[str, Any]:
    limit = f"{SYMBOLS[gate['op']]} {gate['threshold']:.{gate['threshold_decimals']}f}"
    label = f"{gate['name']}: {words['spark']} {limit}"
    return {
        **gate,
        "shown": figure(gate["value"], 4) + _unit(gate, gate["value"]),
        "limit": limit + _unit(gate),
        "room": figure(_room(gate), 4, sign=True) + _unit(gate, gate["margin"]),
        "interval": interval(gate["ci95"]).replace("-", "−"),
        "chance": chance(gate["p_pass"]),
        "spark": gate_spark(gate, label),
        "episodes_pass": f"{decision['episodes_that_pass'][gate['id']]:.0%}",
    }


def _room(gate: Mapping[str, Any]) -> float | int | None:
    """The margin; whole where value and limit are."""
    margin = gate["margin"]
    counted = isinstance(gate["value"], int) and float(gate["threshold"]).is_integer()
    return int(margin) if counted else margin


def _unit(gate: Mapping[str, Any], value: object = True) -> str:
    return f" {gate['unit']}" if gate["unit"] and value is not None else ""


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["short"] = lambda sha: f"{sha[:12]}…" if sha else "–"
    environment.filters["percent"] = lambda share: percent(share).replace("-", "−")
    environment.filters["chance"] = chance
    environment.filters["number"] = figure
    environment.filters["signed"] = lambda value, decimals=2: figure(value, decimals, sign=True)
    environment.filters["day"] = lambda moment: str(moment)[:10]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
