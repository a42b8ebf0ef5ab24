"""A choice that keeps its value when its captions change, as with the language.

Streamlit sends select boxes and radio buttons as their captions. After a change of the
language the browser still sends the old caption, which then is the widget's value, or resets
it. So each set of captions has a widget of its own, and the value is kept beside them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


def kept_choice(
    widget: Callable[..., T | None],
    label: str,
    captions: dict[T, str],
    *,
    key: str,
    on_change: Callable[[], None] | None = None,
    **shape: Any,
) -> T:
    """The chosen option, which is also ``st.session_state[key]``; at first the first one.

    :param widget: ``st.selectbox`` or ``st.radio``.
    :param captions: the options with their captions, in order.
    :param shape: further arguments of the widget.
    """
    options: Sequence[T] = list(captions)
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    own = f"{key}:{sha256('|'.join(captions.values()).encode()).hexdigest()[:12]}"
    st.session_state[own] = st.session_state[key]

    def keep() -> None:
        st.session_state[key] = st.session_state[own]
        if on_change is not None:
            on_change()

    widget(
        label,
        options,
        format_func=lambda option: captions.get(option, str(option)),
        key=own,
        on_change=keep,
        **shape,
    )
    return st.session_state[key]
