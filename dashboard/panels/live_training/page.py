"""Live training: the curves with normal ranges, marks and explanations, as TensorBoard users expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.telemetry.drawn_series import SPEED_TAG
from core.vocabulary import TrainingStatus
from dashboard.components import chart_pointer, run_summary, thing_link
from dashboard.components.charts import CHARTS, SPEED, Chart
from dashboard.components.curve_marks import every_mark
from dashboard.components.empty_state import empty, no_run
from dashboard.components.live import live_panel
from dashboard.components.report_button import report_button
from dashboard.formatting import age
from dashboard.page import TICK_SECONDS, Page
from dashboard.panels.live_training import (
    controls,
    host,
    log,
    mark_list,
    note_form,
    numbers,
    settings,
    tensorboard,
)  # fmt: skip
from dashboard.panels.live_training.chart_card import Card, Shown
from dashboard.panels.live_training.lines import choices, lines_of
from dashboard.panels.live_training.view import step_of, view_of, wall_of
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.facts import RunFacts
    from dashboard.data.shown_events import ShownEvents
    from dashboard.data.snapshot import Snapshot
    from dashboard.figures.view import Mark
    from dashboard.panels.live_training.settings import Settings
    from dashboard.wording import Words

IDLE_SECONDS = 10.0  # without a run in progress little changes
CURVES = "curves"


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
    tiles = st.container()
    _curves(page, snapshot, logged)
    with tiles:  # after the curves, which people came for
        run_summary.show(page, snapshot)
    _problems(page, logged)


def _source(page: Page, snapshot: Snapshot, run: RunFacts) -> None:
    say = page.say
    files = len(run.reader.files) if run.reader else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        tensorboard.button(page, snapshot)
        what = say(
            "{source} · files: {files} · attempts: {attempts}",
            source=run.source,
            files=files,
            attempts=run.attempts,
        )
        st.caption(f"{what} · {_newest_event(say, snapshot)}")


def _newest_event(say: Words, snapshot: Snapshot) -> str:
    """Its age; after a resume the events of the killed attempt are none of the present one."""
    if snapshot.event_age is None:
        return say("no event of this attempt yet")
    return say("last event {age} ago", age=age(snapshot.event_age))


def shown_curves(
    page: Page, snapshot: Snapshot, logged: ShownEvents, chosen: Settings
) -> tuple[Shown, list[Card], list[Mark]]:
    """The page's charts, what they share, and all marks, also those that are not drawn."""
    lines = lines_of(page, snapshot, logged, chosen.beside)
    marks = every_mark(page, snapshot, lines.pace.points)
    drawn = [mark for mark in marks if mark.kind not in chosen.hidden]
    shown = Shown(page, lines, view_of(page, snapshot, chosen, lines), drawn)
    return shown, _cards(page, snapshot, logged, chosen), marks


def _curves(page: Page, snapshot: Snapshot, logged: ShownEvents) -> None:
    """The controls, all charts in one view, and what stands behind them."""
    chosen = settings.read()
    shown, cards, marks = shown_curves(page, snapshot, logged, chosen)
    beside = choices(page, snapshot, logged)
    controls.show(page, chosen, beside=beside, marks=marks, tags=_others(logged))
    if shown.lines.beside is not None:
        st.caption(page.say("Dashed: {name}", name=shown.lines.beside.name))
    with st.grid(2, min_column_width=420, gap="small", key=CURVES):
        for card in cards:
            card.draw(shown)
    low, high = shown.ends

    pace = shown.lines.pace

    def choose(part: list[float]) -> None:
        steps = [step_of(shown.view, pace, place) for place in part]
        settings.choose_part(*(steps or (None, None)))

    chart_pointer.draw(CURVES, low, high, choose)
    newest = pace.points.last[0] if len(pace.points) else 0
    with st.container(horizontal=True):
        numbers.csv_button(shown, snapshot, cards)
        if snapshot.run is not None:
            report_button(page, snapshot.run.name, snapshot.week.id, "live")
        note_form.show(page, snapshot, newest)
        thing_link.copy_link(page, snapshot, "live_training", **settings.ADDRESS.asked())
    numbers.show(shown, cards)
    mark_list.show(page, snapshot, shown.marks)
    wall = None if chosen.minutes is None else wall_of(pace, chosen.minutes)
    log.show(page, chosen, wall)
    host.show(page, snapshot)
    settings.drawn()


def _cards(page: Page, snapshot: Snapshot, logged: ShownEvents, chosen: Settings) -> list[Card]:
    """The page's charts: its own, then the pinned tags."""
    say, playbook = page.say, snapshot.week.limits
    found = [_card(page, snapshot, chart) for chart in CHARTS]
    limits = [] if playbook is None else [Chart.speed_limit(page, playbook)]
    found.append(
        Card(
            "speed", SPEED, {say.raw(SPEED): SPEED_TAG}, "time/fps", limits,
            nothing=say("Speed needs two consecutive iterations."),
        )
    )  # fmt: skip
    parts = {t.removeprefix("reward/"): t for t in logged.events.tags() if t.startswith("reward/")}
    if parts:
        found.append(Card("components", Message("Reward components"), parts))
    known = set(logged.events.tags())
    found += [
        Card(f"tag-{tag.replace('/', '-')}", tag, {tag: tag}, tag, explained=True)
        for tag in chosen.tags
        if tag in known
    ]
    return found


def _card(page: Page, snapshot: Snapshot, chart: Chart) -> Card:
    say = page.say
    share = snapshot.readings.get("entropy_share") if chart.key == "entropy" else None
    return Card(
        chart.key,
        chart.title,
        {say.raw(name): tag for name, tag in chart.tags.items()},
        chart.meaning_of,
        chart.limits(page, snapshot.week.limits),
        chart.bands(page),
        note=say("{share:.0%} of its maximum", share=share.value) if share else "",
    )


def _others(logged: ShownEvents) -> list[str]:
    """The tags that no chart of the page shows."""
    shown = {tag for chart in CHARTS for tag in chart.tags.values()}
    return [t for t in logged.events.tags() if t not in shown and not t.startswith("reward/")]


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
