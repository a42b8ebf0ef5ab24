"""The day's second check, due only after an anomaly: checklist, log, trends, sizes."""

from __future__ import annotations

from collections import deque
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from core.checks.training_log import read_log
from core.diagnosis.trend import trend
from core.files import tail
from core.state_words import WORDS
from core.telemetry.episodes import episode_lengths
from core.telemetry.readings import known_series
from core.vocabulary import SlotState, Trend
from dashboard.components.checklist import checklist
from dashboard.components.figures_table import table
from dashboard.components.headings import card, part
from dashboard.components.log_pane import log_pane
from dashboard.components.states import badge
from dashboard.formatting import number, size
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.telemetry import Series
    from dashboard.data.snapshot import Snapshot
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


class WatchedTrend(NamedTuple):
    """The trend of a tag, and the points that it was found on."""

    tag: str
    points: Series
    label: Trend


def second_check(page: Page, snapshot: Snapshot, day: date) -> None:
    """The checklist, log and trends of the day's second check; nothing if the playbook has none."""
    say = page.say
    view = next(
        (v for v in snapshot.timeline if v.spec.kind == "anomaly" and v.at.date() == day), None
    )
    if view is None:
        return
    with st.container(border=True):
        title = say("Second check at {time}", time=page.viewer.time(view.at))
        part(f"{title} {badge(view.state, say)}")
        # The playbook puts each second check on the day of a first one.
        first = next(v for v in snapshot.timeline if v.spec.kind == "daily" and v.at.date() == day)
        found = day in snapshot.anomaly_days
        st.markdown(_why(page, view.state, page.viewer.time(first.at), found=found))
        if view.state in {SlotState.DUE, SlotState.OVERDUE, SlotState.DONE}:
            checklist(page, snapshot, view.spec)
        log_tail(page, TAIL_LINES)
        _trends(page, snapshot)
        _sizes(page, snapshot)


def _why(page: Page, state: SlotState, first: str, *, found: bool) -> str:
    """Whether it is needed, from the result of the day's first check."""
    if found:
        return page.say("Due: the {first} check of this day found an anomaly.", first=first)
    if state is SlotState.SKIPPED:
        return page.say(
            "Not needed: the {first} check of this day found no anomaly. Logs and trends for "
            "reference:",
            first=first,
        )
    return page.say("Only if the {first} check of this day finds an anomaly.", first=first)


def log_tail(page: Page, lines: int, height: int = 300) -> None:
    """The newest lines of training.log, as ``tail -100`` shows them."""
    say, home = page.say, page.services.home
    shown = home.relative(home.training_log)
    card(say("Last {count} lines of {path}", count=lines, path=shown))
    if not home.training_log.is_file():
        st.caption(say("{path} does not exist yet.", path=shown))
        return
    if page.moment is None:
        text = tail(home.training_log, lines)
    else:
        until = read_log(home.training_log, until=page.moment.real)
        text = "\n".join(line.text for line in deque(until, maxlen=lines))
    log_pane(text, "log-tail", height)


def _trends(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    hours = snapshot.trend_window / timedelta(hours=1)
    card(say("Trends over the last {hours:g} h (week time)", hours=hours))
    rows = trends_of_window(snapshot, snapshot.trend_window)
    if not rows:
        st.caption(say("No data points in the last {hours:g} h of week time.", hours=hours))
        return
    st.caption(
        say("A tag with too few points in that time is judged over a longer part of the run.")
    )
    table(
        [
            say("Tag"), say("Trend"), say("From step"), say("Points"), say("First value"),
            say("Last value"),
        ],
        [
            [
                plain(row.tag),
                say(WORDS[Trend][row.label]),
                say(number(int(row.points.step[0]))),
                str(len(row.points)),
                say(number(float(row.points.value[0]))),
                say(number(float(row.points.value[-1]))),
            ]
            for row in rows
        ],
        "second-trends",
        words=2,
    )  # fmt: skip


def trends_of_window(snapshot: Snapshot, window: timedelta) -> list[WatchedTrend]:
    """The trend of each watched tag that has points in the window (week time)."""
    run, span = snapshot.run, snapshot.real_window(window)
    if run is None or run.reader is None:
        return []
    lengths = episode_lengths(run.reader, run.until)
    rows = []
    for tag in WATCHED:
        series = known_series(run.reader, tag, run.until)
        episodes = lengths if tag.startswith("rollout/") else None
        recent = series.between((run.until - span).timestamp() if span else None, None)
        if not len(recent):
            continue
        found = trend(series, episodes, span)
        if found.since_step is not None:  # the window was widened to have enough points
            recent = series.where(series.step >= found.since_step)
        rows.append(WatchedTrend(tag, recent, found.label))
    return rows


def _sizes(page: Page, snapshot: Snapshot) -> None:
    say, home = page.say, page.services.home
    with st.container(horizontal=True):
        st.metric(
            say("Size of {path}", path=home.relative(home.model)),
            say.raw(size(snapshot.facts.model_bytes)),
            border=True,
        )
        st.metric(
            say("Free disk space"), say.raw(size(snapshot.facts.disk_free_bytes)), border=True
        )
