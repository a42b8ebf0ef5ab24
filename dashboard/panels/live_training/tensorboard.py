"""The way to TensorBoard: a link while it runs, else the command that starts it."""

from __future__ import annotations

import shlex
import socket
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PORT = 6006
_PATIENCE_S = 0.2  # on this machine; an open port answers at once


def button(page: Page, snapshot: Snapshot) -> None:
    """A link if TensorBoard answers on this machine; if not, why not and how to start it.

    The dashboard starts no process, so the command is there to be copied.
    """
    say = page.say
    if answers(PORT):
        st.link_button("TensorBoard", f"http://localhost:{PORT}", icon=":material/open_in_new:")
        return
    with st.popover("TensorBoard", icon=":material/power_off:", key="tensorboard"):
        st.markdown(
            say(
                "TensorBoard is not running on port {port}. The dashboard starts no programs: run "
                "this command in a terminal of this machine; the button then becomes a link.",
                port=str(PORT),
            )
        )
        st.code(command(snapshot), language=None, wrap_lines=True)


def command(snapshot: Snapshot) -> str:
    """The command that starts TensorBoard on the event files of the week."""
    if snapshot.week.watched is not None:
        return f"tensorboard --logdir {shlex.quote(snapshot.week.watched)} --port {PORT}"
    return f"trainweek tensorboard --home {shlex.quote(str(snapshot.home.root))}"


@st.cache_data(ttl=5, show_spinner=False)
def answers(port: int) -> bool:
    """Whether a program listens on a port of this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S):
            return True
    except OSError:
        return False
