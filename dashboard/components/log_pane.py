"""The end of a log: the newest lines in view, as ``tail`` leaves them on a terminal."""

from __future__ import annotations

import streamlit as st

# Signs of the emoji that the manual's texts use. A log is set in the code font, which has
# none of them; where the machine has no emoji font either, they would be empty boxes.
_SIGNS = str.maketrans({"✅": "✓", "❌": "✗", "⚠": "!", "⏳": "…", "❔": "?", "\ufe0f": None})


def log_pane(text: str, key: str, height: int) -> None:
    """Text in a frame that begins at its end and follows it."""
    with st.container(height=height, border=False, autoscroll=True, key=key):
        st.code(text.translate(_SIGNS), language="log", wrap_lines=True)
