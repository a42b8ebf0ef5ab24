"""The part of a page's address that its widgets hold, so that a link shows the same.

The address decides: what a link asks for, or a return to the page without it, goes into the
widgets; a change of a widget goes into the address. Streamlit's own binding would put the widgets'
captions there, which follow the viewer's language.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LATE_S = 3.0  # until a browser has surely taken over a new address


@dataclass(frozen=True)
class Address:
    """The parameters that one page holds.

    :ivar page: prefix of its keys in the session.
    :ivar names: of its parameters.
    """

    page: str
    names: tuple[str, ...]

    def key(self, name: str) -> str:
        """The session's key of a parameter; the widget of the same name uses it."""
        return f"{self.page}:{name}"

    def asked(self) -> dict[str, str]:
        """What the address says."""
        return {name: st.query_params[name] for name in self.names if st.query_params.get(name)}

    def changed(self) -> dict[str, str] | None:
        """What the address asks for; None if the widgets wrote it, or it was seen before."""
        asked = self.asked()
        if st.session_state.get(self._seen) == asked or self._is_late(asked):
            return None
        st.session_state[self._seen] = asked
        return asked

    def write(self, texts: Mapping[str, str | None]) -> None:
        """Put these values into the address, and leave out the others. For widgets' callbacks."""
        st.session_state[self._before] = (st.session_state.get(self._seen), time.monotonic())
        for name in self.names:
            if text := texts.get(name):
                st.query_params[name] = text
            elif name in st.query_params:
                del st.query_params[name]
        st.session_state[self._seen] = {n: text for n in self.names if (text := texts.get(n))}

    def leave_out(self, names: Iterable[str]) -> None:
        """Remove parameters; what the address then says is meant, also if it was so before."""
        st.session_state.pop(self._before, None)
        for name in names:
            st.query_params.pop(name, None)

    def _is_late(self, asked: Mapping[str, str]) -> bool:
        """Whether a run was asked for before the browser had taken over what :meth:`write` wrote.

        Such a run still has the address from before, and must not undo the choice.
        """
        before, at = st.session_state.get(self._before, (None, 0.0))
        return asked == before and time.monotonic() - at < LATE_S

    @property
    def _seen(self) -> str:
        return f"{self.page}:address"

    @property
    def _before(self) -> str:
        """In the session: the address that was replaced, and when."""
        return f"{self.page}:address-before"
