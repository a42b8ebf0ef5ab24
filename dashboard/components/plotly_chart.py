"""Drawing a Plotly figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import said
from dashboard.figures.style import CONFIG, STILL

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.page import Page


def draw(page: Page, figure: go.Figure, *, key: str, alt: str, still: bool = False) -> None:
    """Draw a figure, with numbers in the viewer's language.

    :param alt: text alternative for screen readers.
    :param still: without tooltips.
    """
    if page.viewer.language == "pt":
        figure.update_layout(separators=",.")
    config = STILL if still else CONFIG
    st.plotly_chart(figure, key=key, config=config, alt=said(alt, page.viewer.language))
