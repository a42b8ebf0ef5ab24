"""The panel boundary: an error in one panel is shown in its place, and the page survives."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException, StopException

from core.errors import TrainweekError
from dashboard import error_log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.wording import Words


@contextmanager
def boundary(say: Words) -> Iterator[None]:
    """Show an error in the place of the panel, with its remedy or a reference to the log."""
    try:
        yield
    except (RerunException, StopException):
        raise  # Streamlit's control flow
    except TrainweekError as error:
        error_log.log.warning("%s", error)
        st.error(
            f"{say.text(error.what)} {say.text(error.remedy)}",
            title=say("This page could not be shown"),
            icon=":material/error:",
        )
    except Exception as error:
        st.error(
            f"{say(error_log.unexpected(error))} {say('It changed nothing.')}",
            title=say("This page could not be shown"),
            icon=":material/error:",
        )
