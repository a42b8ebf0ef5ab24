"""Headings, by which screen readers walk a page: one title, its parts, the cards of a part."""

from __future__ import annotations

import streamlit as st


def title(text: str) -> None:
    """The page's own heading, the only one of its level. ``text`` is Markdown."""
    st.markdown(f"# {text}", anchors=False)


def part(text: str, *, help: str | None = None) -> None:
    """The heading of a part of the page. ``text`` is Markdown."""
    st.markdown(f"## {text}", anchors=False, help=help)


def card(text: str) -> None:
    """The heading of something within a part. ``text`` is Markdown."""
    st.markdown(f"### {text}", anchors=False)
