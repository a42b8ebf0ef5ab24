"""A list of the past is drawn a part at a time: which part the address asks for, and the pager below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dashboard.address import Address

PAGE = "page"  # the parameter of the address: the number of the part, from 1


def read(address: Address, asked: Mapping[str, str] | None) -> int:
    """The number of the part to show.

    :param asked: what the address newly asks for, by :meth:`Address.changed`.
    """
    key = address.key(PAGE)
    if asked is not None:
        text = asked.get(PAGE, "")
        st.session_state[key] = int(text) if text.isdecimal() else 1
    return max(int(st.session_state.get(key) or 1), 1)


def draw(address: Address, number: int, parts: int, write: Callable[[], None]) -> None:
    """The pager, if there is more than one part.

    :param number: of the part that is shown.
    :param write: puts what the widgets hold into the address.
    """
    st.session_state[address.key(PAGE)] = number
    if parts > 1:
        st.pagination(parts, key=address.key(PAGE), on_change=write)


def text(address: Address) -> str | None:
    """The number as the address has it; the first part needs none."""
    number = st.session_state.get(address.key(PAGE)) or 1
    return str(number) if number > 1 else None
