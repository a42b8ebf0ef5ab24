"""A row of choices that is kept in the URL, so that a link can open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.address import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


# On a phone the row scrolls, and the chosen one may be far to the right.
_JS = """
const shown = new WeakMap();

export default function ({ data, parentElement }) {
  if (shown.get(parentElement) === data.chosen) return;
  shown.set(parentElement, data.chosen);
  bring(data.key, 20);
}

function bring(key, tries) {
  const chosen = document.querySelector(`.st-key-${key} [aria-checked="true"]`);
  if (!chosen) {
    if (tries) setTimeout(bring, 50, key, tries - 1);
    return;
  }
  const row = chosen.closest('[role="radiogroup"]');
  const to = chosen.getBoundingClientRect().left - row.getBoundingClientRect().left;
  row.scrollLeft += to - (row.clientWidth - chosen.clientWidth) / 2;
}
"""


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
    found = chosen or st.session_state[key] or options[0]
    bring = st.components.v2.component("trainweek_into_view", js=_JS)
    bring(data={"key": key, "chosen": found}, key=f"{key}-into-view", height=0)
    return found
