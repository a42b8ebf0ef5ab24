"""Popovers that close once what they ask for is done.

Setting the state of an open popover to False leaves it open in the browser. Under a new key it is
another popover, which begins closed, and its fields begin empty.
"""

from __future__ import annotations

import streamlit as st


def open_key(key: str) -> str:
    """The key for a form's popover and for what stands in it: another one after :func:`done`."""
    return f"{key}:{st.session_state.get(_times(key), 0)}"


def done(key: str) -> None:
    """It is done: at the next draw the form is closed and as new."""
    st.session_state[_times(key)] = st.session_state.get(_times(key), 0) + 1


def _times(key: str) -> str:
    return f"{key}:done"
