"""The numbers behind a chart: a table and a CSV, made when they are asked for.

Closed it is one button, and costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.telemetry.chart import chosen_points
from core.timestamps import from_unix, iso
from dashboard.figures.palette import MAX_POINTS
from dashboard.figures.shown_points import in_part
from dashboard.figures.view import Line
from dashboard.formatting import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.telemetry.series import Series
    from dashboard.figures.view import View
    from dashboard.page import Page

HEIGHT, WIDTH = 280, 320  # pixels; as wide as a phone has room for


def numbers_behind(
    page: Page, key: str, shown: Callable[[], pd.DataFrame], every: Callable[[], pd.DataFrame]
) -> None:
    """A button that opens the table.

    :param shown: the points as drawn, with texts in the viewer's language.
    :param every: all points, for the CSV.
    """
    say = page.say
    box = st.popover(
        say.raw("Numbers"),
        icon=":material/table:",
        type="tertiary",
        key=f"numbers:{key}",
        on_change="rerun",
    )
    if box.open:
        with box:
            draw(page, key, shown, every)


def draw(
    page: Page, key: str, shown: Callable[[], pd.DataFrame], every: Callable[[], pd.DataFrame]
) -> None:
    """The table, and the button for the file."""
    table = shown()

    st.dataframe(table, hide_index=True, height=HEIGHT, width=WIDTH, key=f"numbers-table:{key}")
    st.download_button(
        page.say.raw("CSV of all points"),
        lambda: every().to_csv(index=False),
        f"{key.replace(':', '-').replace('/', '-')}.csv",
        "text/csv",
        icon=":material/download:",
        key=f"numbers-csv:{key}",
        on_click="ignore",
    )


def of_curves(page: Page, series: Mapping[str, Series | Line], view: View) -> pd.DataFrame:
    """The points of the shown part, no more than are drawn."""
    say, share = page.say, max(MAX_POINTS // max(len(series), 1), 50)
    rows: list[tuple[str, ...]] = []
    for name, points in _parts(series, view):
        chosen = chosen_points(points.value, share)
        rows += [
            (name, say.raw(number(int(step))), page.viewer.stamp(from_unix(wall)), say.raw(number(value)))
            for step, wall, value in zip(
                points.step[chosen].tolist(), points.wall[chosen].tolist(),
                points.value[chosen].tolist(), strict=True,
            )
        ]  # fmt: skip
    heads = (say.raw("Curve"), say.raw("Step"), say.raw("Time (UTC)"), say.raw("Value"))
    table = pd.DataFrame(rows, columns=list(heads))
    return table if len(series) > 1 else table.drop(columns=heads[0])


def csv_of_curves(series: Mapping[str, Series | Line], view: View) -> pd.DataFrame:
    """Every point of the shown part, as it was logged."""
    rows = [
        (name, points.tag, step, iso(from_unix(wall)), value)
        for name, points in _parts(series, view)
        for step, wall, value in zip(
            points.step.tolist(), points.wall.tolist(), points.value.tolist(), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=["curve", "tag", "step", "wall_time", "value"])


def _parts(series: Mapping[str, Series | Line], view: View) -> list[tuple[str, Series]]:
    lines = {name: each if isinstance(each, Line) else Line(each) for name, each in series.items()}
    return [(name, line.points.where(in_part(line, view))) for name, line in lines.items()]
