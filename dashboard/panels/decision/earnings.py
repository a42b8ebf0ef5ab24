"""The view "How it earns": trades, exposure, costs, sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message
from dashboard.components.figures_table import Row, figures_table, table
from dashboard.formatting import difference, fixed, number, share, short, signed
from dashboard.panels.decision.robustness import break_even

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.trading.earnings import Earnings
    from core.trading.robustness import Robustness
    from dashboard.page import Page


def show(page: Page, saved: SavedDecision) -> None:
    """Draw the table; old decisions without earning records show what their facts hold."""
    decided = saved.decision
    earning, breaks, facts = decided.earning, decided.robustness, decided.facts
    trades = earning.trades if earning else facts.trades
    held = earning.held_losses if earning else None
    forced = earning.forced_exits if earning else facts.forced_exits
    rows: list[Row] = [
        (Message("Trades"), None if trades is None else number(trades), ""),
        (
            Message("Mean exposure"),
            share(earning.exposure if earning else facts.mean_exposure),
            _in_market(earning),
        ),
        (Message("Turnover per year"), fixed(earning.turnover if earning else None, 1, "x"), ""),
        (
            Message("Mean holding time"),
            fixed(earning.avg_hold_bars if earning else None, 1, "h"),
            _median(earning),
        ),
        (
            Message("Fees as a share of gross profit"),
            share(earning.fees_share_of_gross if earning else None),
            _costs(earning),
        ),
        (
            Message("Break-even cost per side"),
            break_even(breaks),
            Message(
                "charged now: {now:g} bps", now=decided.costs.fee_bps + decided.costs.slippage_bps
            ),
        ),
        (
            Message("Mean net result per trade"),
            fixed(earning.expectancy_bps if earning else None, 1, "bps"),
            "",
        ),
        (
            Message("Profit share of the five best trades"),
            share(breaks.top5_share if breaks else None),
            _without(breaks),
        ),
        (
            Message("Payoff ratio (mean win / mean loss)"),
            fixed(held.payoff_ratio if held else None, 2, ""),
            "",
        ),
        (
            Message("Longest holding time"),
            fixed(held.longest_hold_bars if held else None, 0, "h"),
            "",
        ),
        (
            Message("Worst open loss of a position"),
            fixed(held.worst_open_loss if held else None, 2, "USDT"),
            "",
        ),
        (
            Message("Positions closed by force"),
            None if forced is None else number(forced),
            signed(earning.forced_exits_pnl if earning else None, 2, "USDT") or "",
        ),
    ]
    figures_table(page, rows, "earning-figures")
    if earning:
        _sides(page, earning)


def _in_market(earning: Earnings | None) -> str:
    part = share(earning.time_in_market if earning else None)
    return "" if part is None else Message("in the market {share} of the time", share=part)


def _median(earning: Earnings | None) -> str:
    median = earning.median_hold_bars if earning else None
    return "" if median is None else Message("median {hours:.1f} h", hours=median)


def _costs(earning: Earnings | None) -> str:
    if earning is None:
        return ""
    return Message(
        "{fees:,.2f} USDT fees, {slippage:,.2f} USDT slippage",
        fees=earning.fees,
        slippage=earning.slippage,
    )


def _without(breaks: Robustness | None) -> str:
    rest = breaks.return_without_top5_pct if breaks else None
    return "" if rest is None else Message("without them {rest:+.2f} %", rest=rest)


def _sides(page: Page, earning: Earnings) -> None:
    say = page.say
    sides = ((say("long"), earning.long), (say("short"), earning.short))
    rows = [
        [
            name,
            say(number(side.trades)),
            say(difference(side.pnl, 2)),
            say(short(side.win_rate_pct)),
            say(short(side.profit_factor)),
        ]
        for name, side in sides
    ]
    heads = [say("Side"), say("Trades"), say("Net USDT"), say("Win %"), say("Profit factor")]
    table(heads, rows, "sides")
