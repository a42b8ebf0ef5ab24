"""The end of a log, scrolled to its newest lines."""

from __future__ import annotations

import streamlit as st

# Replacements for the manual's emoji. The code font of a log lacks them, and on a machine
# without an emoji font they would be empty boxes.
_SIGNS = str.maketrans({"✅": "✓", "❌": "✗", "⚠": "!", "⏳": "…", "❔": "?", "\ufe0f": None})


def log_pane(text: str, key: str, height: int) -> None:
    """Text in a scrolling frame that starts at its end and follows it."""
    with st.container(height=height, border=False, autoscroll=True, key=key):
        st.code(text.translate(_SIGNS), language=None, wrap_lines=True)
