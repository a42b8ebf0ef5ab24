"""Where it breaks: other costs, a bar of delay, quarters, regimes, the worst episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.decision import SavedDecision
from dashboard.components.figures_table import figures_table, fixed, signed, table
from dashboard.figures.breaks import cost_figure, episode_figure, parts_figure
from dashboard.figures.style import CONFIG
from dashboard.formatting import short
from dashboard.page import Page
from dashboard.wording import plain


def show(page: Page, saved: SavedDecision) -> None:
    say, decided = page.say, saved.fields
    breaks: Mapping[str, Any] = decided.get("robustness") or {}
    if not breaks:
        st.caption(say("decide.not_measured"))
        _episodes(page, decided)
        return
    _costs(page, "fees", [(f"x {r['multiple']:g}", r) for r in breaks["fees"]])
    slips = [(f"{r['slippage_bps']:g} bps", r) for r in breaks["slippage"]]
    _costs(page, "slippage", slips)
    _single(page, decided, breaks)
    for name in ("quarters", "regimes"):
        _parts(page, name, breaks.get(name) or [])
    _episodes(page, decided)


def _costs(page: Page, name: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    say = page.say
    st.markdown(f"**{say('breaks.' + name)}**")
    points = [(label, row["return_pct"], row["decision"]) for label, row in rows]
    figure = cost_figure(points, "", say.raw("decide.return"))
    st.plotly_chart(figure, key=f"costs-{name}", config=CONFIG, alt=say.raw(f"breaks.{name}"))


def _single(page: Page, decided: Mapping[str, Any], breaks: Mapping[str, Any]) -> None:
    say, delay, worst = page.say, breaks.get("delay_one_bar"), breaks.get("worst_episode")
    rows = [
        (say.raw(f"breaks.costs_x{row['multiple']:g}"), _outcome(row), _sharpe(row))
        for row in breaks.get("costs") or []
        if row["multiple"] in {2, 3}
    ]
    rows += [
        (say.raw("breaks.delay"), _outcome(delay), _sharpe(delay)),
        (say.raw("earn.break_even"), break_even(page, breaks), ""),
        (
            say.raw("breaks.worst"),
            signed(worst["return_pct"], 2, " %") if worst else None,
            say.raw("breaks.episode", number=worst["episode"]) if worst else "",
        ),
    ]
    figures_table(page, rows, "breaks-figures")


def break_even(page: Page, breaks: Mapping[str, Any]) -> str | None:
    """Costs a side at which nothing is earned; None: an older record, not measured."""
    if "break_even_cost_bps" not in breaks:
        return None
    found = fixed(breaks["break_even_cost_bps"], 1, " bps")
    return found or page.say.raw("breaks.no_break_even")


def _outcome(row: Mapping[str, Any] | None) -> str | None:
    return row and f"{row['decision']} {row['score']}, {row['return_pct']:+.2f} %"


def _sharpe(row: Mapping[str, Any] | None) -> str:
    sharpe = (row or {}).get("gates", {}).get("sharpe") or {}
    return f"Sharpe {short(sharpe['value'])}" if "value" in sharpe else ""


def _parts(page: Page, name: str, parts: Sequence[Mapping[str, Any]]) -> None:
    say = page.say
    if not parts:
        return
    st.markdown(f"**{say('breaks.' + name)}**")
    figure = parts_figure(
        [_part(page, part["label"]) for part in parts],
        [part["return_pct"] for part in parts],
        [part["market_return_pct"] for part in parts],
        (say.raw("decide.agent"), say.raw("breaks.market")),
    )
    st.plotly_chart(figure, key=f"parts-{name}", config=CONFIG, alt=say.raw(f"breaks.{name}"))
    figures = [
        ("decide.return", "return_pct"),
        ("breaks.market_return", "market_return_pct"),
        ("", "sharpe"),
        ("", "max_drawdown_pct"),
        ("earn.trades", "trades"),
        ("breaks.bars", "bars"),
    ]
    heads = [say(f"breaks.{name}"), *_heads(page, figures)]
    rows = [
        [plain(_part(page, part["label"])), *(short(part[field]) for _, field in figures)]
        for part in parts
    ]
    with st.expander(say.raw("table"), key=f"table-{name}"):
        table(heads, rows, f"frame-{name}")


def _part(page: Page, label: str) -> str:
    """A quarter as it is; a regime in the viewer's language."""
    return page.say.raw(f"regime.{label}") if page.say.has(f"regime.{label}") else label


def _heads(page: Page, figures: Sequence[tuple[str, str]]) -> list[str]:
    own = {"sharpe": "Sharpe", "max_drawdown_pct": "Max DD %"}
    return [page.say(key) if key else own[field] for key, field in figures]


def _episodes(page: Page, decided: Mapping[str, Any]) -> None:
    """Each episode on its own: its return as a bar, its figures in a row."""
    say, episodes = page.say, decided["episodes"]
    alone = [row for row in episodes if row["episode"] not in ("ALL", "WORST")]
    st.markdown(f"**{say('episodes.returns')}**")
    figure = episode_figure([(str(row["episode"]), row["return_pct"]) for row in alone])
    st.plotly_chart(figure, key="episode-returns", config=CONFIG, alt=say.raw("episodes.returns"))
    figures = [
        ("decide.return", "return_pct"),
        ("", "sharpe"),
        ("", "max_drawdown_pct"),
        ("earn.trades", "trades"),
    ]
    rows = []
    for row in episodes:
        name = str(row["episode"])
        named = say(f"episodes.{name}") if say.has(f"episodes.{name}") else plain(name)
        span = "–" if not row.get("first") else f"{row['first'][:10]} … {row['last'][:10]}"
        values = [short(row.get(field)) for _, field in figures]
        rows.append([named, span, *values])
    with st.expander(say.raw("table"), key="table-episodes"):
        table(
            [say("episodes.episode"), say("episodes.period"), *_heads(page, figures)],
            rows, "episodes", words=2,
        )  # fmt: skip
