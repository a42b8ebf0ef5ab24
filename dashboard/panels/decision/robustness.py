"""The view "Where it breaks": other costs, a bar of delay, quarters, regimes, episodes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, joined, literal, plural
from core.reading import as_set
from core.report.labels import DIALS
from dashboard.components.figures_table import Row, figures_table, table
from dashboard.components.headings import part
from dashboard.components.plotly_chart import draw
from dashboard.figures.breaks import cost_figure, episode_figure, parts_figure
from dashboard.formatting import NONE, fixed, short, signed
from dashboard.wording import plain
from dashboard.wording.decision import REGIMES, SUMMARY_EPISODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.decision import RecordedDecision, SavedDecision
    from core.metrics.periods import Period
    from core.trading.episodes import EpisodeRow
    from core.trading.outcome import Outcome
    from core.trading.robustness import Robustness
    from dashboard.page import Page

NARROWEST = 420  # px of a chart, as on Live training
_RETURN, _SHARPE, _DRAWDOWN = Message("Return %"), literal("Sharpe"), literal("Max DD %")
_TRADES = Message("Trades")


def show(page: Page, saved: SavedDecision) -> None:
    """Draw the stress tests; decisions without them show only their episodes."""
    say, decided = page.say, saved.decision
    breaks = decided.robustness
    if breaks is None:
        st.caption(say("not measured"))
        _episodes(page, decided)
        return
    fees = [(Message("x {multiple:g}", multiple=row.multiple), row) for row in breaks.fees]
    slips = [(as_set(row.slippage_bps, "bps"), row) for row in breaks.slippage]
    with st.grid(2, min_column_width=NARROWEST, gap="small", key="costs") as pair:
        with pair.cell():
            _costs(page, "fees", Message("Return at other fees"), fees)
        with pair.cell():
            _costs(page, "slippage", Message("Return at other slippage"), slips)
    _single(page, breaks)
    _dials(page, decided)
    with st.grid(2, min_column_width=NARROWEST, gap="small", key="parts") as pair:
        with pair.cell():
            _parts(page, "quarters", Message("By quarter"), breaks.quarters)
        with pair.cell():
            _parts(page, "regimes", Message("By market regime"), breaks.regimes)
    _episodes(page, decided)


def _costs(
    page: Page, name: str, heading: Message, rows: Sequence[tuple[Message, Outcome]]
) -> None:
    say = page.say
    part(say(heading))
    points = [(say.raw(label), row.return_pct, row.decision.value) for label, row in rows]
    figure = cost_figure(points)
    draw(page, figure, key=f"costs-{name}", alt=heading)


def _single(page: Page, breaks: Robustness) -> None:
    delay, worst = breaks.delay_one_bar, breaks.worst_episode
    rows: list[Row] = [
        (
            Message("Fees and slippage x {multiple:g}", multiple=row.multiple),
            _outcome(row),
            _sharpe(row),
        )
        for row in breaks.costs
        if row.multiple in {2, 3}
    ]
    rows += [
        (Message("Every decision one bar late"), _outcome(delay), _sharpe(delay)),
        (Message("Break-even cost per side"), break_even(breaks), ""),
        (
            Message("Worst episode"),
            signed(worst.return_pct, 2, "%") if worst else None,
            Message("episode {number}", number=worst.episode) if worst else "",
        ),
    ]
    figures_table(page, rows, "breaks-figures")


def _dials(page: Page, decided: RecordedDecision) -> None:
    """Settings that a person can choose: what each would make of the same decisions."""
    if not decided.dials:
        return
    say, names = page.say, {gate.id: gate.short for gate in decided.gates}
    part(say("Dials"))
    flips = sum(bool(dial.flipped) for dial in decided.dials)
    st.markdown(
        say(
            plural(
                "{n} of {all} settings flips a gate.",
                "{n} of {all} settings flip a gate.",
                flips,
                all=len(decided.dials),
            )
            if flips
            else Message("None of these settings flips a gate.")
        )
    )
    st.caption(say("The same decisions, booked again with one setting changed."))
    heads = [
        say(head)
        for head in (
            Message("Setting"),
            Message("Gates that flip"),
            Message("Decision"),
            _RETURN,
        )
    ]
    rows = []
    for dial in decided.dials:
        verdict = plain(f"{dial.decision.value} {dial.gates_passed}/{len(decided.gates)}")
        rows.append(
            [
                f"{say(DIALS[dial.setting])}: {say(as_set(dial.value))}",
                plain(", ".join(names[gate] for gate in dial.flipped) or "–"),
                f"**{verdict}**" if dial.decision != decided.decision else verdict,
                say(short(dial.return_pct)),
            ]
        )
    table(heads, rows, "dials", words=2)


def break_even(breaks: Robustness | None) -> Message | None:
    """Costs per side at which the return is 0; None: not measured (an older record)."""
    if breaks is None:
        return None
    found = fixed(breaks.break_even_cost_bps, 1, "bps")
    return found or Message("none: it loses money even without costs")


def _outcome(row: Outcome | None) -> Message | None:
    if not row:
        return None
    return joined(
        [f"{row.decision.value} {row.score}", signed(row.return_pct, 2, "%") or NONE], ", "
    )


def _sharpe(row: Outcome | None) -> str:
    return "" if row is None else joined([_SHARPE, short(row.gates["sharpe"].value)])


def _parts(page: Page, name: str, heading: Message, parts: Sequence[Period]) -> None:
    say = page.say
    if not parts:
        return
    part(say(heading))
    figure = parts_figure(
        [say.raw(_part(part.label)) for part in parts],
        [part.return_pct for part in parts],
        [part.market_return_pct for part in parts],
        (say.raw("agent"), say.raw("market")),
    )
    draw(page, figure, key=f"parts-{name}", alt=heading, numbers=False)
    columns = {
        "return_pct": _RETURN,
        "market_return_pct": Message("Market %"),
        "sharpe": _SHARPE,
        "max_drawdown_pct": _DRAWDOWN,
        "trades": _TRADES,
        "bars": Message("Bars"),
    }
    heads = [say(heading), *(say(head) for head in columns.values())]
    rows = [
        [say(_part(part.label)), *(say(short(getattr(part, field))) for field in columns)]
        for part in parts
    ]
    with st.expander(say.raw("Table"), key=f"table-{name}"):
        table(heads, rows, f"frame-{name}")


def _part(label: str) -> Message:
    """The name of a part: a quarter as recorded, a regime translated."""
    return REGIMES.get(label, literal(label))


def single_episodes(decided: RecordedDecision) -> list[EpisodeRow]:
    """The rows of the episodes, without those that sum up several."""
    return [row for row in decided.episodes if row.is_episode]


def _episodes(page: Page, decided: RecordedDecision) -> None:
    """Each episode: its return as a bar, its figures in a table row."""
    say, heading = page.say, Message("Return by episode")
    part(say(heading))
    alone = [(str(row.episode), row.return_pct or 0.0) for row in single_episodes(decided)]
    draw(page, episode_figure(alone), key="episode-returns", alt=heading, numbers=False)
    columns = {
        "return_pct": _RETURN,
        "sharpe": _SHARPE,
        "max_drawdown_pct": _DRAWDOWN,
        "trades": _TRADES,
    }
    rows = []
    for row in decided.episodes:
        name = str(row.episode)
        values = [say(short(getattr(row, field))) for field in columns]
        rows.append([say(SUMMARY_EPISODES.get(name, literal(name))), _span(page, row), *values])
    heads = [say("Episode"), say("Period"), *(say(head) for head in columns.values())]
    with st.expander(say.raw("Table"), key="table-episodes"):
        table(heads, rows, "episodes", words=2)


def _span(page: Page, row: EpisodeRow) -> str:
    if row.first is None or row.last is None:
        return "–"
    first, last = (page.viewer.date(date.fromisoformat(end[:10])) for end in (row.first, row.last))
    return plain(f"{first} … {last}")
