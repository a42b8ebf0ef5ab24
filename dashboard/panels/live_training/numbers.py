"""The numbers behind the curves: a table of their ends and ranges, and a CSV of what is shown."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.telemetry.smoothing import smoothed
from core.timestamps import from_unix, iso
from dashboard.components.chart_numbers import HEIGHT, of_curves
from dashboard.components.figures_table import table
from dashboard.figures.shown_points import in_part
from dashboard.formatting import number
from dashboard.kept_choice import kept_choice
from dashboard.panels.live_training.settings import key
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.telemetry.series import Series
    from dashboard.data.snapshot import Snapshot
    from dashboard.panels.live_training.chart_card import Card, Shown

CSV_NAME = "curves.csv"


def csv_button(shown: Shown, snapshot: Snapshot, cards: Sequence[Card]) -> None:
    """A button that saves every point of the shown part; the file is made when it is asked for."""
    st.download_button(
        shown.page.say.raw("CSV of the shown points"),
        lambda: csv_of(shown, snapshot, cards),
        CSV_NAME,
        "text/csv",
        icon=":material/download:",
        key=key("csv"),
        on_click="ignore",
    )


def show(shown: Shown, cards: Sequence[Card]) -> None:
    """Draw the table in an expander; closed it costs nothing."""
    say = shown.page.say
    opened = st.expander(
        say.raw("Numbers of the curves"), icon=":material/table:", key=key("numbers"),
        on_change="rerun",
    )  # fmt: skip
    if not opened.open:
        return
    heads = [
        say("Curve"), say("Points"), say("Steps"), say("First"), say("Last"), say("Lowest"),
        say("Highest"), say("Mean"),
    ]  # fmt: skip
    rows = [
        _row(shown, name if len(card.tags) == 1 else f"{say.raw(card.title)}: {name}", series)
        for card in cards
        for name, series in _series(shown, card)
    ]
    with opened:
        table(heads, rows, "curve-numbers")
        _points(shown, cards)


def _points(shown: Shown, cards: Sequence[Card]) -> None:
    """The points of one chart, as they are drawn."""
    page, drawn = shown.page, {card.key: card for card in cards if shown.lines.of(card.tags)}
    if not drawn:
        return
    titles = {name: page.say.raw(card.title) for name, card in drawn.items()}
    chosen = kept_choice(
        st.selectbox, page.say.raw("Points of the chart"), titles, key=key("numbers-of")
    )
    found = of_curves(page, shown.lines.of(drawn[chosen].tags), shown.view)
    st.dataframe(found, hide_index=True, height=HEIGHT, key=key("numbers-table"))


def csv_of(shown: Shown, snapshot: Snapshot, cards: Sequence[Card]) -> str:
    """Every point of the shown part, not thinned out: one line a point."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    weight = shown.view.smoothing
    lines.writerow(["curve", "tag", "step", "wall_time", "week_time", "value", "smoothed"])
    for card in cards:
        for name, line in shown.lines.of(card.tags).items():
            even = smoothed(line.points.value, weight)
            kept = in_part(line, shown.view)
            points = line.points.where(kept)
            for step, wall, value, smooth in zip(
                points.step.tolist(), points.wall.tolist(), points.value.tolist(),
                even[kept].tolist(), strict=True,
            ):  # fmt: skip
                at = from_unix(wall)
                lines.writerow(
                    [name, points.tag, step, iso(at), iso(snapshot.clock.to_week(at)), value,
                     smooth if weight else ""]
                )  # fmt: skip
    return text.getvalue()


def _series(shown: Shown, card: Card) -> Iterator[tuple[str, Series]]:
    for name, line in shown.lines.of(card.tags).items():
        yield name, line.points.where(in_part(line, shown.view))


def _row(shown: Shown, name: str, points: Series) -> list[str]:
    say, known = shown.page.say, points.finite().value
    if not len(points) or not len(known):
        return [plain(name), say(number(len(points))), *["–"] * 6]
    steps = f"{say(number(int(points.step[0])))} – {say(number(points.last[0]))}"
    values = (known[0], known[-1], known.min(), known.max(), np.mean(known))
    return [
        plain(name), say(number(len(points))), steps,
        *(say(number(float(value))) for value in values),
    ]  # fmt: skip
