"""Drawing a Plotly figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.language import said
from dashboard.components.chart_numbers import numbers_behind
from dashboard.figures.described import rows_of, table_of, takeaway
from dashboard.figures.style import CONFIG, STILL

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.page import Page


def draw(
    page: Page,
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    still: bool = False,
    numbers: bool = True,
) -> None:
    """Draw a figure, with numbers in the viewer's language.

    :param alt: what it is; with what it shows it is its text for screen readers.
    :param still: without tooltips.
    :param numbers: with a button for the numbers; False: a table stands beside it.
    """
    if page.viewer.language == "pt":
        figure.update_layout(separators=",.")
    config = STILL if still else CONFIG
    say, title = page.say, said(alt, page.viewer.language)
    shown = "; ".join(map(say.raw, takeaway(figure, title)))
    st.plotly_chart(figure, key=key, config=config, alt=f"{title}. {shown}.")
    if numbers:
        heads = (say.raw("Curve"), say.raw("Place"), say.raw("Value"))
        numbers_behind(
            page,
            key,
            lambda: table_of(figure, heads, say),
            lambda: pd.DataFrame(rows_of(figure), columns=["curve", "place", "value"]),
        )
