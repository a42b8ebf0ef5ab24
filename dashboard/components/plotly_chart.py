"""Drawing a Plotly figure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.language import said
from dashboard.components.chart_numbers import numbers_behind
from dashboard.figures.described import PointRow, rows_of, table_of, takeaway
from dashboard.figures.style import CONFIG, STILL

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.language import Message
    from dashboard.page import Page

_MOST_KEPT = 32
_kept: dict[tuple[str, ...], _Written] = {}


class _Written(go.Figure):
    """A figure as plain values: to build, check and copy one again costs a run more than all else."""

    def __init__(self, figure: go.Figure, title: str) -> None:
        super().__init__()
        self._shown, self._rows = takeaway(figure, title), list(rows_of(figure))
        self._written: dict[str, Any] = json.loads(figure.to_json(validate=False))

    def to_dict(self) -> dict[str, Any]:
        """What is drawn; nobody may change it."""
        return self._written

    @property
    def shown(self) -> list[Message]:
        """What it shows, in words."""
        return self._shown

    @property
    def rows(self) -> list[PointRow]:
        """Its points."""
        return self._rows


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
    config, say = STILL if still else CONFIG, page.say
    title = said(alt, page.viewer.language)
    if isinstance(figure, _Written):
        shown, rows = figure.shown, figure.rows
    else:
        _spoken(page, figure)
        shown, rows = takeaway(figure, title), list(rows_of(figure))
    words = "; ".join(map(say.raw, shown))
    st.plotly_chart(figure, key=key, config=config, alt=f"{title}. {words}.")
    if numbers:
        heads = (say.raw("Curve"), say.raw("Place"), say.raw("Value"))
        numbers_behind(
            page,
            key,
            lambda: table_of(rows, heads, say),
            lambda: pd.DataFrame(rows, columns=["curve", "place", "value"]),
        )


def draw_record(page: Page, make: Callable[[], go.Figure], of: str, *, key: str, alt: str) -> None:
    """Draw a figure of a record that never changes: it is made once for all viewers of a language.

    :param of: what it depends on, next to ``key``: the record's hash.
    """
    name = (of, key, page.viewer.language)
    figure = _kept.get(name)
    if figure is None:
        made = make()
        _spoken(page, made)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        figure = _kept[name] = _Written(made, said(alt, page.viewer.language))
    draw(page, figure, key=key, alt=alt)


def _spoken(page: Page, figure: go.Figure) -> None:
    if page.viewer.language == "pt":
        figure.update_layout(separators=",.")
