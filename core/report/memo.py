"""The decision memo: one HTML page that needs nothing else, and prints on one or two."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.report.charts import episode_chart, equity_chart
from core.report.wording import WORDS
from core.trading.baselines import buy_and_hold
from core.trading.costs import CostModel
from core.trading.records import require_equity

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE = Path(__file__).with_name("memo.html.j2")
SYMBOLS = {">=": "≥", "<=": "≤"}


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
    :param language: ``en`` or ``pt``; reasons and warnings stay as recorded.
    """
    words = WORDS.get(language, WORDS["en"])
    rows = [row for row in decision["episodes"] if row["episode"] not in ("ALL", "WORST")]
    return _template().render(
        d=decision,
        w=words,
        language=language if language in WORDS else "en",
        gates=[_gate_row(gate, decision) for gate in decision["gates"]],
        fee_share=_fee_share(trades),
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


def _gate_row(gate: Mapping[str, Any], decision: Mapping[str, Any]) -> dict[str, Any]:
    spread = decision["dispersion"][gate["id"]]
    ends = [spread["min"], spread["max"]]
    worst_first = ends if gate["op"] == ">=" else ends[::-1]
    return {
        **gate,
        "shown": _number(gate["value"], gate["unit"]),
        "limit": f"{SYMBOLS[gate['op']]} {gate['threshold']:.{gate['threshold_decimals']}f}"
        f"{_unit(gate['unit'])}",
        "room": _number(_room(gate), gate["unit"], sign=True),
        "spread": " … ".join(_number(end, "", decimals=2) for end in worst_first),
        "episodes_pass": f"{decision['episodes_that_pass'][gate['id']]:.0%}",
    }


def _room(gate: Mapping[str, Any]) -> float | int | None:
    """The margin; whole where value and limit are."""
    margin = gate["margin"]
    counted = isinstance(gate["value"], int) and float(gate["threshold"]).is_integer()
    return int(margin) if counted else margin


def _number(value: float | None, unit: str, sign: bool = False, decimals: int = 4) -> str:
    if value is None:
        return "n/a"
    plus = "+" if sign else ""
    text = f"{value:{plus}d}" if isinstance(value, int) else f"{value:{plus},.{decimals}f}"
    return f"{text}{_unit(unit)}".replace("-", "−")


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""


def _fee_share(trades: pd.DataFrame) -> float | None:
    """Fees / gross result (net + fees); None where the gross result is no gain."""
    fees = float(trades["fees"].sum()) if "fees" in trades.columns else 0.0
    gross = float(trades["pnl"].sum()) + fees
    return fees / gross if gross > 0 else None


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{share:.1%}".replace("-", "−")


def _chance(chance: float | None) -> str:
    """Nothing is 100 % sure."""
    return "> 99.9%" if chance is not None and chance > 0.999 else _percent(chance)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["short"] = lambda sha: f"{sha[:12]}…" if sha else "–"
    environment.filters["percent"] = _percent
    environment.filters["chance"] = _chance
    environment.filters["number"] = lambda value, decimals=2: _number(value, "", decimals=decimals)
    environment.filters["day"] = lambda moment: str(moment)[:10]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
