"""Headings, by which screen readers walk a page: one title, its parts, the cards of a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.elements.lib.layout_utils import WidthWithoutContent


def title(text: str) -> None:
    """The page's own heading, the only one of its level. ``text`` is Markdown."""
    _heading(1, text)


def part(
    text: str, *, help: str | None = None, width: WidthWithoutContent | str = "stretch"
) -> None:
    """The heading of a part of the page. ``text`` is Markdown."""
    _heading(2, text, help, width)


def card(text: str) -> None:
    """The heading of something within a part. ``text`` is Markdown."""
    _heading(3, text)


def _heading(level: int, text: str, help_: str | None = None, width: str | int = "stretch") -> None:
    st.markdown(f"{'#' * level} {text}", anchors=False, help=help_, width=width)
