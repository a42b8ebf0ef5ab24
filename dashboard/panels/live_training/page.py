"""Live training: the curves with normal ranges, restarts and explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.telemetry.readings import known_series, pace_series
from core.vocabulary import TrainingStatus
from dashboard.components import run_summary
from dashboard.components.charts import (
    CHARTS,
    SPEED,
    Chart,
    draw_curves,
    logged_series,
    speed_series,
)
from dashboard.components.empty_state import empty, no_run
from dashboard.components.live import live_panel
from dashboard.components.reward_curve import marks as marks_of
from dashboard.formatting import age, number
from dashboard.page import TICK_SECONDS, Page
from dashboard.panels.live_training import tensorboard
from dashboard.panels.live_training.tag_meaning import meaning, numbers_of, unknown
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.facts import RunFacts
    from core.telemetry.series import Series
    from dashboard.data.shown_events import ShownEvents
    from dashboard.data.snapshot import Snapshot
    from dashboard.figures.view import Mark

HEIGHT = 210
MAX_VALUES = 3  # newest values in a chart's title
IDLE_SECONDS = 10.0  # without a run in progress little changes


def show(page: Page) -> None:
    """Draw the page and redraw it; less often while no run is in progress."""
    live_panel(page, _draw, every=_seconds)


def _seconds(snapshot: Snapshot) -> float:
    return TICK_SECONDS if snapshot.status is TrainingStatus.RUNNING else IDLE_SECONDS


def _draw(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    if snapshot.run is None:
        no_run(page)
        return
    _source(page, snapshot, snapshot.run)
    logged = snapshot.logged
    if logged is None or not logged.events.tags():
        empty(
            say("The run has written no events yet"),
            say(
                "Reading {source}. The first numbers appear after the first rollout.",
                source=snapshot.run.source,
            ),
        )
        return
    run_summary.show(page, snapshot)
    marks = marks_of(page, snapshot, pace_series(logged.events, logged.until))
    with st.grid(2, min_column_width=420, gap="small", key="curves"):
        for chart in CHARTS:
            _chart(page, snapshot, logged, chart, marks)
        _speed(page, snapshot, logged, marks)
        _components(page, logged, marks)
    _others(page, logged, marks)
    _problems(page, logged)


def _source(page: Page, snapshot: Snapshot, run: RunFacts) -> None:
    say = page.say
    files = len(run.reader.files) if run.reader else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        tensorboard.button(page, snapshot)
        st.caption(
            say(
                "{source} · files: {files} · attempts: {attempts} · last event {age} ago",
                source=run.source,
                files=files,
                attempts=run.attempts,
                age=age(snapshot.event_age),
            )
        )


def _chart(
    page: Page, snapshot: Snapshot, logged: ShownEvents, chart: Chart, marks: list[Mark]
) -> None:
    say = page.say
    series = {
        say.raw(name): found
        for name, tag in chart.tags.items()
        if len(found := logged_series(logged.events, tag, logged.until))
    }
    share = snapshot.readings.get("entropy_share") if chart.key == "entropy" else None
    note = say("{share:.0%} of its maximum", share=share.value) if share else ""
    _draw_one(
        page, chart.key, chart.title, chart.meaning_of, series, marks,
        limits=chart.limits(page, snapshot.week.limits), bands=chart.bands(page),
        note=note,
    )  # fmt: skip


def _speed(page: Page, snapshot: Snapshot, logged: ShownEvents, marks: list[Mark]) -> None:
    series = speed_series(logged.events, logged.until)
    found = {page.say.raw(SPEED): series} if len(series) else {}
    playbook = snapshot.week.limits
    limits = [] if playbook is None else [CHARTS[0].speed_limit(page, playbook)]
    _draw_one(
        page, "speed", SPEED, "time/fps", found, marks, limits=limits,
        nothing=page.say("Measured over ten iterations; not enough data yet"),
    )  # fmt: skip


def _components(page: Page, logged: ShownEvents, marks: list[Mark]) -> None:
    found = {
        tag.removeprefix("reward/"): series
        for tag in logged.events.tags()
        if tag.startswith("reward/")
        and len(series := known_series(logged.events, tag, logged.until))
    }
    if found:
        _draw_one(page, "components", Message("Reward components"), None, found, marks)


def _draw_one(
    page: Page,
    key: str,
    title: Message,
    tag: str | None,
    series: dict[str, Series],
    marks: list[Mark],
    limits: list | None = None,
    bands: list | None = None,
    nothing: str | None = None,
    note: str = "",
) -> None:
    """One framed chart: title, newest value, curve, meaning of its tag."""
    say = page.say
    with st.container(border=True, gap="xxsmall", key=f"chart-{key}"):
        newest = ""
        if series:
            step = max(points.last[0] for points in series.values())
            values = " · ".join(
                f"{f':gray[{plain(name)}] ' if len(series) > 1 else ''}**{say(number(points.last[1]))}**"
                for name, points in series.items()
            )
            at = say("step {step}", step=number(step))
            if len(series) > MAX_VALUES:
                values = ""  # the legend names them; the title has no room
            newest = f" {values} :small[:gray[{at}]]"
        newest += f" :small[:gray[{note}]]" if note else ""
        st.markdown(f"**{say(title)}**{newest}", help=meaning(page, tag) if tag else None)
        if not series:
            with st.container(height=HEIGHT, border=False):
                st.caption(nothing or say("No points of {tag} yet", tag=tag or title))
            return
        draw_curves(
            page, series, key=f"curve-{key}", title=title, height=HEIGHT, limits=limits or [],
            bands=bands or [], marks=marks,
        )  # fmt: skip


def _others(page: Page, logged: ShownEvents, marks: list[Mark]) -> None:
    """Any other tag of the run, one at a time."""
    say, events = page.say, logged.events
    shown = {tag for chart in CHARTS for tag in chart.tags.values()}
    others = [t for t in events.tags() if t not in shown and not t.startswith("reward/")]
    if not others:
        return
    with st.container(border=True, gap="xsmall", key="other-tags"):
        tag = st.selectbox(say.raw("Other tags"), others, key="live:tag")
        series = events.series(tag, logged.until.timestamp())
        st.caption(meaning(page, tag) or unknown(page, tag))
        if len(series):
            st.caption(numbers_of(page, series))
        draw_curves(page, {tag: series}, key="curve-other", title=tag, height=HEIGHT, marks=marks)


def _problems(page: Page, logged: ShownEvents) -> None:
    say, problems = page.say, logged.events.problems
    if not problems:
        return
    with st.expander(
        say.raw("Problems in the event files ({count})", count=len(problems)),
        icon=":material/broken_image:",
    ):
        for problem in problems[:50]:
            st.markdown(
                f"- `{plain(problem.file)}` {say.text(problem.kind)}: {say.text(problem.detail)}"
            )
