"""Why a control is grey, in words below it: a finger can't hover over a tooltip."""

from __future__ import annotations

import streamlit as st


def why_not(place: str, reason: str | None) -> None:
    """The reason, shown where there is no mouse; nothing without one.

    :param place: the key of what it is about.
    """
    if reason:
        with st.container(key=f"why-not-{place}"):  # dashboard/touch.py hides it from a mouse
            st.markdown(f":small[:orange[:material/lock: {reason}]]")
