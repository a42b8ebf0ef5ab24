"""The day's second, optional check: the manual's evidence, after an anomaly at the first."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from core.diagnosis.trend import trend
from core.files import tail
from core.telemetry.readings import known_series
from core.vocabulary import SlotState, Trend
from dashboard.components.checklist import checklist
from dashboard.components.log_pane import log_pane
from dashboard.components.states import badge
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import number, size
from dashboard.page import Page

TAIL_LINES = 100
WATCHED = (
    "rollout/ep_rew_mean",
    "train/loss",
    "train/value_loss",
    "train/approx_kl",
    "train/explained_variance",
    "eval/sharpe",
)


def second_check(page: Page, snapshot: Snapshot, day: date) -> None:
    say = page.say
    view = next(
        (v for v in snapshot.timeline if v.spec.kind == "anomaly" and v.at.date() == day), None
    )
    if view is None:
        return
    with st.container(border=True):
        title = say("daily.second", time=page.viewer.time(view.at))
        st.markdown(f"#### {title} {badge(view.state, say)}", anchors=False)
        if day in snapshot.anomaly_days:
            key = "daily.second_due"
        elif view.state is SlotState.SKIPPED:
            key = "daily.second_optional"
        else:
            key = "daily.second_wait"
        # The playbook puts each second check on the day of a first one.
        first = next(
            v.at for v in snapshot.timeline if v.spec.kind == "daily" and v.at.date() == day
        )
        st.markdown(say(key, time=page.viewer.time(first)))
        if view.state in {SlotState.DUE, SlotState.OVERDUE, SlotState.DONE}:
            checklist(page, snapshot, view.spec)
        log_tail(page, TAIL_LINES)
        _trends(page, snapshot)
        _sizes(page, snapshot)


def log_tail(page: Page, lines: int, height: int = 300) -> None:
    """The newest lines of training.log, as ``tail -100`` shows them."""
    say, home = page.say, page.services.home
    shown = home.relative(home.training_log)
    st.markdown(f"**{say('daily.tail', count=lines, path=shown)}**")
    if not home.training_log.is_file():
        st.caption(say("daily.tail_none", path=shown))
        return
    log_pane(tail(home.training_log, lines), "log-tail", height)


def _trends(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    hours = f"{snapshot.trend_window / timedelta(hours=1):g}"
    st.markdown(f"**{say('daily.trends', hours=hours)}**")
    rows = trends_of_window(snapshot, snapshot.trend_window)
    if not rows:
        st.caption(say("daily.trends_none", hours=hours))
        return
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "tag": tag,
                    say.raw("looking.points"): count,
                    say.raw("looking.first"): number(first),
                    say.raw("looking.last"): number(last),
                    say.raw("looking.trend"): say.raw(f"trend.{label.value}"),
                }
                for tag, count, first, last, label in rows
            ]
        ),
        hide_index=True,
        key="second:trends",
    )


def trends_of_window(
    snapshot: Snapshot, window: timedelta
) -> list[tuple[str, int, float, float, Trend]]:
    """Of each watched tag: points, first, last and trend in the last hours of week time."""
    run, span = snapshot.run, snapshot.real_window(window)
    if run is None or run.reader is None:
        return []
    lengths = known_series(run.reader, "rollout/ep_len_mean", run.until)
    rows = []
    for tag in WATCHED:
        series = known_series(run.reader, tag, run.until)
        episodes = lengths if tag.startswith("rollout/") and len(lengths) else None
        recent = series.between((run.until - span).timestamp() if span else None, None)
        if len(recent):
            label = trend(series, episodes, span).label
            rows.append((tag, len(recent), float(recent.value[0]), float(recent.value[-1]), label))
    return rows


def _sizes(page: Page, snapshot: Snapshot) -> None:
    say, home = page.say, page.services.home
    with st.container(horizontal=True):
        st.metric(
            say("daily.size", path=home.relative(home.model)),
            size(snapshot.facts.model_bytes),
            border=True,
        )
        st.metric(say("daily.free"), size(snapshot.facts.disk_free_bytes), border=True)
