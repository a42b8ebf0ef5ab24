"""How it earns: trades, exposure, costs, sides."""

from __future__ import annotations

from typing import Any

from core.decision import SavedDecision
from core.language import Message
from dashboard.components.figures_table import figures_table, table
from dashboard.formatting import difference, fixed, number, share, short, signed
from dashboard.page import Page
from dashboard.panels.decision.robustness import break_even


def show(page: Page, saved: SavedDecision) -> None:
    decided = saved.fields
    earning: dict[str, Any] = decided.get("earning") or {}
    breaks: dict[str, Any] = decided.get("robustness") or {}
    facts = decided["facts"]
    trades = earning.get("trades", facts.get("trades"))
    forced = earning.get("forced_exits", facts.get("forced_exits"))
    rows = [
        (Message("Trades"), None if trades is None else number(trades), ""),
        (
            Message("Mean exposure"),
            share(earning.get("exposure", facts.get("mean_exposure"))),
            _in_market(earning),
        ),
        (Message("Turnover per year"), fixed(earning.get("turnover"), 1, "x"), ""),
        (
            Message("Mean holding time"),
            fixed(earning.get("avg_hold_bars"), 1, "h"),
            _median(earning),
        ),
        (
            Message("Fees as a share of gross profit"),
            share(earning.get("fees_share_of_gross")),
            _costs(earning),
        ),
        (
            Message("Break-even cost per side"),
            break_even(breaks),
            Message("charged now: {now:g} bps", now=_costs_now(decided)),
        ),
        (
            Message("Mean net result per trade"),
            fixed(earning.get("expectancy_bps"), 1, "bps"),
            "",
        ),
        (
            Message("Profit share of the five best trades"),
            share(breaks.get("top5_share")),
            _without(breaks),
        ),
        (
            Message("Forced exits at episode ends"),
            None if forced is None else number(forced),
            signed(earning.get("forced_exits_pnl"), 2, "USDT") or "",
        ),
    ]
    figures_table(page, rows, "earning-figures")
    _sides(page, earning)


def _in_market(earning: dict[str, Any]) -> str:
    part = share(earning.get("time_in_market"))
    return "" if part is None else Message("in the market {share} of the time", share=part)


def _median(earning: dict[str, Any]) -> str:
    median = earning.get("median_hold_bars")
    return "" if median is None else Message("median {hours:.1f} h", hours=median)


def _costs(earning: dict[str, Any]) -> str:
    if "fees" not in earning:
        return ""
    return Message(
        "{fees:,.2f} USDT fees, {slippage:,.2f} USDT slippage",
        fees=earning["fees"],
        slippage=earning["slippage"],
    )


def _costs_now(decided: dict[str, Any]) -> float:
    costs = decided.get("costs") or {}
    return costs.get("fee_bps", 0.0) + costs.get("slippage_bps", 0.0)


def _without(breaks: dict[str, Any]) -> str:
    rest = breaks.get("return_without_top5_pct")
    return "" if rest is None else Message("without them {rest:+.2f} %", rest=rest)


def _sides(page: Page, earning: dict[str, Any]) -> None:
    say = page.say
    sides = ((say("long"), earning.get("long")), (say("short"), earning.get("short")))
    rows = [
        [
            name,
            say(number(side["trades"])),
            say(difference(side["pnl"], 2)),
            say(short(side["win_rate_pct"])),
            say(short(side["profit_factor"])),
        ]
        for name, side in sides
        if side
    ]
    if rows:
        heads = [say("Side"), say("Trades"), say("Net USDT"), say("Win %"), say("Profit factor")]
        table(heads, rows, "sides")
