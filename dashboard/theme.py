"""The theme's message, made once: Streamlit makes it of its options at each run of a script.

That is a fifth of a short tick, and the options change only when their file is read again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

if TYPE_CHECKING:
    from collections.abc import Callable


def make_theme_once() -> None:
    """Have each section of the theme made at its first use, and again after its file was read."""
    kept = kept_theme(app_session._populate_theme_msg)
    app_session._populate_theme_msg = kept


def kept_theme(
    populate: Callable[[CustomThemeConfig, str], None],
) -> Callable[..., None]:
    """``populate`` that computes each section once."""

    @lru_cache
    def made(section: str) -> CustomThemeConfig:
        message = CustomThemeConfig()
        populate(message, section)
        return message

    def fill(message: CustomThemeConfig, section: str = "theme") -> None:
        found = made(section)
        if found.ByteSize():  # a section without options stays absent
            message.MergeFrom(found)

    config.on_config_parsed(made.cache_clear, force_connect=True)
    return fill
