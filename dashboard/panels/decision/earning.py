"""How it earns: trades, exposure, costs, sides."""

from __future__ import annotations

from typing import Any

from core.decision import SavedDecision
from dashboard.components.figures_table import figures_table, fixed, share, table
from dashboard.formatting import number, short
from dashboard.page import Page
from dashboard.panels.decision.robustness import break_even
from dashboard.wording import plain


def show(page: Page, saved: SavedDecision) -> None:
    say, decided = page.say, saved.fields
    earning: dict[str, Any] = decided.get("earning") or {}
    breaks: dict[str, Any] = decided.get("robustness") or {}
    facts = decided["facts"]
    trades = earning.get("trades", facts.get("trades"))
    forced = earning.get("forced_exits", facts.get("forced_exits"))
    rows = [
        (say.raw("earn.trades"), None if trades is None else number(trades), ""),
        (
            say.raw("earn.exposure"),
            share(earning.get("exposure", facts.get("mean_exposure"))),
            _in_market(page, earning),
        ),
        (say.raw("earn.turnover"), fixed(earning.get("turnover"), 1, " x"), ""),
        (
            say.raw("earn.hold"),
            fixed(earning.get("avg_hold_bars"), 1, " h"),
            _median(page, earning),
        ),
        (
            say.raw("earn.fees"),
            share(earning.get("fees_share_of_gross")),
            _costs(page, earning),
        ),
        (
            say.raw("earn.break_even"),
            break_even(page, breaks),
            say.raw("earn.break_even_help", now=_costs_now(decided)),
        ),
        (say.raw("earn.expectancy"), fixed(earning.get("expectancy_bps"), 1, " bps"), ""),
        (
            say.raw("earn.top5"),
            share(breaks.get("top5_share")),
            _without(page, breaks),
        ),
        (say.raw("earn.forced"), None if forced is None else number(forced), _forced(earning)),
    ]
    figures_table(page, rows, "earning-figures")
    _sides(page, earning)


def _in_market(page: Page, earning: dict[str, Any]) -> str:
    part = share(earning.get("time_in_market"))
    return "" if part is None else page.say.raw("earn.in_market", share=part)


def _median(page: Page, earning: dict[str, Any]) -> str:
    median = fixed(earning.get("median_hold_bars"), 1)
    return "" if median is None else page.say.raw("earn.median", hours=median)


def _costs(page: Page, earning: dict[str, Any]) -> str:
    if "fees" not in earning:
        return ""
    return page.say.raw(
        "earn.costs", fees=fixed(earning["fees"]), slippage=fixed(earning["slippage"])
    )


def _costs_now(decided: dict[str, Any]) -> str:
    costs = decided.get("costs") or {}
    return f"{costs.get('fee_bps', 0.0) + costs.get('slippage_bps', 0.0):g}"


def _without(page: Page, breaks: dict[str, Any]) -> str:
    rest = breaks.get("return_without_top5_pct")
    return "" if rest is None else page.say.raw("earn.without_top5", rest=f"{rest:+.2f}")


def _forced(earning: dict[str, Any]) -> str:
    pnl = earning.get("forced_exits_pnl")
    return "" if pnl is None else f"{pnl:+,.2f} USDT"


def _sides(page: Page, earning: dict[str, Any]) -> None:
    say = page.say
    sides = {say.raw(f"earn.{name}"): earning.get(name) for name in ("long", "short")}
    if not any(sides.values()):
        return
    rows = [
        [
            plain(name),
            number(side["trades"]),
            f"{side['pnl']:+,.2f}",
            short(side["win_rate_pct"]),
            short(side["profit_factor"]),
        ]
        for name, side in sides.items()
        if side
    ]
    heads = [say(f"earn.{part}") for part in ("side", "trades", "pnl")]
    table([*heads, "Win %", "Profit factor"], rows, "sides")
