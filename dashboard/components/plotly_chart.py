"""Drawing a Plotly figure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st

from core.language import said
from dashboard.figures.style import CONFIG, STILL

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.page import Page

_MOST_KEPT = 32
_kept: dict[tuple[str, ...], _Written] = {}


class _Written(go.Figure):
    """A figure as plain values: to build, check and copy one again costs a run more than all else."""

    def __init__(self, figure: go.Figure) -> None:
        super().__init__()
        self._written: dict[str, Any] = json.loads(figure.to_json(validate=False))

    def to_dict(self) -> dict[str, Any]:
        """What is drawn; nobody may change it."""
        return self._written


def draw(page: Page, figure: go.Figure, *, key: str, alt: str, still: bool = False) -> None:
    """Draw a figure, with numbers in the viewer's language.

    :param alt: text alternative for screen readers.
    :param still: without tooltips.
    """
    config = STILL if still else CONFIG
    if not isinstance(figure, _Written):
        _spoken(page, figure)
    st.plotly_chart(figure, key=key, config=config, alt=said(alt, page.viewer.language))


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
        figure = _kept[name] = _Written(made)
    draw(page, figure, key=key, alt=alt)


def _spoken(page: Page, figure: go.Figure) -> None:
    if page.viewer.language == "pt":
        figure.update_layout(separators=",.")
