"""A row of choices that is kept in the URL, so that a link can open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.address import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def choice(
    label: str,
    options: Sequence[str],
    caption: Callable[[str], str],
    *,
    key: str,
    start: str | None = None,
) -> str:
    """The chosen option; at first the one in the URL, else ``start``, else the first.

    Streamlit's own binding puts the captions into the URL, and ours change with the state
    they show.
    """
    address = Address(f"choice:{key}", (key,))
    changed = address.changed()  # also by the browser's way back
    asked = address.asked().get(key)
    if changed is not None and asked in options:
        st.session_state[key] = asked
    elif st.session_state.get(key) not in options:
        st.session_state[key] = asked if asked in options else start or options[0]

    def into_address() -> None:
        address.write({key: st.session_state[key]})

    chosen = st.segmented_control(
        label,
        list(options),
        format_func=caption,
        key=key,
        required=True,
        on_change=into_address,
        label_visibility="collapsed",
        wrap=True,
    )
    return chosen or st.session_state[key] or options[0]
