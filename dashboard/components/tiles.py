"""Tiles side by side, as one element of the page: a list that ``dashboard/touch.py`` draws as cards.

Of a container, a metric, a picture and a caption each tile would be 35 to 50 nodes in the browser, where
this one has about ten.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    Tile = Sequence[str]  # its paragraphs, of Markdown; the first is its name, the second its value


def draw(tiles: Sequence[Tile], key: str) -> None:
    """Draw them in rows, as many as there is room for.

    :param key: begins with ``tiles-``, by which the styles find them.
    """
    with st.container(key=key):
        st.markdown("\n".join(map(_item, tiles)))


def _item(tile: Tile) -> str:
    paragraphs = [part.replace("\n", "\n  ") for part in tile if part]
    return "- " + "\n\n  ".join(paragraphs) + "\n"


def value(text: str) -> str:
    """The second paragraph. ``text`` is plain."""
    return f"**{plain(text)}**"


def picture(svg: str, alt: str) -> str:
    """An SVG as Markdown; ``alt`` is its text for screen readers."""
    return f"![{plain(alt)}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"
