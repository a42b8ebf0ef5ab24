"""The recorded curve of a rule's tag, with its threshold and each firing marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, plural
from core.timestamps import from_unix
from dashboard.components.charts import draw_curves
from dashboard.figures.palette import ORANGE, RED
from dashboard.figures.view import Limit, Mark, MarkKind
from dashboard.formatting import short

if TYPE_CHECKING:
    from dashboard.page import Page
    from runner.week.rule_history import RuleHistory, RunHistory, WeekHistory

HEIGHT = 220
_LISTED = 20  # firings as text


def firing_chart(
    page: Page, tag: str, limit: float | None, rule: Message, history: RuleHistory, *, key: str
) -> None:
    """One recorded run of those that have the tag, the newest one at first.

    :param limit: the threshold, where it is one of the values; ``rule``: its label.
    """
    say, runs = page.say, history.runs
    if not runs:
        return
    numbers = list(range(len(runs)))
    place = f"{key}:run"
    if st.session_state.get(place) not in numbers:
        st.session_state[place] = 0
    chosen = st.selectbox(
        say.raw("Recorded run"),
        numbers,
        format_func=lambda number: _caption(page, *runs[number]),
        key=place,
    )
    _, run = runs[chosen if chosen in numbers else 0]
    limits = [] if limit is None else [Limit(limit, say.raw(rule), ORANGE)]
    marks = [
        Mark(one.step, say.raw("fires"), RED, wall=one.began, kind=MarkKind.ALERT)
        for one in run.firings
    ]
    draw_curves(
        page, {tag: run.points}, key=f"{key}:chart", title=tag, height=HEIGHT,
        limits=limits, marks=marks,
    )  # fmt: skip
    snapshot = page.snapshot()  # where the week has its own clock, it is said that this is not it
    two = snapshot is not None and not snapshot.clock.is_identity
    for one in run.firings[:_LISTED]:
        began = page.viewer.stamp(from_unix(one.began))
        text = say(
            "{time}, step {step:,}: {value}, until step {last:,}",
            time=say.raw("{time} UTC (real time)", time=began) if two else f"{began} UTC",
            step=one.step,
            value=short(one.value),
            last=one.last_step,
        )
        st.markdown(f":small[:red[:material/notifications_active:] {text}]")


def _caption(page: Page, week: WeekHistory, run: RunHistory) -> str:
    times = plural("{n} firing", "{n} firings", len(run.firings))
    return page.say.raw("{week} · {run} · {times}", week=week.id, run=run.run.name, times=times)
